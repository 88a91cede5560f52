#include "stages/lint/rewrites.hpp"

#include "stages/lint/rule_context.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <fmt/format.h>

namespace runner {

/// Functions of PostgreSQL itself, and uuid-ossp's, that give another value for each row.
/// Source: pg_proc.provolatile.
static constexpr std::array<std::string_view, 16> volatile_functions{"clock_timestamp",
                                                                     "random",
                                                                     "gen_random_uuid",
                                                                     "timeofday",
                                                                     "nextval",
                                                                     "setval",
                                                                     "currval",
                                                                     "lastval",
                                                                     "uuid_generate_v1",
                                                                     "uuid_generate_v4",
                                                                     "uuid_generate_v1mc",
                                                                     "gen_random_bytes",
                                                                     "pg_sleep",
                                                                     "setseed",
                                                                     "gen_salt",
                                                                     "nanoid"};

static bool is_volatile(const QualifiedName& function, const Schema& schema) {
  const auto overloads = schema.overloads(function);
  if (!overloads.empty())
    return std::any_of(overloads.begin(), overloads.end(), [](const auto* f) { return f->is_volatile; });
  if (std::find(volatile_functions.begin(), volatile_functions.end(), function.name) !=
      volatile_functions.end())
    return true;
  // A schema's own function that nobody has seen: PostgreSQL's default is VOLATILE.
  return !schema.known && !function.schema.empty() && function.schema != "pg_catalog";
}

std::string rewrite_by_column(const ColumnDefinition& column, const RuleContext& in) {
  if (column.is_generated) return "its values are generated and stored";
  if (column.is_identity) return "it is an identity column, so every row gets a number";
  if (column.type.is_serial()) return fmt::format("it is {}, so every row gets a number", column.type.name);
  if (!column.default_value.functions.empty())
    for (const QualifiedName& function : column.default_value.functions)
      if (is_volatile(function, in.schema()))
        return fmt::format("its default {}() is volatile, so every row gets its own value", function.str());
  static constexpr std::array<std::string_view, 20> common{
      "text", "int4",  "int8", "int2", "bool",   "varchar", "numeric", "timestamptz", "timestamp", "date",
      "uuid", "jsonb", "json", "time", "float8", "float4",  "bytea",   "interval",    "inet",      "bpchar"};
  if (column.type.schema.empty() && std::find(common.begin(), common.end(), column.type.name) != common.end())
    return {};
  const SchemaType* type = in.schema().type(column.type);
  if (type != nullptr && type->is_domain && type->constrained && !column.type.is_array)
    return fmt::format("its domain {} has constraints", column.type.str());
  return {};
}

static int modifier(const TypeName& type, std::size_t index) {
  return index < type.modifiers.size() ? type.modifiers[index] : -1;
}

/// True when the limit `to` lets everything through that `from` lets through; -1 is no limit.
static bool at_least(int to, int from) {
  return to < 0 || (from >= 0 && to >= from);
}

static bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

static bool is_timestamp(std::string_view name) {
  return is_one_of(name, {"timestamp", "timestamptz"});
}

/// True when the bytes stay as they are. Source: PostgreSQL, tablecmds.c, ATColumnChangeRequiresRewrite, and
/// the length functions' support functions.
static bool keeps_bytes(const TypeName& from, const TypeName& to, bool utc) {
  if (from.is_array != to.is_array) return false;
  if (is_one_of(from.name, {"varchar", "text"})) {
    if (is_one_of(to.name, {"text", "citext"})) return true;
    if (to.name == "varchar") return at_least(modifier(to, 0), modifier(from, 0));
    return false;
  }
  if (is_timestamp(from.name) && is_timestamp(to.name))
    return at_least(modifier(to, 0), modifier(from, 0)) && (from.name == to.name || utc);
  if (from.name == "cidr" && to.name == "inet") return true;
  if (from.name != to.name) return false;
  if (from.modifiers == to.modifiers) return true;
  if (is_one_of(to.name, {"varbit", "time", "timetz", "interval"}))
    return at_least(modifier(to, 0), modifier(from, 0));
  if (to.name == "numeric")
    return to.modifiers.empty() || (!from.modifiers.empty() && at_least(modifier(to, 0), modifier(from, 0)) &&
                                    std::max(modifier(to, 1), 0) == std::max(modifier(from, 1), 0));
  return false;
}

RowWork work_of_type_change(const SchemaColumn* from, const AlterAction& change, const Schema& schema) {
  const Expression& by = change.expression;
  const bool plain = !by.given || by.is_cast_of_column || (by.functions.empty() && by.text == change.name);
  const bool utc = is_one_of(schema.time_zone, {"UTC", "Etc/UTC", "GMT", "Etc/UCT", "UCT", "Zulu"});
  if (!plain) return RowWork::rewrite;
  if (from == nullptr)  // to text: most often from varchar
    return is_one_of(change.type.name, {"text", "varchar"}) && change.type.modifiers.empty()
               ? RowWork::none
               : RowWork::rewrite;
  if (!keeps_bytes(from->type, change.type, utc)) return RowWork::rewrite;
  return change.collation != from->collation && !change.collation.empty() ? RowWork::build_index
                                                                          : RowWork::none;
}

/// A type's place among those that hold ever more; 0: not one of them.
static int width_of(std::string_view name) {
  if (name == "int2") return 1;
  if (name == "int4") return 2;
  if (name == "int8") return 3;
  if (name == "float4") return 4;
  if (name == "float8") return 5;
  return 0;
}

static bool is_text(std::string_view name) {
  return is_one_of(name, {"text", "varchar", "bpchar", "citext"});
}

bool is_narrower(const TypeName& from, const TypeName& to) {
  if (from.is_array != to.is_array) return true;
  if (is_text(from.name)) {
    if (!is_text(to.name)) return true;
    return to.name != "text" && to.name != "citext" && !at_least(modifier(to, 0), modifier(from, 0));
  }
  if (is_text(to.name)) return to.modifiers.size() == 1;
  if (width_of(from.name) > 0 && width_of(to.name) > 0) return width_of(to.name) < width_of(from.name);
  if (from.name == "numeric") {
    if (to.name != "numeric") return true;
    if (to.modifiers.empty()) return false;
    if (from.modifiers.empty()) return true;
    const int scale = std::max(modifier(to, 1), 0) - std::max(modifier(from, 1), 0);
    return scale < 0 || modifier(to, 0) - modifier(from, 0) < scale;
  }
  if (is_timestamp(from.name)) {
    if (is_timestamp(to.name)) return !at_least(modifier(to, 0), modifier(from, 0));
    return is_one_of(to.name, {"date", "time", "timetz"});
  }
  return (from.name == "jsonb" || from.name == "json") && !is_one_of(to.name, {"jsonb", "json"});
}

bool scans_for_nulls(const SchemaTable* table, std::string_view column) {
  if (table == nullptr) return true;
  if (const SchemaColumn* found = table->column(column); found != nullptr && found->not_null) return false;
  return std::none_of(table->constraints.begin(), table->constraints.end(), [&](const SchemaConstraint& c) {
    return c.kind == ConstraintKind::check && c.valid &&
           std::find(c.not_null.begin(), c.not_null.end(), column) != c.not_null.end();
  });
}

bool scans_for_nulls(const ColumnDefinition& added) {
  return added.not_null && !added.default_value.given;
}

bool scans_for_bounds(const SchemaTable* partition) {
  return partition == nullptr ||
         std::none_of(partition->constraints.begin(), partition->constraints.end(),
                      [](const SchemaConstraint& c) { return c.kind == ConstraintKind::check && c.valid; });
}

bool scans_users(const AlterDomain& alter) {
  if (alter.kind == AlterDomain::Kind::set_not_null || alter.kind == AlterDomain::Kind::validate) return true;
  return alter.kind == AlterDomain::Kind::add_constraint && alter.constraint && !alter.constraint->not_valid;
}

}  // namespace runner
