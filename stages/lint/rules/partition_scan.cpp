#include "stages/lint/rewrites.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check_attach(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions) {
    if (action.kind != AlterKind::attach_partition) continue;
    if (in.existed(action.partition) && scans_for_bounds(in.table(action.partition)))
      found.push_back(at(action.position,
                         "reads and writes of {} wait while every row is checked against the bounds",
                         action.partition.str()));
    const SchemaTable* parent = in.created(alter.table) ? nullptr : in.table(alter.table);
    if (parent != nullptr && !parent->default_partition.empty() && !action.is_default_partition)
      found.push_back(at(action.position, "{} while every row of it is checked",
                         waits(LockMode::access_exclusive, parent->default_partition)));
  }
  return found;
}

static Remarks check_create(const CreateTable& create, const RuleContext& in) {
  if (create.partition_of.empty() || in.created(create.partition_of)) return {};
  const SchemaTable* parent = in.table(create.partition_of);
  if (parent == nullptr || parent->default_partition.empty() || create.is_default_partition) return {};
  return {at(create.table.position, "{} while every row of its default partition is checked",
             waits(LockMode::access_exclusive, create.partition_of))};
}

const LintRule partition_scan{
    .name = "partition-scan",
    .section = RuleSection::locks,
    .severity = Severity::warning,
    .summary =
        "ATTACH PARTITION reads the whole new partition, and a new partition reads the whole default "
        "partition, while they are locked",
    .remedy =
        "Add a valid CHECK that matches the partition's bounds first; ATTACH then need not look at the rows.",
    .bad =
        {.before = R"(CREATE TABLE public.events (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE public.events_2025 PARTITION OF public.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE public.events_2026 (id bigint, at date);
)",
         .sql =
             R"(ALTER TABLE public.events ATTACH PARTITION public.events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
)",
         .lock = LockMode::access_exclusive,
         .work = RowWork::scan},
    .good =
        {.before = R"(CREATE TABLE public.events (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE public.events_2025 PARTITION OF public.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE public.events_2026 (id bigint, at date, CHECK (at IS NOT NULL AND at >= '2026-01-01' AND at < '2027-01-01'));
)",
         .sql =
             R"(ALTER TABLE public.events ATTACH PARTITION public.events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
)",
         .lock = LockMode::access_exclusive},
    .check = on<check_attach, check_create>,
};

}  // namespace runner::rules
