#include "stages/lint/locks.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions)
    if (action.kind == AlterKind::detach_partition && !action.concurrently && in.existed(alter.table))
      found.push_back(at(action.position, "{} while {} is detached: every partition is locked with it",
                         waits(LockMode::access_exclusive, alter.table), action.partition.str()));
  return found;
}

const LintRule detach_not_concurrent{
    .name = "detach-not-concurrent",
    .section = RuleSection::locks,
    .summary = "DETACH PARTITION without CONCURRENTLY takes ACCESS EXCLUSIVE on the whole partitioned table",
    .remedy = "Write DETACH PARTITION … CONCURRENTLY, in a migration of its own.",
    .bad = {.before = R"(CREATE TABLE public.events (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE public.events_2025 PARTITION OF public.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
)",
            .sql = R"(ALTER TABLE public.events DETACH PARTITION public.events_2025;
)",
            .lock = LockMode::access_exclusive},
    .good = {.before = R"(CREATE TABLE public.events (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE public.events_2025 PARTITION OF public.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
)",
             .sql = R"(ALTER TABLE public.events DETACH PARTITION public.events_2025 CONCURRENTLY;
)",
             .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
