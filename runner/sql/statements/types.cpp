#include "runner/sql/statements/types.hpp"

#include "runner/sql/statements/build.hpp"

namespace runner {

CreateType build(const PgQuery__CreateEnumStmt& node, const Source& in) {
  return {.type = name_of({node.type_name, node.n_type_name}, in.offset),
          .members = strings_of({node.vals, node.n_vals})};
}

CreateType build(const PgQuery__CompositeTypeStmt& node, const Source& in) {
  return {.type = name_of(*node.typevar, in)};
}

CreateType build(const PgQuery__CreateRangeStmt& node, const Source& in) {
  return {.type = name_of({node.type_name, node.n_type_name}, in.offset)};
}

CreateType build(const PgQuery__CreateDomainStmt& node, const Source& in) {
  CreateType type{.type = name_of({node.domainname, node.n_domainname}, in.offset),
                  .is_domain = true,
                  .base = type_of(node.type_name, in)};
  for (std::size_t i = 0; i < node.n_constraints; ++i) {
    if (node.constraints[i]->node_case != PG_QUERY__NODE__NODE_CONSTRAINT) continue;
    const PgQuery__Constraint& constraint = *node.constraints[i]->constraint;
    if (constraint.contype == PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL) type.not_null = true;
    if (auto built = constraint_of(constraint, in)) type.constraints.push_back(std::move(*built));
  }
  return type;
}

AlterEnum build(const PgQuery__AlterEnumStmt& node, const Source& in) {
  return {.type = name_of({node.type_name, node.n_type_name}, in.offset),
          .old_value = node.old_val,
          .new_value = node.new_val,
          .neighbour = node.new_val_neighbor,
          .is_before = node.new_val_is_after == 0,
          .if_not_exists = node.skip_if_new_val_exists != 0};
}

static AlterDomain::Kind kind_of(const PgQuery__AlterDomainStmt& node) {
  using Kind = AlterDomain::Kind;
  switch (node.subtype[0]) {  // Source: PostgreSQL, parsenodes.h, AlterDomainStmt
    case 'T':
      return node.def != nullptr ? Kind::set_default : Kind::drop_default;
    case 'O':
      return Kind::set_not_null;
    case 'N':
      return Kind::drop_not_null;
    case 'C':
      return Kind::add_constraint;
    case 'X':
      return Kind::drop_constraint;
    default:
      return Kind::validate;
  }
}

AlterDomain build(const PgQuery__AlterDomainStmt& node, const Source& in) {
  AlterDomain alter{.domain = name_of({node.type_name, node.n_type_name}, in.offset),
                    .kind = kind_of(node),
                    .name = node.name};
  if (node.def != nullptr && node.def->node_case == PG_QUERY__NODE__NODE_CONSTRAINT) {
    alter.constraint = constraint_of(*node.def->constraint, in);
    alter.name = node.def->constraint->conname;
  }
  return alter;
}

CreateSchema build(const PgQuery__CreateSchemaStmt& node, const Source&) {
  std::string name = node.schemaname;
  if (name.empty() && node.authrole != nullptr) name = node.authrole->rolename;
  return {.name = std::move(name), .if_not_exists = node.if_not_exists != 0};
}

CreateSequence build(const PgQuery__CreateSeqStmt& node, const Source& in) {
  return {.sequence = name_of(*node.sequence, in), .if_not_exists = node.if_not_exists != 0};
}

CreateExtension build(const PgQuery__CreateExtensionStmt& node, const Source&) {
  return {.name = node.extname, .if_not_exists = node.if_not_exists != 0};
}

}  // namespace runner
