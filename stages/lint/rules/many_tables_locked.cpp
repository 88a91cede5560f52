#include "stages/lint/locks.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

/// What one statement locks cannot be parted. A new table's foreign keys are left out: they lock for a
/// moment; and drop-locks-other-table tells of those that go.
static bool counts(const ParsedStatement& statement, const TableLock& lock) {
  return lock.lock >= LockMode::share && !lock.other_end && as<CreateTable>(statement) == nullptr;
}

/// Most files name one table, and need no catalogue to be told from others.
static bool are_two(const QualifiedName& one, const QualifiedName& other, const RuleContext& in) {
  return one.str() != other.str() && in.existed(one) && in.existed(other) &&
         in.schema().key(one) != in.schema().key(other);
}

static Remarks finish(const RuleContext& in) {
  if (in.shape() == TransactionShape::none) return {};
  const TableLock* first = nullptr;
  for (std::size_t i = 0; i < in.statements().size(); ++i) {
    if (in.statements()[i].kind == StatementKind::commit) first = nullptr;
    const TableLock* before = first;
    for (const TableLock& lock : in.locks()[i]) {
      if (!counts(in.statements()[i], lock)) continue;
      if (first == nullptr) first = &lock;
      if (before != nullptr && are_two(before->table, lock.table, in))
        return {at(lock.position, "{} stays locked while this statement waits for {}", before->table.str(),
                   lock.table.str())};
    }
  }
  return {};
}

const LintRule many_tables_locked{
    .name = "many-tables-locked",
    .section = RuleSection::locks,
    .severity = Severity::warning,
    .summary =
        "Statements of one transaction take strong locks on several tables that were there before: each is "
        "held while the next is waited for",
    .remedy = "Change one table a migration.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
CREATE TABLE public.payments (id bigint NOT NULL, amount numeric);
)",
         .sql = R"(ALTER TABLE public.invoices ADD COLUMN due date;
ALTER TABLE public.payments ADD COLUMN due date;
)",
         .line = 2,
         .lock = LockMode::access_exclusive},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
CREATE TABLE public.payments (id bigint NOT NULL, amount numeric);
)",
         .sql = R"(ALTER TABLE public.invoices ADD COLUMN due date;
)",
         .lock = LockMode::access_exclusive},
    .finish = finish,
};

}  // namespace runner::rules
