#include "stages/lint/locks.hpp"
#include "stages/lint/rules.hpp"

#include <algorithm>
#include <optional>

namespace runner::rules {

static bool changes_tables(const RuleContext& in) {
  if (in.shape() == TransactionShape::none) return false;
  return std::any_of(in.locks().begin(), in.locks().end(), [&](const std::vector<TableLock>& locks) {
    return std::any_of(locks.begin(), locks.end(), [&](const TableLock& lock) {
      return lock.lock >= LockMode::share && in.existed(lock.table);
    });
  });
}

static bool is_whole(const ChangeRows& rows) {
  const bool has_where = rows.kind == ChangeRows::Kind::update || rows.kind == ChangeRows::Kind::remove;
  return has_where && !rows.where.given && !rows.has_limit;
}

static Remarks finish(const RuleContext& in) {
  Remarks found;
  std::optional<bool> mixed;
  for (const ParsedStatement& statement : in.statements()) {
    const auto* rows = as<ChangeRows>(statement);
    if (rows == nullptr || rows->only_values || in.created(rows->table)) continue;
    if (is_whole(*rows) && in.existed(rows->table)) {
      found.push_back(at(statement.offset,
                         "{} of every row of {} in one transaction: other writers wait for its end",
                         to_string(rows->kind), rows->table.str()));
      continue;
    }
    if (!mixed) mixed = changes_tables(in);
    if (*mixed && in.existed(rows->table))
      found.push_back(at(statement.offset, "{} of rows of {} in the transaction that also locks tables",
                         to_string(rows->kind), rows->table.str()));
  }
  return found;
}

const LintRule dml_unbatched{
    .name = "dml-unbatched",
    .section = RuleSection::locks,
    .severity = Severity::warning,
    .summary =
        "UPDATE or DELETE of a whole table, or changes of rows beside changes of tables in one transaction: "
        "row locks and table locks are held to the end",
    .remedy = "Change rows in batches, in a migration of its own.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(UPDATE public.invoices SET note = '';
)"},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql =
             R"(UPDATE public.invoices SET note = '' WHERE id IN (SELECT id FROM public.invoices WHERE note IS NULL LIMIT 1000);
)"},
    .finish = finish,
};

}  // namespace runner::rules
