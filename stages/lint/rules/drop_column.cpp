#include "stages/lint/rules.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/ranges.h>

namespace runner::rules {

static bool uses(const std::vector<std::string>& columns, const std::string& column) {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

/// ", and with them index a, constraint b": of one column alone they are no surprise, and are left out.
static std::string what_goes_too(const SchemaTable* table, const std::string& column) {
  std::vector<std::string> names;
  if (table == nullptr) return {};
  for (const SchemaConstraint& constraint : table->constraints)
    if (constraint.columns.size() > 1 && uses(constraint.columns, column))
      names.push_back("constraint " + constraint.name);
  for (const SchemaIndex& index : table->indexes)
    if (uses(index.columns, column) && table->constraint(index.name) == nullptr)
      names.push_back("index " + index.name);
  return names.empty() ? "" : fmt::format(", and with them {}", fmt::join(names, ", "));
}

static bool added_here(const AlterTable& dropping, const std::string& column, const RuleContext& in) {
  for (std::size_t i = 0; i < in.index(); ++i)
    if (const auto* alter = as<AlterTable>(in.statements()[i]))
      for (const AlterAction& action : alter->actions)
        if (action.kind == AlterKind::add_column && action.name == column && !action.if_exists &&
            alter->table.name == dropping.table.name)
          return true;
  return false;
}

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  if (alter.kind != RelationKind::table) return found;
  for (const AlterAction& action : alter.actions) {
    if (action.kind != AlterKind::drop_column || !in.existed(alter.table) ||
        added_here(alter, action.name, in))
      continue;
    const SchemaTable* table = in.table(alter.table);
    if (table != nullptr && table->column(action.name) == nullptr) continue;
    found.push_back(at(action.position, "the values of {}.{} are lost{}", alter.table.str(), action.name,
                       what_goes_too(table, action.name))
                        .losing(alter.table.str() + "." + action.name));
  }
  return found;
}

const LintRule drop_column{
    .name = "drop-column",
    .section = RuleSection::data_loss,
    .summary =
        "DROP COLUMN takes the values away for good, and with them indexes and constraints that use the "
        "column",
    .remedy =
        "Let the application stop using the column first; drop it when nobody reads it any more, and excuse "
        "the statement.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
CREATE INDEX invoices_client_note_idx ON public.invoices (client_id, note);
)",
         .sql = R"(ALTER TABLE public.invoices DROP COLUMN note;
)",
         .lock = LockMode::access_exclusive},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(ALTER TABLE public.invoices ADD COLUMN due date;
ALTER TABLE public.invoices DROP COLUMN due;
)",
         .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
