#include "stages/lint/makes.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static bool is_behind_the_last(const AlterEnum& alter, const SchemaType* type) {
  return type != nullptr && !type->members.empty() && !alter.is_before &&
         type->members.back() == alter.neighbour;
}

static Remarks check_enum(const AlterEnum& alter, const RuleContext& in) {
  if (alter.neighbour.empty() || is_own_type(in, alter.type)) return {};
  const SchemaType* type = in.schema().type(alter.type);
  if (type == nullptr ? in.schema().known : is_behind_the_last(alter, type)) return {};
  if (alter.if_not_exists && type != nullptr && contains(type->members, alter.new_value)) return {};
  return {at(in.statement().offset,
             "'{}' counts as {} '{}' in every ORDER BY, <, > and max() over {} of code that is running",
             alter.new_value, alter.is_before ? "less than" : "next after", alter.neighbour,
             alter.type.str())};
}

static std::vector<std::string> missing(const std::vector<std::string>& from,
                                        const std::vector<std::string>& to) {
  std::vector<std::string> found;
  for (const std::string& member : from)
    if (!contains(to, member)) found.push_back(fmt::format("'{}'", member));
  return found;
}

/// An enum that takes another's place, which is how members are taken out.
static Remarks check_swap(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions) {
    if (action.kind != AlterKind::column_type || action.type.empty() || in.created(alter.table)) continue;
    const QualifiedName type{action.type.schema, action.type.name, 0};
    const SchemaType* to = makes_type(earlier(in, type), type) ? in.schema().type(action.type) : nullptr;
    const SchemaTable* table = to == nullptr ? nullptr : in.table(alter.table);
    const SchemaColumn* column = table == nullptr ? nullptr : table->column(action.name);
    const SchemaType* from = column == nullptr ? nullptr : in.schema().type(column->type);
    if (from == nullptr) continue;
    const std::vector<std::string> gone = missing(from->members, to->members);
    if (gone.empty() || to->members.empty()) continue;
    found.push_back(at(action.position,
                       "code that still writes {} into {}.{} fails from the moment this commits",
                       listing(gone), alter.table.str(), action.name));
    found.back().severity = Severity::error;
  }
  return found;
}

const LintRule enum_append_order{
    .name = "enum-append-order",
    .section = RuleSection::compatibility,
    .severity = Severity::warning,
    .summary =
        "A member put BEFORE or AFTER others of an enum changes what running code gets where it sorts or "
        "compares; an error where an enum with fewer members takes another's place",
    .remedy = "Append new members, and leave those that are out of use.",
    .bad = {.before = R"(CREATE TYPE public.state AS ENUM ('open', 'paid');
)",
            .sql = R"(ALTER TYPE public.state ADD VALUE 'sent' BEFORE 'paid';
)"},
    .good = {.before = R"(CREATE TYPE public.state AS ENUM ('open', 'paid');
)",
             .sql = R"(ALTER TYPE public.state ADD VALUE 'written_off';
)"},
    .check = on<check_enum, check_swap>,
};

}  // namespace runner::rules
