#include "stages/lint/rules.hpp"

#include <algorithm>

namespace runner::rules {

/// Roles that a server holds the key of, and that pass every policy anyway.
static bool is_trusted(const std::string& role) {
  return role == "service_role" || role == "postgres" || role == "supabase_admin" ||
         role == "supabase_auth_admin" || role == "supabase_storage_admin";
}

/// Of ALTER POLICY, the command is in the catalogue.
static std::string command_of(const Policy& policy, const RuleContext& in) {
  if (!policy.alters) return policy.command;
  if (const SchemaTable* table = in.table(policy.table))
    for (const SchemaPolicy& old : table->policies)
      if (old.name == policy.name && old.permissive) return old.command;
  return {};
}

static std::string shown(const std::vector<std::string>& roles) {
  std::string text;
  for (const std::string& role : roles) text += (text.empty() ? "" : ", ") + role;
  return text.empty() || text == "public" ? "everybody" : text;
}

/// What the policy allows with any row; "" for nothing. Rows that everybody may read are common, and meant.
static std::string_view freedom(const Policy& policy, const std::string& command) {
  if (command == "insert") return policy.with_check.is_true ? "add any row to" : "";
  if (command == "delete") return policy.using_rows.is_true ? "delete every row of" : "";
  if (command != "update" && command != "all") return "";
  if (policy.using_rows.is_true) return command == "all" ? "write every row of" : "change every row of";
  if (!policy.with_check.is_true) return "";
  return command == "all" ? "add any row to" : "turn rows into any others in";
}

static Remarks check(const Policy& policy, const RuleContext& in) {
  if (!policy.permissive || (!policy.using_rows.is_true && !policy.with_check.is_true)) return {};
  if (!policy.roles.empty() && std::all_of(policy.roles.begin(), policy.roles.end(), is_trusted)) return {};
  const std::string_view what = freedom(policy, command_of(policy, in));
  if (what.empty()) return {};
  return {at(policy.table.position, "{} may {} {} by the policy {}: its condition is true",
             shown(policy.roles), what, policy.table.str(), policy.name)};
}

const LintRule policy_always_true{
    .name = "policy-always-true",
    .section = RuleSection::security,
    .severity = Severity::warning,
    .summary =
        "A policy for writing whose condition is the constant true switches row level security off for its "
        "roles; reading is left alone, because rows that everybody may read are common",
    .remedy = "Say whose rows they are, as in user_id = (SELECT auth.uid()).",
    .bad = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
ALTER TABLE public.invoices ENABLE ROW LEVEL SECURITY;
)",
            .sql = R"(CREATE POLICY invoices_all ON public.invoices FOR ALL USING (true);
)",
            .lock = LockMode::access_exclusive},
    .good = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
ALTER TABLE public.invoices ENABLE ROW LEVEL SECURITY;
)",
             .sql = R"(CREATE POLICY invoices_read ON public.invoices FOR SELECT USING (true);
)",
             .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
