#include "runner/sql/statements/create_index.hpp"

#include "runner/sql/statements/build.hpp"

namespace runner {

CreateIndex build(const PgQuery__IndexStmt& node, const Source& in) {
  CreateIndex index{.name = node.idxname,
                    .table = name_of(*node.relation, in),
                    .concurrently = node.concurrent != 0,
                    .unique = node.unique != 0,
                    .partial = node.where_clause != nullptr,
                    .only = node.relation->inh == 0,
                    .if_not_exists = node.if_not_exists != 0};
  for (std::size_t i = 0; i < node.n_index_params; ++i)
    if (node.index_params[i]->node_case == PG_QUERY__NODE__NODE_INDEX_ELEM)
      index.columns.emplace_back(node.index_params[i]->index_elem->name);
  return index;
}

static Reindex::Kind kind_of(PgQuery__ReindexObjectType kind) {
  switch (kind) {
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_TABLE:
      return Reindex::Kind::table;
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SCHEMA:
      return Reindex::Kind::schema;
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_DATABASE:
      return Reindex::Kind::database;
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SYSTEM:
      return Reindex::Kind::system;
    default:
      return Reindex::Kind::index;
  }
}

Reindex build(const PgQuery__ReindexStmt& node, const Source& in) {
  Reindex reindex{.kind = kind_of(node.kind),
                  .concurrently = option_value({node.params, node.n_params}, "concurrently").value_or(false)};
  if (node.relation != nullptr)
    reindex.target = name_of(*node.relation, in);
  else
    reindex.target = {.name = node.name, .position = in.offset};
  return reindex;
}

}  // namespace runner
