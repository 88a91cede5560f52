#include "stages/lint/locks.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const auto& [constraint, column] : added_constraints(alter))
    if (constraint.kind == ConstraintKind::primary_key && constraint.using_index.empty())
      found.push_back(at(constraint.position, "{} while the index of the primary key is built",
                         waits(LockMode::access_exclusive, alter.table)));
  return found.empty() || !in.existed(alter.table) ? Remarks{} : found;
}

const LintRule pk_builds_index{
    .name = "pk-builds-index",
    .section = RuleSection::locks,
    .summary =
        "ADD PRIMARY KEY without USING INDEX keeps readers and writers waiting while the index is built",
    .remedy = "Make a unique index CONCURRENTLY in a migration of its own, then ADD PRIMARY KEY USING INDEX.",
    .bad = {.before = R"(CREATE TABLE public.payments (id bigint NOT NULL, amount numeric);
)",
            .sql = R"(ALTER TABLE public.payments ADD PRIMARY KEY (id);
)",
            .lock = LockMode::access_exclusive,
            .work = RowWork::build_index},
    .good =
        {.before = R"(CREATE TABLE public.payments (id bigint NOT NULL, amount numeric);
CREATE UNIQUE INDEX payments_pkey ON public.payments (id);
)",
         .sql =
             R"(ALTER TABLE public.payments ADD CONSTRAINT payments_pkey PRIMARY KEY USING INDEX payments_pkey;
)",
         .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
