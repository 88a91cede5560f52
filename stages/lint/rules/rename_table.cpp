#include "stages/lint/makes.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static bool is_relation(ObjectKind kind) {
  return kind == ObjectKind::table || kind == ObjectKind::view || kind == ObjectKind::materialized_view ||
         kind == ObjectKind::foreign_table;
}

/// Queries go to a partition by its parent's name.
static bool is_partition(const SchemaTable* table) {
  return table != nullptr && !table->partition_of.empty();
}

static Remarks check(const Rename& rename, const RuleContext& in) {
  if (!is_relation(rename.kind) || is_own_relation(in, rename.object) || !in.existed(rename.object))
    return {};
  if (in.shape() != TransactionShape::none && makes_relation(later(in, rename.object), rename.object))
    return {};
  if (is_partition(in.table(rename.object))) return {};
  return {at(rename.object.position,
             "code that still uses {} fails from the moment this commits: no view is left under this name",
             rename.object.str())};
}

const LintRule rename_table{
    .name = "rename-table",
    .section = RuleSection::compatibility,
    .summary =
        "A renamed table or view, or one that moved to another schema, is gone for the code that is running, "
        "unless the same transaction leaves a view under the old name",
    .remedy = "Make a view under the old name in the same migration, and drop it when nobody uses it.",
    .bad = {.before = R"(CREATE TABLE public.bills (id bigint PRIMARY KEY, total numeric);
)",
            .sql = R"(ALTER TABLE public.bills RENAME TO invoices;
)",
            .lock = LockMode::access_exclusive},
    .good = {.before = R"(CREATE TABLE public.bills (id bigint PRIMARY KEY, total numeric);
)",
             .sql = R"(ALTER TABLE public.bills RENAME TO invoices;
CREATE VIEW public.bills WITH (security_invoker = true) AS SELECT id, total FROM public.invoices;
)",
             .since_major = 15,
             .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
