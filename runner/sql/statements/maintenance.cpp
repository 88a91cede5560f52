#include "runner/sql/statements/maintenance.hpp"

#include "runner/sql/statements/build.hpp"

namespace runner {

Vacuum build(const PgQuery__VacuumStmt& node, const Source& in) {
  Vacuum vacuum{.full = option_value({node.options, node.n_options}, "full").value_or(false)};
  for (std::size_t i = 0; i < node.n_rels; ++i)
    if (node.rels[i]->node_case == PG_QUERY__NODE__NODE_VACUUM_RELATION &&
        node.rels[i]->vacuum_relation->relation != nullptr)
      vacuum.tables.push_back(name_of(*node.rels[i]->vacuum_relation->relation, in));
  return vacuum;
}

ClusterTable build(const PgQuery__ClusterStmt& node, const Source& in) {
  return {node.relation != nullptr ? name_of(*node.relation, in) : QualifiedName{.position = in.offset}};
}

MoveAll build(const PgQuery__AlterTableMoveAllStmt& node, const Source&) {
  return {node.orig_tablespacename};
}

}  // namespace runner
