#include "stages/auth_users/auth_users_command.hpp"

#include "runner/cli/database.hpp"
#include "runner/cli/project.hpp"
#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/report/console.hpp"
#include "runner/seed/dataset_folder.hpp"
#include "stages/auth_users/auth_seeding.hpp"

#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>

#include <fmt/format.h>

namespace runner {

static constexpr std::array options{
    CliOption{.name = "file",
              .value = "FILE",
              .help = "YAML file with the accounts; default: auth_users.yml in the folder of the datasets"},
    CliOption{.name = "via",
              .value = "BACKEND",
              .help = "write the tables of Supabase Auth, or ask its Admin API",
              .choices = auth_backends},
    CliOption{.name = "existing",
              .value = "WHAT",
              .help = "accounts that exist stay as they are (leave), or get what the file says",
              .choices = auth_existing},
    CliOption{.name = "allow-plain-http",
              .help = "let keys and passwords go over plain http to other machines"},
    pipeline_option,
    variable_option,
};

/// A password is shown here and nowhere else, and only one that nobody knows yet.
static std::string line_of(const AccountResult& result) {
  std::string line = fmt::format("{}: {}", result.email, to_string(result.state));
  if (result.linked) line += ", linked";
  if (result.login_proven) line += ", logs in";
  if (!result.generated_password.empty())
    line += fmt::format(", password {}", result.generated_password.reveal());
  return line + '\n';
}

static std::optional<Session> connected(const Pipeline& pipeline, const AuthSeedPlan& plan, bool by_sql,
                                        const StopSignal& stop) {
  if (!by_sql && !plan.accounts.link) return std::nullopt;
  return connect_to_needed_database(pipeline, "runner seed auth-users", false, stop);
}

static int run(const CliArguments& given, CliContext& context) {
  refuse_in_merge_request("runner seed auth-users",
                          "run it from the default branch's pipeline, or on your own machine");
  const Pipeline pipeline = load_project_pipeline(find_project(given), context.handlers);
  const bool by_sql = given.text("via") != "admin-api";
  const std::filesystem::path file = given.has("file") ? std::filesystem::absolute(given.text("file"))
                                                       : pipeline.seeds.folder / auth_users_file;
  const StopSignal stop;
  AuthSeedPlan plan{.accounts = read_auth_users(file, pipeline.root)};
  plan.passwords = passwords_for(plan.accounts, true);
  plan.update_existing = given.text("existing") == "update";
  const auto api = by_sql ? nullptr : auth_api_of_environment(given.has("allow-plain-http"), stop);
  std::optional<Session> session = connected(pipeline, plan, by_sql, stop);
  const HistoryTable history = HistoryTable::parse(pipeline.history_table);
  const std::unique_ptr<Reporter> reporter = console_reporter(context.log, ConsoleStyle::detect(0));
  AccountResults results;
  int code = 0;
  try {
    if (by_sql)
      seed_auth_by_sql(*session, plan, results, {history, stop, *reporter});
    else
      seed_auth_by_api(session ? &*session : nullptr, *api, plan, results);
  } catch (const Error& error) {
    // Not left to main, which drops what is not finished: the accounts that are made have passwords that
    // are shown here or never.
    context.log << clean_text(hide_secrets(error.text()));
    code = to_int(error.code());
  }
  for (const AccountResult& result : results) context.out << line_of(result);
  if (code == 0) context.log << summary_of(results) << '\n';
  return code;
}

const CliCommand seed_auth_users_command{
    .name = "seed auth-users",
    .summary = "Make the accounts of Supabase Auth that a YAML file lists",
    .options = options,
    .details =
        "Passwords come from the environment variables that the file names; those that\n"
        "are generated are shown once, on stdout. The Admin API is that of SUPABASE_URL\n"
        "(or SUPABASE_AUTH_URL, GoTrue itself), with SUPABASE_SERVICE_ROLE_KEY.\n",
    .run = run,
};

}  // namespace runner
