#include "runner/cli/repair.hpp"

#include "runner/cli/database.hpp"
#include "runner/cli/project.hpp"
#include "runner/core/error.hpp"
#include "runner/core/nearest.hpp"
#include "runner/core/text.hpp"
#include "runner/crypto/sha256.hpp"
#include "runner/migration/history_changes.hpp"
#include "runner/migration/ledger.hpp"
#include "runner/migration/migration.hpp"
#include "runner/migration/rollback_guard.hpp"
#include "runner/sql/statement.hpp"

#include <algorithm>
#include <array>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace runner {

static constexpr std::array<std::string_view, 2> statuses{"applied", "reverted"};

static constexpr std::array arguments{CliArgument{.name = "version",
                                                  .help = "as in the file's name, such as 20260309060000",
                                                  .required = true,
                                                  .repeatable = true}};

static constexpr std::array options{
    CliOption{.name = "status",
              .value = "STATUS",
              .help = "what is true: applied or reverted",
              .choices = statuses},
    pipeline_option,
    variable_option,
};

// --- what is to be written ---------------------------------------------------------------------------------

static std::vector<std::string> versions_of(const CliArguments& given) {
  std::vector<std::string> versions;
  for (const std::string& text : given.positional())
    if (std::ranges::find(versions, checked_version(text)) == versions.end()) versions.push_back(text);
  return versions;
}

static Error unknown_version(const MigrationFolder& folder, const std::string& version) {
  std::vector<std::string_view> known;
  for (const Migration& migration : folder.migrations) known.push_back(migration.version);
  Error error{ExitCode::usage, fmt::format("no file in {} has version {}", folder.shown_path, version)};
  const std::string_view near = nearest(version, known);
  error.hint(near.empty() ? fmt::format("see 'runner status' for the versions of {}", folder.shown_path)
                          : fmt::format("did you mean {}?", near));
  return error;
}

static const Migration& file_of(const MigrationFolder& folder, const std::string& version) {
  const auto same = [&](const Migration& migration) { return migration.version == version; };
  const auto count = std::ranges::count_if(folder.migrations, same);
  if (count == 0) throw unknown_version(folder, version);
  const Migration& file = *std::ranges::find_if(folder.migrations, same);
  if (count > 1)
    throw Error{ExitCode::usage,
                fmt::format("{} files in {} have version {}", count, folder.shown_path, version)}
        .hint("keep one of them");
  return file;
}

namespace {
struct Applied {
  HistoryRow row{};
  std::string digest{};
};
}  // namespace

static Applied applied_from(const Migration& file) {
  const std::string sql = file.read_sql();
  Applied applied{.row = {.version = file.version, .name = file.name}, .digest = sha256(sql)};
  const SplitResult split = split_statements(sql);
  if (!split.problems.empty())
    throw Error{ExitCode::failed, split.problems.front().message}
        .at(place_at(file.shown_path, sql, split.problems.front().offset))
        .hint(split.problems.front().hint);
  for (const Statement& statement : split.statements) applied.row.statements.emplace_back(statement.whole);
  return applied;
}

// --- writing -----------------------------------------------------------------------------------------------

namespace {
struct Repair {
  Session& session;
  HistoryTable history;
  std::vector<HistoryRow> before;
  LedgerRun who = LedgerRun::of_environment();
  std::vector<std::string> done{};

  const HistoryRow* recorded(const std::string& version) const;
  void applied(const Applied& one);
  void reverted(const std::string& version);
  void log(LedgerEntry entry);
};
}  // namespace

const HistoryRow* Repair::recorded(const std::string& version) const {
  const auto found = std::ranges::find(before, version, &HistoryRow::version);
  return found == before.end() ? nullptr : &*found;
}

void Repair::log(LedgerEntry entry) {
  entry.run = who;
  entry.action = "repair";
  const SqlCall call = add_entry(session, history, entry);
  session.query(call.sql, "write the ledger", call.parameters);
}

void Repair::applied(const Applied& one) {
  correct_applied(session, history, one.row);
  log({.version = one.row.version, .name = one.row.name, .digest = one.digest, .outcome = "applied"});
  done.push_back(fmt::format("{}_{}: {} as applied, with {}", one.row.version, one.row.name,
                             recorded(one.row.version) != nullptr ? "recorded anew" : "recorded",
                             count_of(one.row.statements.size(), "statement")));
}

void Repair::reverted(const std::string& version) {
  const HistoryRow* row = recorded(version);
  if (row == nullptr || !remove_applied(session, history, version)) {
    done.push_back(fmt::format("{}: is not in the history, nothing to do", version));
    return;
  }
  log({.version = version, .name = row->name, .outcome = "reverted"});
  done.push_back(fmt::format("{}: taken out of the history; what it did to the schema stays", version));
}

static int run(const CliArguments& given, CliContext& context) {
  refuse_in_merge_request("runner repair",
                          "run it from the default branch's pipeline, or on your own machine");
  const std::vector<std::string> versions = versions_of(given);
  if (!given.has("status"))
    throw Error{ExitCode::usage, "'runner repair' wants --status"}.hint(
        "write --status applied or --status reverted");
  const bool applied = given.text("status") == "applied";
  const Project project = find_project(given);
  const Pipeline pipeline = load_project_pipeline(project, context.handlers);
  std::vector<Applied> files;
  if (applied) {
    const MigrationFolder folder = read_folder(pipeline.migrations, pipeline.rollbacks, pipeline.root);
    for (const std::string& version : versions) files.push_back(applied_from(file_of(folder, version)));
  }
  const StopSignal stop;
  Session session = connect_to_needed_database(pipeline, "runner repair", false, stop);
  const HistoryTable history = HistoryTable::parse(pipeline.history_table);
  prepare_ledger(session, history);
  Repair repair{session, history, read_history(session, history)};
  RollbackGuard guard{session};
  session.query("BEGIN", "begin a transaction");
  session.query("SET LOCAL lock_timeout = '5s'; SET LOCAL idle_in_transaction_session_timeout = '5s'",
                "limit the time of locks");
  for (const Applied& one : files) repair.applied(one);
  if (!applied)
    for (const std::string& version : versions) repair.reverted(version);
  session.query("COMMIT", "commit the repaired history");
  for (const std::string& line : repair.done) context.out << line << '\n';
  return 0;
}

const CliCommand repair_command{
    .name = "repair",
    .summary = "Say that a version is applied, or that it is not",
    .arguments = arguments,
    .options = options,
    .details =
        "Changes the history table alone, never the schema: for what was done by hand.\n"
        "'applied' records the file's name and statements, 'reverted' takes the version\n"
        "out: as `supabase migration repair` does. All versions are changed, or none.\n",
    .run = run,
};

}  // namespace runner
