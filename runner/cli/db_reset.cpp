#include "runner/cli/db_reset.hpp"

#include "runner/cli/database.hpp"
#include "runner/cli/run.hpp"
#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/target_transaction.hpp"
#include "runner/migration/wipe.hpp"
#include "runner/pipeline/ci_job.hpp"
#include "runner/postgres/prelude.hpp"
#include "runner/report/console.hpp"

#include <chrono>
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

namespace {
class Reset {
 public:
  Reset(const CliArguments& given, CliContext& context, const Project& project, LocalServer& server,
        const StopSignal& stop)
      : given_(given), context_(context), project_(project), server_(server), stop_(stop) {}
  void run();

 private:
  void load();
  bool is_local() const;
  void local();
  void other();
  void refuse_unless_named(const std::string& address) const;
  void tell(const WipePlan& plan, const std::string& address) const;

  const CliArguments& given_;
  CliContext& context_;
  const Project& project_;
  LocalServer& server_;
  const StopSignal& stop_;
  Pipeline pipeline_{};
};
}  // namespace

/// Without a pipeline file, there is nothing but the local database.
void Reset::load() {
  const bool has_file = !project_.pipeline_file.empty();
  if (has_file || std::filesystem::is_directory(project_.root / "supabase" / "migrations"))
    pipeline_ = load_project_pipeline(project_, context_.handlers);
}

/// Also where DATABASE_URL is what `runner db start` printed.
bool Reset::is_local() const {
  const std::string& named = pipeline_.database_url.reveal();
  if (named.empty() || named == "embedded") return true;
  const std::optional<DatabaseUrl> own = server_.url();
  const DatabaseUrl url = DatabaseUrl::parse(pipeline_.database_url, pipeline_.database_url_source);
  return own && own->get("host") == url.get("host") && own->get("port") == url.get("port") &&
         own->get("dbname") == url.get("dbname");
}

void Reset::local() {
  if (given_.has("yes-wipe"))
    throw Error{ExitCode::usage, fmt::format("no database is named, and --yes-wipe says {}",
                                             clean_text(given_.text("yes-wipe")))}
        .hint("set DATABASE_URL, or leave --yes-wipe out to reset the local database");
  const std::vector<std::string>& preludes = pipeline_.preludes;
  const bool existed = server_.exists();
  server_.reset(preludes);
  context_.log << fmt::format(
      "{} the local database in {} ({}); it runs (process {})\n", existed ? "deleted and made anew" : "made",
      display_path(server_.folder(), project_.root),
      preludes.empty() ? "no prelude" : fmt::format("prelude {}", fmt::join(preludes, ", ")), server_.pid());
  context_.out << server_.url().value().uri() << '\n';
}

void Reset::refuse_unless_named(const std::string& address) const {
  if (!given_.has("yes-wipe"))
    throw Error{ExitCode::refused,
                fmt::format("{} is not the local database: wiping it wants its address", address)}
        .because(fmt::format("it is what {} names", pipeline_.database_url_source))
        .hint(fmt::format("add `--yes-wipe {}`; or unset {} to reset the local database", address,
                          pipeline_.database_url_source));
  if (given_.text("yes-wipe") != address)
    throw Error{ExitCode::refused,
                fmt::format("--yes-wipe says {}, but {} names {}", clean_text(given_.text("yes-wipe")),
                            pipeline_.database_url_source, address)}
        .hint("look which of them you mean");
}

void Reset::tell(const WipePlan& plan, const std::string& address) const {
  context_.log << fmt::format("wiping {} drops{}\n", address, plan.drops.empty() ? " nothing" : "");
  for (const std::string& line : plan.drops) context_.log << "  " << line << '\n';
  context_.log << "and keeps\n  roles\n";
  for (const std::string& line : plan.keeps) context_.log << "  " << line << '\n';
}

void Reset::other() {
  if (in_ci() && !pipeline_.allow_reset)
    throw Error{ExitCode::refused, "`runner db reset` does not wipe a target in CI"}.hint(
        "write `allow_reset: true` below `database` in the pipeline file, if its data may go");
  const HistoryTable history = HistoryTable::parse(pipeline_.history_table);
  std::vector<std::string> platform;
  for (const std::string& name : pipeline_.preludes)
    platform.insert(platform.end(), find_prelude(name).schemas.begin(), find_prelude(name).schemas.end());
  const auto reporter = console_reporter(context_.log, ConsoleStyle::detect(0));
  Session session = connect_to_needed_database(pipeline_, "runner db reset", false, stop_);
  const std::string address = session.address();
  tell(plan_wipe(session, history, platform), address);
  refuse_unless_named(address);
  const RunnerLock lock(session, history, std::chrono::seconds(5), *reporter, stop_);
  for (const std::string& line : wipe(session, plan_wipe(session, history, platform)))
    reporter->warn("stays: " + line);
  context_.log << fmt::format("wiped {}\n", address);
  context_.out << session.url().uri() << '\n';
}

void Reset::run() {
  load();
  if (is_local())
    local();
  else
    other();
}

/// As if the person had typed it next.
static int run_stage(const CliArguments& given, CliContext& context) {
  CliArguments next;
  next.add_positional(given.text("then"));
  if (given.has("pipeline")) next.add("pipeline", given.text("pipeline"));
  for (const std::string& variable : given.list("var")) next.add("var", variable);
  return run_command.run(next, context);
}

int reset_database(const CliArguments& given, CliContext& context, const Project& project,
                   LocalServer& server, const StopSignal& stop) {
  refuse_in_merge_request("runner db reset", "run it on your own machine; a check makes its own databases");
  Reset(given, context, project, server, stop).run();
  return given.has("then") ? run_stage(given, context) : 0;
}

}  // namespace runner
