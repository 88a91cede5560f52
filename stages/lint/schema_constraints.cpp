// The constraints and row policies of a Schema's tables.
#include "stages/lint/schema.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

/// As PostgreSQL chooses a constraint's name. Source: PostgreSQL, indexcmds.c, ChooseIndexName; shortened
/// names aside.
static std::string chosen_name(const SchemaTable& table, const Constraint& constraint) {
  if (!constraint.name.empty()) return constraint.name;
  if (!constraint.using_index.empty()) return constraint.using_index;
  const std::string columns = fmt::format("{}", fmt::join(constraint.columns, "_"));
  switch (constraint.kind) {
    case ConstraintKind::primary_key:
      return table.name.name + "_pkey";
    case ConstraintKind::foreign_key:
      return fmt::format("{}_{}_fkey", table.name.name, columns);
    case ConstraintKind::unique:
      return fmt::format("{}_{}_key", table.name.name, columns);
    case ConstraintKind::exclusion:
      return fmt::format("{}_excl", table.name.name);
    case ConstraintKind::check:
      break;
  }
  const std::string column = constraint.check.columns.size() == 1 ? "_" + constraint.check.columns[0] : "";
  return fmt::format("{}{}_check", table.name.name, column);
}

void Schema::add_constraint(SchemaTable& table, const Constraint& constraint) {
  SchemaConstraint made{.kind = constraint.kind,
                        .name = chosen_name(table, constraint),
                        .columns = constraint.columns,
                        .valid = !constraint.not_valid,
                        .not_null = constraint.check.not_null,
                        .listed_column = constraint.check.listed_column,
                        .listed = constraint.check.listed,
                        .added = true};
  if (made.kind == ConstraintKind::check && made.columns.empty()) made.columns = constraint.check.columns;
  if (made.kind == ConstraintKind::foreign_key) {
    const Key referenced = key(constraint.referenced);
    made.referenced = {referenced.first, referenced.second, constraint.referenced.position};
    made.referenced_columns = constraint.referenced_columns;
  }
  const bool has_index = made.kind == ConstraintKind::primary_key || made.kind == ConstraintKind::unique;
  if (has_index && constraint.using_index.empty()) {
    table.indexes.push_back(
        {.name = made.name, .columns = constraint.columns, .unique = true, .added = true});
    index_tables[{table.name.schema, made.name}] = {table.name.schema, table.name.name};
  }
  if (made.kind == ConstraintKind::primary_key)
    for (const std::string& column : constraint.columns)
      if (const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                          [&](const SchemaColumn& other) { return other.name == column; });
          found != table.columns.end())
        found->not_null = true;
  table.constraints.push_back(std::move(made));
}

static SchemaPolicy policy_of(const Policy& create) {
  SchemaPolicy policy{.name = create.name,
                      .permissive = create.permissive,
                      .command = create.command,
                      .roles = create.roles,
                      .shows_all = create.using_rows.is_true,
                      .takes_all = create.with_check.is_true};
  if (!create.with_check.given) policy.takes_all = policy.shows_all;
  if (policy.roles.empty()) policy.roles.emplace_back("public");
  return policy;
}

static void alter_policy(SchemaPolicy& policy, const Policy& alter) {
  if (!alter.roles.empty()) policy.roles = alter.roles;
  if (alter.using_rows.given) policy.shows_all = alter.using_rows.is_true;
  if (alter.with_check.given) policy.takes_all = alter.with_check.is_true;
}

void Schema::apply(const Policy& policy) {
  SchemaTable* table = find(policy.table);
  if (table == nullptr) return;
  if (!policy.alters) {
    table->policies.push_back(policy_of(policy));
    return;
  }
  for (SchemaPolicy& old : table->policies)
    if (old.name == policy.name) alter_policy(old, policy);
}

}  // namespace runner
