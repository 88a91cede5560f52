#include "stages/lint/locks.hpp"
#include "stages/lint/rules.hpp"

#include <algorithm>
#include <variant>

namespace runner::rules {

/// Rows by the statement; INSERT … VALUES is a few.
static bool changes_rows(const ParsedStatement& statement, const RuleContext& in) {
  const auto* rows = as<ChangeRows>(statement);
  return rows != nullptr && !rows->only_values && !in.created(rows->table);
}

static bool works(const std::vector<TableLock>& locks) {
  return std::any_of(locks.begin(), locks.end(),
                     [](const TableLock& lock) { return lock.work != RowWork::none; });
}

static const TableLock* access_exclusive(const std::vector<TableLock>& locks) {
  const auto found = std::find_if(locks.begin(), locks.end(), [](const TableLock& lock) {
    return lock.lock == LockMode::access_exclusive;
  });
  return found == locks.end() ? nullptr : &*found;
}

static bool counts(const ParsedStatement& statement) {
  return !std::holds_alternative<NotModelled>(statement.what) &&
         !std::holds_alternative<Setting>(statement.what) &&
         !std::holds_alternative<TransactionControl>(statement.what) &&
         !std::holds_alternative<Query>(statement.what);
}

static Remarks finish(const RuleContext& in) {
  if (in.shape() == TransactionShape::none) return {};
  const TableLock* held = nullptr;
  std::size_t more = 0;
  for (std::size_t i = 0; i < in.statements().size(); ++i) {
    const ParsedStatement& statement = in.statements()[i];
    if (statement.kind == StatementKind::commit) {
      if (more > 0) break;
      held = nullptr;
    }
    const TableLock* taken = access_exclusive(in.locks()[i]);
    if (held != nullptr && counts(statement)) {
      if ((works(in.locks()[i]) || changes_rows(statement, in)) && in.existed(held->table)) {
        Remark heavy = at(statement.offset, "nobody can read {} while this statement goes over many rows",
                          held->table.str());
        heavy.severity = Severity::error;
        return {std::move(heavy)};
      }
      ++more;
    }
    if (held == nullptr && taken != nullptr) held = taken;
  }
  if (more == 0 || !in.existed(held->table)) return {};
  return {at(held->position, "nobody can read {} until {} after this one {} through, too", held->table.str(),
             more == 1 ? "the statement" : fmt::format("{} more statements", more),
             more == 1 ? "is" : "are")};
}

const LintRule work_under_access_exclusive{
    .name = "work-under-access-exclusive",
    .section = RuleSection::locks,
    .severity = Severity::warning,
    .summary =
        "More statements run while nobody can read a table that was there before; an error when they read or "
        "write many rows",
    .remedy = "Split the file: what locks readers out goes last, or into a migration of its own.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
CREATE TABLE public.payments (id bigint NOT NULL, amount numeric);
)",
         .sql = R"(ALTER TABLE public.invoices ADD COLUMN due date;
CREATE TABLE public.notes (id bigint PRIMARY KEY);
)",
         .lock = LockMode::access_exclusive},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
CREATE TABLE public.payments (id bigint NOT NULL, amount numeric);
)",
         .sql = R"(CREATE TABLE public.notes (id bigint PRIMARY KEY);
ALTER TABLE public.invoices ADD COLUMN due date;
)",
         .lock = LockMode::access_exclusive},
    .finish = finish,
};

}  // namespace runner::rules
