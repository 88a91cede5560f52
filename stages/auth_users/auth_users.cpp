#include "stages/auth_users/auth_users.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/seed/dataset_folder.hpp"
#include "stages/auth_users/auth_seeding.hpp"
#include "stages/auth_users/auth_users_keys.hpp"

#include <array>
#include <filesystem>

#include <fmt/format.h>

namespace runner {

static constexpr std::array options{
    OptionSpec{.name = "file",
               .type = OptionType::text,
               .help =
                   "YAML file with the accounts, from the repository's root; without it, auth_users.yml in "
                   "the folder `seeds.folder`"},
    OptionSpec{.name = "via",
               .type = OptionType::choice,
               .help = "Write the tables of Supabase Auth, or ask its Admin API at SUPABASE_URL",
               .default_text = "sql",
               .choices = auth_backends},
    OptionSpec{.name = "existing",
               .type = OptionType::choice,
               .help = "What to do with accounts that exist",
               .default_text = "leave",
               .choices = auth_existing},
    OptionSpec{.name = "allow_plain_http",
               .type = OptionType::boolean,
               .help = "Whether keys and passwords may go over plain http to other machines",
               .default_text = "false"},
};

static std::filesystem::path file_of(const StepInput& in) {
  return in.options.has("file") ? in.root / in.options.text("file") : in.seeds.folder / auth_users_file;
}

static std::string intent(const StepInput& in) {
  return fmt::format("make the accounts of {} {}", display_path(file_of(in), in.root),
                     in.options.text("via") == "sql" ? "in the schema auth" : "by Supabase Auth's Admin API");
}

static Outcome outcome_of(const AccountResults& results) {
  Outcome outcome;
  outcome.summary = summary_of(results);
  for (const AccountResult& result : results)
    outcome.cases.push_back({.name = result.email, .text = std::string(to_string(result.state))});
  return outcome;
}

static Outcome run(const StepInput& in, Services& use) {
  if (use.target == nullptr)
    throw Error{ExitCode::usage, "step 'auth-users' writes to the target, but there is none"}.hint(
        "set DATABASE_URL");
  AuthSeedPlan plan{.accounts = read_auth_users(file_of(in), in.root)};
  plan.passwords = passwords_for(plan.accounts, false);
  plan.update_existing = in.options.text("existing") == "update";
  AccountResults results;
  if (in.options.text("via") == "sql") {
    seed_auth_by_sql(*use.target, plan, results, {in.history, use.stop, use.reporter});
  } else {
    const auto api = auth_api_of_environment(in.options.boolean("allow_plain_http"), use.stop);
    seed_auth_by_api(use.target, *api, plan, results);
  }
  return outcome_of(results);
}

const StageHandler auth_users{
    .name = "auth-users",
    .summary = "Make the accounts of Supabase Auth that a YAML file lists",
    .options = options,
    .writes = true,
    .intent = intent,
    .run = run,
    .file_schema = auth_users_file_schema,
};

}  // namespace runner
