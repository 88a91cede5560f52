#include "stages/lint/rules.hpp"

#include <algorithm>
#include <variant>

namespace runner::rules {

/// Settings may stand beside it: they change nothing that could be left half done.
static bool counts(const ParsedStatement& statement) {
  return !statement.in_body && !std::holds_alternative<Setting>(statement.what) &&
         !std::holds_alternative<TransactionControl>(statement.what);
}

static Remarks finish(const RuleContext& in) {
  const auto& all = in.statements();
  const auto others = std::count_if(all.begin(), all.end(), counts) - 1;
  const bool has_begin = std::any_of(all.begin(), all.end(), [](const ParsedStatement& statement) {
    return statement.kind == StatementKind::begin;
  });
  Remarks found;
  for (const ParsedStatement& statement : all) {
    if (statement.kind != StatementKind::outside_transaction) continue;
    if (statement.in_body)
      found.push_back(at(statement.offset, "PostgreSQL refuses this statement in a DO block"));
    else if (has_begin)
      found.push_back(at(statement.offset, "PostgreSQL refuses this statement between BEGIN and COMMIT"));
    else if (others > 0 && found.empty())
      found.push_back(
          at(statement.offset,
             "this statement cannot run in a transaction, so the other {} of the file run without "
             "one, too: what fails half-way stays half done",
             others == 1 ? "statement" : fmt::format("{} statements", others)));
  }
  return found;
}

const LintRule not_allowed_in_transaction{
    .name = "not-allowed-in-transaction",
    .section = RuleSection::locks,
    .summary =
        "A statement that PostgreSQL refuses in a transaction block stands beside others, within BEGIN, or "
        "in a DO block",
    .remedy = "Give the statement a migration of its own, without BEGIN and COMMIT.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(ALTER TABLE public.invoices ADD COLUMN due date;
CREATE INDEX CONCURRENTLY IF NOT EXISTS invoices_due_idx ON public.invoices (due);
)",
         .line = 2,
         .lock = LockMode::access_exclusive,
         .work = RowWork::build_index},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(SET lock_timeout = '2s';
CREATE INDEX CONCURRENTLY IF NOT EXISTS invoices_client_id_idx ON public.invoices (client_id);
)",
         .lock = LockMode::share_update_exclusive,
         .work = RowWork::build_index},
    .finish = finish,
};

}  // namespace runner::rules
