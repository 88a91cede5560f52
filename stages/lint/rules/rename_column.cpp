#include "stages/lint/makes.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const Rename& rename, const RuleContext& in) {
  const bool of_type = rename.kind == ObjectKind::attribute;
  if (rename.kind != ObjectKind::column && !of_type) return {};
  if (of_type ? is_own_type(in, rename.object) : !in.existed(rename.object)) return {};
  if (is_own_column(in, rename.object, rename.part)) return {};
  if (makes_column(later(in, rename.object), rename.object, rename.part))
    return {};  // another takes its place
  return {at(rename.object.position, "code that still uses {}.{} fails from the moment this commits",
             rename.object.str(), rename.part)};
}

const LintRule rename_column{
    .name = "rename-column",
    .section = RuleSection::compatibility,
    .summary = "A renamed column is gone for the code that runs until the next deployment is through",
    .remedy =
        "Add a column of the new name, write both, let the application change over, and drop the old one in "
        "a later migration; or put a view with both names in front of the table.",
    .bad = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
)",
            .sql = R"(ALTER TABLE public.invoices RENAME COLUMN no TO number;
)",
            .lock = LockMode::access_exclusive},
    .good = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
)",
             .sql = R"(ALTER TABLE public.invoices ADD COLUMN number text;
)",
             .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
