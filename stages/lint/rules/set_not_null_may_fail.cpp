#include "stages/lint/makes.hpp"
#include "stages/lint/rewrites.hpp"
#include "stages/lint/rules.hpp"

#include <algorithm>

namespace runner::rules {

static bool is_filled(const QualifiedName& table, const std::string& column, const RuleContext& in) {
  const Statements statements = earlier(in, table);
  return std::any_of(statements.begin(), statements.end(), [&](const ParsedStatement& statement) {
    const auto* rows = as<ChangeRows>(statement);
    if (rows == nullptr || !is_same(rows->table, table)) return false;
    return rows->kind == ChangeRows::Kind::remove || rows->kind == ChangeRows::Kind::merge ||
           contains(rows->columns, column);
  });
}

static bool has_default(const QualifiedName& table, const std::string& column, const RuleContext& in) {
  const SchemaTable* known = in.table(table);
  const SchemaColumn* found = known == nullptr ? nullptr : known->column(column);
  return (found != nullptr && (found->has_default || found->is_identity)) ||
         has_action_behind(in, table, AlterKind::set_default, column, 0);
}

static Remarks about(const QualifiedName& table, const AlterAction& action, const RuleContext& in) {
  if (!in.existed(table) || is_own_column(in, table, action.name)) return {};
  if (!scans_for_nulls(in.table(table), action.name)) return {};
  if (!is_filled(table, action.name, in))
    return {at(action.position,
               "this fails where a row of {} has no {}, and code that still writes such rows fails after it",
               table.str(), action.name)};
  if (has_default(table, action.name, in)) return {};
  Remark rest =
      at(action.position, "code that still writes rows of {} without {} fails from the moment this commits",
         table.str(), action.name);
  rest.severity = Severity::warning;
  return {std::move(rest)};
}

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions)
    if (action.kind == AlterKind::set_not_null)
      for (Remark& remark : about(alter.table, action, in)) found.push_back(std::move(remark));
  return found;
}

const LintRule set_not_null_may_fail{
    .name = "set-not-null-may-fail",
    .section = RuleSection::compatibility,
    .summary =
        "SET NOT NULL on a column that was there before is refused where a row holds null, and refuses such "
        "rows of the code that is running",
    .remedy =
        "Let every writer fill the column, or SET DEFAULT, fill the rows that hold null, and prove it by a "
        "valid CHECK (column IS NOT NULL) before.",
    .bad = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
)",
            .sql = R"(ALTER TABLE public.invoices ALTER COLUMN no SET NOT NULL;
)",
            .lock = LockMode::access_exclusive,
            .work = RowWork::scan},
    .good = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
ALTER TABLE public.invoices ADD CONSTRAINT invoices_no_set CHECK (no IS NOT NULL);
)",
             .sql = R"(ALTER TABLE public.invoices ALTER COLUMN no SET NOT NULL;
)",
             .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
