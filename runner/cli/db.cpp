#include "runner/cli/db.hpp"

#include "runner/cli/db_reset.hpp"
#include "runner/cli/project.hpp"
#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/nearest.hpp"
#include "runner/core/stop_signal.hpp"
#include "runner/postgres/local_server.hpp"
#include "runner/postgres/server_binaries.hpp"
#include "runner/process/child.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;

static constexpr std::array<CliArgument, 2> arguments{{
    {.name = "action", .help = "url, start, stop, reset or psql", .required = true},
    {.name = "psql-argument", .help = "for psql, after '--'", .repeatable = true},
}};

static constexpr std::array options{yes_wipe_option, then_option, pipeline_option, variable_option};

namespace {

/// What an action works with.
struct Db {
  const CliArguments& given;
  CliContext& context;
  Project project;
  StopSignal stop{};
  LocalServer server;

  Db(const CliArguments& words, CliContext& cli)
      : given(words), context(cli), project(find_project(words)), server(project.root, &stop) {}
  std::string folder() const { return display_path(server.folder(), project.root); }
  std::vector<std::string> preludes() const;
  DatabaseUrl running_url();
};

struct Action {
  std::string_view name;
  int (*run)(Db& db);
};

}  // namespace

/// The pipeline file's preludes; without a file, those of a pipeline that says nothing about them.
std::vector<std::string> Db::preludes() const {
  if (project.pipeline_file.empty()) return Pipeline{}.preludes;
  return load_project_pipeline(project, context.handlers).preludes;
}

static std::string list_of(const std::vector<std::string>& preludes) {
  return preludes.empty() ? "no prelude" : fmt::format("prelude {}", fmt::join(preludes, ", "));
}

/// Starts the server when it does not run, and says so.
DatabaseUrl Db::running_url() {
  if (const std::optional<DatabaseUrl> url = server.url()) return *url;
  std::vector<std::string> wanted;
  if (!server.exists()) {
    wanted = preludes();
    context.log << fmt::format("making a database ({})\n", list_of(wanted));
  }
  const DatabaseUrl url = server.start(wanted);
  context.log << fmt::format("the local server runs (process {}), its data is in {}\n", server.pid(),
                             folder());
  return url;
}

static int show_url(Db& db) {
  const std::optional<DatabaseUrl> url = db.server.url();
  if (!url)
    throw Error{ExitCode::environment, "the local server does not run"}
        .because(db.server.exists() ? fmt::format("it is stopped; its data is in {}", db.folder())
                                    : fmt::format("there is no local database in {}", db.folder()))
        .hint("run `runner db start`");
  db.context.out << url->uri() << '\n';
  return 0;
}

static int start(Db& db) {
  if (db.server.running())
    db.context.log << fmt::format("the local server runs already (process {})\n", db.server.pid());
  db.context.out << db.running_url().uri() << '\n';
  return 0;
}

static int stop(Db& db) {
  db.context.log << (db.server.stop() ? "the local server is stopped, its data is kept\n"
                                      : "the local server was not running\n");
  return 0;
}

static int reset(Db& db) {
  return reset_database(db.given, db.context, db.project, db.server, db.stop);
}

/// Becomes psql: its terminal, its signals and its exit code are the user's. (Debian's `psql` in PATH is a
/// Perl wrapper that guesses a cluster; the installation's own one does as it is told.)
static int psql(Db& db) {
  const std::string url = db.running_url().uri();
  fs::path program = find_server_binaries().folder / "psql";
  if (::access(program.c_str(), X_OK) != 0) program = find_program("psql");
  if (program.empty())
    throw Error{ExitCode::environment, "cannot find psql"}.hint(
        "install it (Debian, Ubuntu: `apt-get install postgresql-client`)");
  std::vector<std::string> words{program.string(), "--dbname=" + url};
  for (std::size_t i = 1; i < db.given.positional().size(); ++i) words.push_back(db.given.positional(i));
  std::vector<char*> raw;
  for (std::string& word : words) raw.push_back(word.data());
  raw.push_back(nullptr);
  std::signal(SIGPIPE, SIG_DFL);
  ::execv(program.c_str(), raw.data());
  throw Error{ExitCode::environment, fmt::format("cannot start '{}'", program.string())}.because(
      std::strerror(errno));
}

static constexpr std::array<Action, 5> actions{{
    {"url", show_url},
    {"start", start},
    {"stop", stop},
    {"reset", reset},
    {"psql", psql},
}};

static Action find_action(const std::string& name) {
  std::vector<std::string_view> names;
  for (const Action& action : actions) {
    if (action.name == name) return action;
    names.push_back(action.name);
  }
  throw Error{ExitCode::usage, fmt::format("'runner db' has no action '{}'", name)}.hint(
      suggest(name, names));
}

static int run(const CliArguments& given, CliContext& context) {
  const Action action = find_action(given.positional(0));
  for (const CliOption& option : {yes_wipe_option, then_option})
    if (action.run != reset && given.has(option.name))
      throw Error{ExitCode::usage, fmt::format("--{} is for `runner db reset`", option.name)};
  if (action.run != psql && given.positional().size() > 1)
    throw Error{ExitCode::usage, fmt::format("'runner db {}' does not know what '{}' is for", action.name,
                                             given.positional(1))}
        .hint("see 'runner db --help'");
  Db db(given, context);
  return action.run(db);
}

const CliCommand db_command{
    .name = "db",
    .summary = "Start, stop, reset or open the local embedded database",
    .arguments = arguments,
    .options = options,
    .details =
        "actions:\n"
        "  url    print the address of the running database, ready to be pasted\n"
        "  start  start it, making it first when there is none; print its address\n"
        "  stop   stop it; its data is kept\n"
        "  reset  delete it and make it anew. Where DATABASE_URL names another one, drop\n"
        "         what belongs to the project: with --yes-wipe and its address in full,\n"
        "         and in CI only if the pipeline file says `allow_reset: true`\n"
        "  psql   open it, started where it is not: runner db psql -- -c 'SELECT 1'\n"
        "\n"
        "It lies in .runner/local (RUNNER_LOCAL_DIR), outlives this command, and is\n"
        "durable until it is reset.\n",
    .run = run,
};

}  // namespace runner
