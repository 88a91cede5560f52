#include "stages/lint/locks.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const auto& [constraint, column] : added_constraints(alter))
    if (constraint.kind == ConstraintKind::exclusion && constraint.using_index.empty())
      found.push_back(at(constraint.position, "{} while the index of the exclusion constraint is built",
                         waits(LockMode::access_exclusive, alter.table)));
  return found.empty() || !in.existed(alter.table) ? Remarks{} : found;
}

const LintRule exclusion_constraint{
    .name = "exclusion-constraint",
    .section = RuleSection::locks,
    .summary =
        "ADD EXCLUDE keeps readers and writers waiting while its index is built; there is no way to do that "
        "beforehand",
    .remedy = "Make a new table with the constraint and move the rows there in batches.",
    .bad =
        {.before = R"(CREATE TABLE public.bookings (room int, during tsrange);
)",
         .sql =
             R"(ALTER TABLE public.bookings ADD CONSTRAINT bookings_apart EXCLUDE USING gist (during WITH &&);
)",
         .lock = LockMode::access_exclusive,
         .work = RowWork::build_index},
    .good =
        {.sql =
             R"(CREATE TABLE public.bookings (room int, during tsrange, EXCLUDE USING gist (during WITH &&));
)"},
    .check = on<check>,
};

}  // namespace runner::rules
