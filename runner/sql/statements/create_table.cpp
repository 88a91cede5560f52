#include "runner/sql/statements/create_table.hpp"

#include "runner/sql/statements/build.hpp"

#include <algorithm>

namespace runner {

std::string_view to_string(ConstraintKind kind) {
  switch (kind) {
    case ConstraintKind::check:
      return "check constraint";
    case ConstraintKind::foreign_key:
      return "foreign key";
    case ConstraintKind::primary_key:
      return "primary key";
    case ConstraintKind::unique:
      return "unique constraint";
    case ConstraintKind::exclusion:
      return "exclusion constraint";
  }
  return "constraint";
}

bool ColumnDefinition::has(ConstraintKind kind) const {
  return std::any_of(constraints.begin(), constraints.end(),
                     [&](const Constraint& constraint) { return constraint.kind == kind; });
}

static std::optional<ConstraintKind> kind_of(const PgQuery__Constraint& constraint) {
  switch (constraint.contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
      return ConstraintKind::check;
    case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
      return ConstraintKind::foreign_key;
    case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
      return ConstraintKind::primary_key;
    case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
      return ConstraintKind::unique;
    case PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION:
      return ConstraintKind::exclusion;
    default:
      return std::nullopt;
  }
}

std::optional<Constraint> constraint_of(const PgQuery__Constraint& node, const Source& in) {
  const auto kind = kind_of(node);
  if (!kind) return std::nullopt;
  Constraint result{.kind = *kind, .name = node.conname, .position = in.at(node.location)};
  result.columns = strings_of({node.keys, node.n_keys});
  if (*kind == ConstraintKind::foreign_key) {
    result.columns = strings_of({node.fk_attrs, node.n_fk_attrs});
    if (node.pktable != nullptr) result.referenced = name_of(*node.pktable, in);
    result.referenced_columns = strings_of({node.pk_attrs, node.n_pk_attrs});
  }
  result.not_valid = node.skip_validation != 0;
  result.using_index = node.indexname;
  result.check = expression_of(node.raw_expr, in);
  return result;
}

static void add_to(ColumnDefinition& column, const PgQuery__Constraint& node, const Source& in) {
  switch (node.contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL:
      column.not_null = true;
      return;
    case PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT:
      column.default_value = expression_of(node.raw_expr, in);
      return;
    case PG_QUERY__CONSTR_TYPE__CONSTR_IDENTITY:
      column.is_identity = column.not_null = true;
      return;
    case PG_QUERY__CONSTR_TYPE__CONSTR_GENERATED:
      column.is_generated = true;
      return;
    default:
      break;
  }
  if (auto constraint = constraint_of(node, in)) {
    constraint->columns = {column.name};
    if (constraint->kind == ConstraintKind::primary_key) column.not_null = true;
    column.constraints.push_back(std::move(*constraint));
  }
}

ColumnDefinition column_of(const PgQuery__ColumnDef& node, const Source& in) {
  ColumnDefinition column{.name = node.colname,
                          .type = type_of(node.type_name, in),
                          .not_null = node.is_not_null != 0,
                          .default_value = expression_of(node.raw_default, in),
                          .position = in.at(node.location)};
  if (node.coll_clause != nullptr)
    column.collation = name_of({node.coll_clause->collname, node.coll_clause->n_collname}, 0).str();
  for (std::size_t i = 0; i < node.n_constraints; ++i)
    if (node.constraints[i]->node_case == PG_QUERY__NODE__NODE_CONSTRAINT)
      add_to(column, *node.constraints[i]->constraint, in);
  if (column.type.is_serial()) column.not_null = true;
  return column;
}

static void add_element(CreateTable& table, const PgQuery__Node& element, const Source& in) {
  if (element.node_case == PG_QUERY__NODE__NODE_COLUMN_DEF) {
    ColumnDefinition column = column_of(*element.column_def, in);
    table.constraints.insert(table.constraints.end(), column.constraints.begin(), column.constraints.end());
    table.columns.push_back(std::move(column));
  } else if (element.node_case == PG_QUERY__NODE__NODE_CONSTRAINT) {
    if (auto constraint = constraint_of(*element.constraint, in)) table.constraints.push_back(*constraint);
  } else if (element.node_case == PG_QUERY__NODE__NODE_TABLE_LIKE_CLAUSE) {
    table.like.push_back(name_of(*element.table_like_clause->relation, in));
  }
}

CreateTable build(const PgQuery__CreateStmt& node, const Source& in) {
  CreateTable table{.table = name_of(*node.relation, in), .if_not_exists = node.if_not_exists != 0};
  const std::string_view persistence = node.relation->relpersistence;
  table.temporary = persistence == "t";
  table.unlogged = persistence == "u";
  table.partitioned = node.partspec != nullptr;
  for (std::size_t i = 0; i < node.n_table_elts; ++i) add_element(table, *node.table_elts[i], in);
  for (std::size_t i = 0; i < node.n_inh_relations; ++i)
    if (node.inh_relations[i]->node_case == PG_QUERY__NODE__NODE_RANGE_VAR)
      table.inherits.push_back(name_of(*node.inh_relations[i]->range_var, in));
  if (node.partbound != nullptr && !table.inherits.empty()) {
    table.partition_of = table.inherits.front();
    table.inherits.clear();
    table.is_default_partition = node.partbound->is_default != 0;
  }
  return table;
}

}  // namespace runner
