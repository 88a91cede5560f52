#include "stages/lint/other_ends.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

template <typename Statement>
static Remarks check(const Statement& statement, const RuleContext& in) {
  Remarks found;
  for (const OtherEnd& end : other_ends(statement, in))
    found.push_back(at(end.position, "reads and writes of {} wait, too: {}", end.table.str(), end.why));
  return found;
}

const LintRule drop_locks_other_table{
    .name = "drop-locks-other-table",
    .section = RuleSection::locks,
    .severity = Severity::warning,
    .summary =
        "Dropping a table, a foreign key or its column takes ACCESS EXCLUSIVE on the table at the key's "
        "other end, too",
    .remedy = "Drop the foreign key alone, in a migration of its own, before what it belongs to.",
    .bad = {.before = R"(CREATE TABLE public.clients (id bigint PRIMARY KEY);
CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint REFERENCES public.clients (id));
)",
            .sql = R"(ALTER TABLE public.invoices DROP CONSTRAINT invoices_client_id_fkey;
)",
            .lock = LockMode::access_exclusive},
    .good = {.before = R"(CREATE TABLE public.clients (id bigint PRIMARY KEY);
CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint REFERENCES public.clients (id));
)",
             .sql = R"(ALTER TABLE public.invoices DROP CONSTRAINT invoices_pkey;
)",
             .lock = LockMode::access_exclusive},
    .check = on<check<AlterTable>, check<Drop>>,
};

}  // namespace runner::rules
