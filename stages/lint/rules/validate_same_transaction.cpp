#include "stages/lint/rules.hpp"

#include <algorithm>

namespace runner::rules {

static bool adds(const AlterTable& alter, const AlterTable& validating, const std::string& name) {
  return alter.table.name == validating.table.name &&
         std::any_of(alter.actions.begin(), alter.actions.end(), [&](const AlterAction& action) {
           return action.kind == AlterKind::add_constraint && action.name == name;
         });
}

static bool was_added(const AlterTable& validating, const std::string& name, const RuleContext& in) {
  for (std::size_t i = 0; i <= in.index(); ++i)
    if (const auto* alter = as<AlterTable>(in.statements()[i]))
      if (adds(*alter, validating, name)) return true;
  return false;
}

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  if (in.shape() == TransactionShape::none || in.created(alter.table)) return found;
  for (const AlterAction& action : alter.actions)
    if (action.kind == AlterKind::validate_constraint && was_added(alter, action.name, in))
      found.push_back(at(action.position,
                         "the lock that added {} to {} is held while this statement checks every row",
                         action.name, alter.table.str()));
  return found;
}

const LintRule validate_same_transaction{
    .name = "validate-same-transaction",
    .section = RuleSection::locks,
    .summary =
        "VALIDATE CONSTRAINT in the migration that added the constraint: the strong lock of ADD is held "
        "through the whole scan",
    .remedy = "Put VALIDATE CONSTRAINT into a migration of its own.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql =
             R"(ALTER TABLE public.invoices ADD CONSTRAINT invoices_total_positive CHECK (total > 0) NOT VALID;
ALTER TABLE public.invoices VALIDATE CONSTRAINT invoices_total_positive;
)",
         .line = 2,
         .lock = LockMode::access_exclusive,
         .work = RowWork::scan},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
ALTER TABLE public.invoices ADD CONSTRAINT invoices_total_positive CHECK (total > 0) NOT VALID;
)",
         .sql = R"(ALTER TABLE public.invoices VALIDATE CONSTRAINT invoices_total_positive;
)",
         .lock = LockMode::share_update_exclusive,
         .work = RowWork::scan},
    .check = on<check>,
};

}  // namespace runner::rules
