#include "stages/lint/rules.hpp"

#include <algorithm>
#include <cstddef>

namespace runner::rules {

static bool enables(const AlterTable& later, const AlterTable& disabling, const AlterAction& disabled) {
  return later.table.name == disabling.table.name &&
         std::any_of(later.actions.begin(), later.actions.end(), [&](const AlterAction& action) {
           return action.kind == AlterKind::enable_trigger &&
                  (action.name.empty() || action.name == disabled.name);
         });
}

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions) {
    if (action.kind != AlterKind::disable_trigger) continue;
    const bool enabled = std::any_of(in.statements().begin() + static_cast<std::ptrdiff_t>(in.index()),
                                     in.statements().end(), [&](const ParsedStatement& statement) {
                                       const auto* later = as<AlterTable>(statement);
                                       return later != nullptr && enables(*later, alter, action);
                                     });
    if (enabled) continue;
    found.push_back(at(action.position, "{} of {} stays disabled",
                       action.name.empty() ? "every trigger" : "trigger " + action.name, alter.table.str()));
  }
  return found;
}

const LintRule trigger_left_disabled{
    .name = "trigger-left-disabled",
    .section = RuleSection::hygiene,
    .summary =
        "DISABLE TRIGGER without ENABLE TRIGGER in the same file: what the trigger keeps true is not kept "
        "any more",
    .remedy = "Enable the trigger at the end of the file.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
CREATE FUNCTION public.nothing() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER invoices_nothing BEFORE UPDATE ON public.invoices FOR EACH ROW EXECUTE FUNCTION public.nothing();
)",
         .sql = R"(ALTER TABLE public.invoices DISABLE TRIGGER invoices_nothing;
)",
         .lock = LockMode::share_row_exclusive},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
CREATE FUNCTION public.nothing() RETURNS trigger LANGUAGE plpgsql SET search_path = '' AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER invoices_nothing BEFORE UPDATE ON public.invoices FOR EACH ROW EXECUTE FUNCTION public.nothing();
)",
         .sql = R"(ALTER TABLE public.invoices DISABLE TRIGGER invoices_nothing;
ALTER TABLE public.invoices ENABLE TRIGGER invoices_nothing;
)",
         .lock = LockMode::share_row_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
