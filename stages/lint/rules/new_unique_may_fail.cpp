#include "stages/lint/makes.hpp"
#include "stages/lint/rules.hpp"

#include <algorithm>

namespace runner::rules {

namespace {
struct NewKey {
  QualifiedName table{};
  std::vector<std::string> columns{};  ///< "" for an expression
  std::size_t position = 0;
};
}  // namespace

/// Rows that differ in some of the columns differ in all of them; so did rows under an index that goes.
static bool is_implied(const SchemaTable* table, const std::vector<std::string>& columns) {
  if (table == nullptr) return false;
  const auto implies = [&](const SchemaIndex& index) {
    return index.unique && index.valid && !index.partial &&
           std::all_of(index.columns.begin(), index.columns.end(), [&](const std::string& column) {
             return !column.empty() && contains(columns, column);
           });
  };
  return std::any_of(table->indexes.begin(), table->indexes.end(), implies) ||
         std::any_of(table->dropped_indexes.begin(), table->dropped_indexes.end(), implies);
}

static bool has_own_column(const NewKey& key, const RuleContext& in) {
  return std::any_of(key.columns.begin(), key.columns.end(), [&](const std::string& column) {
    return !column.empty() && is_own_column(in, key.table, column);
  });
}

/// True when rows of the table were put right before: whoever does that has looked at them.
static bool is_cleaned(const NewKey& key, const RuleContext& in) {
  const Statements statements = earlier(in, key.table);
  return std::any_of(statements.begin(), statements.end(), [&](const ParsedStatement& statement) {
    const auto* rows = as<ChangeRows>(statement);
    return rows != nullptr && rows->kind != ChangeRows::Kind::insert && is_same(rows->table, key.table);
  });
}

static std::string shown(const std::vector<std::string>& columns) {
  std::vector<std::string> names;
  for (const std::string& column : columns) names.push_back(column.empty() ? "an expression" : column);
  return listing(names);
}

static Remarks about(const NewKey& key, const RuleContext& in) {
  if (!in.existed(key.table) || has_own_column(key, in)) return {};
  const SchemaTable* table = in.table(key.table);
  if (is_implied(table, key.columns)) return {};
  if (table != nullptr && table->kind != RelationKind::table) return {};  // nobody writes to a view's rows
  if (!is_cleaned(key, in))
    return {at(key.position,
               "this fails where two rows of {} are alike in {}, and code that still writes such rows fails "
               "after it",
               key.table.str(), shown(key.columns))};
  Remark rest =
      at(key.position, "code that still writes rows of {} alike in {} fails from the moment this commits",
         key.table.str(), shown(key.columns));
  rest.severity = Severity::warning;
  return {std::move(rest)};
}

static Remarks check_alter(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions) {
    if (!action.constraint || !action.constraint->using_index.empty()) continue;
    const Constraint& constraint = *action.constraint;
    if (constraint.kind != ConstraintKind::unique && constraint.kind != ConstraintKind::primary_key) continue;
    for (Remark& remark : about({alter.table, constraint.columns, constraint.position}, in))
      found.push_back(std::move(remark));
  }
  return found;
}

static Remarks check_index(const CreateIndex& create, const RuleContext& in) {
  if (!create.unique) return {};
  return about({create.table, create.columns, create.table.position}, in);
}

const LintRule new_unique_may_fail{
    .name = "new-unique-may-fail",
    .section = RuleSection::compatibility,
    .summary =
        "UNIQUE over columns that were there before is refused where rows are alike, and refuses such rows "
        "of "
        "the code that is running",
    .remedy =
        "Count the rows that are alike on the target, let the application stop writing them, clean up, and "
        "excuse the statement.",
    .bad = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
)",
            .sql = R"(CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS invoices_no_key ON public.invoices (no);
)",
            .lock = LockMode::share_update_exclusive,
            .work = RowWork::build_index},
    .good =
        {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
)",
         .sql =
             R"(CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS invoices_no_id_key ON public.invoices (no, id);
)",
         .lock = LockMode::share_update_exclusive,
         .work = RowWork::build_index},
    .check = on<check_alter, check_index>,
};

}  // namespace runner::rules
