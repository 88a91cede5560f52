#include "stages/lint/rules.hpp"

#include <algorithm>

namespace runner::rules {

static bool has_valid_check(const SchemaTable* table) {
  return table != nullptr &&
         std::any_of(table->constraints.begin(), table->constraints.end(),
                     [](const SchemaConstraint& c) { return c.kind == ConstraintKind::check && c.valid; });
}

/// Whether the check fits the bounds is for the server to know.
static Remarks check_attach(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions) {
    if (action.kind != AlterKind::attach_partition) continue;
    if (in.existed(action.partition) && !has_valid_check(in.table(action.partition)))
      found.push_back(at(action.position,
                         "reads and writes of {} wait while every row is checked against the bounds",
                         action.partition.str()));
    const SchemaTable* parent = in.created(alter.table) ? nullptr : in.table(alter.table);
    if (parent != nullptr && parent->has_default_partition && !action.is_default_partition)
      found.push_back(
          at(action.position,
             "reads and writes of the default partition of {} wait while every row of it is checked",
             alter.table.str()));
  }
  return found;
}

static Remarks check_create(const CreateTable& create, const RuleContext& in) {
  if (create.partition_of.empty() || in.created(create.partition_of)) return {};
  const SchemaTable* parent = in.table(create.partition_of);
  if (parent == nullptr || !parent->has_default_partition || create.is_default_partition) return {};
  return {at(create.table.position,
             "reads and writes of {} wait while every row of its default partition is checked",
             create.partition_of.str())};
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
)"},
    .good =
        {.before = R"(CREATE TABLE public.events (id bigint, at date) PARTITION BY RANGE (at);
CREATE TABLE public.events_2025 PARTITION OF public.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE public.events_2026 (id bigint, at date, CHECK (at IS NOT NULL AND at >= '2026-01-01' AND at < '2027-01-01'));
)",
         .sql =
             R"(ALTER TABLE public.events ATTACH PARTITION public.events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
)"},
    .check = on<check_attach, check_create>,
};

}  // namespace runner::rules
