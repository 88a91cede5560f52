#include "stages/draft/draft_command.hpp"

#include "runner/cli/database.hpp"
#include "runner/cli/project.hpp"
#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/nearest.hpp"
#include "runner/core/text.hpp"
#include "runner/pipeline/inputs.hpp"
#include "runner/report/console.hpp"
#include "runner/sql/statement.hpp"
#include "stages/draft/draft.hpp"
#include "stages/draft/proof.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace runner {

namespace fs = std::filesystem;

static constexpr std::array arguments{
    CliArgument{.name = "version", .help = "of the migration, such as 20260309060000", .required = true}};
static constexpr std::array options{
    CliOption{.name = "stdout", .help = "print the draft instead of writing the file"},
    CliOption{.name = "force", .help = "overwrite a rollback file that holds statements"},
    pipeline_option,
    variable_option,
};

static const Migration& migration_of(const std::string& version, const Plan& plan) {
  const std::vector<Migration>& all = plan.folder.migrations;
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Migration& migration) { return migration.version == version; });
  if (found != all.end()) return *found;
  std::vector<std::string_view> versions;
  for (const Migration& migration : all) versions.push_back(migration.version);
  const std::string_view near = nearest(version, versions);
  throw Error{ExitCode::usage, fmt::format("no migration has the version '{}'", version)}.hint(
      near.empty() ? fmt::format("see 'runner status' for the versions in '{}'", plan.folder.shown_path)
                   : fmt::format("did you mean {}?", near));
}

static bool is_applied(const Migration& migration, const Plan& plan) {
  return std::any_of(plan.applied.begin(), plan.applied.end(),
                     [&](const HistoryRow& row) { return row.version == migration.version; });
}

/// The plan as it was before the migration.
static Plan plan_before(const Migration& migration, Plan plan) {
  const auto later = [&](const auto& one) { return one.version >= migration.version; };
  if (is_applied(migration, plan)) plan.pending.clear();
  std::erase_if(plan.pending, later);
  std::erase_if(plan.applied, later);
  std::erase_if(plan.applied_files, later);
  std::erase_if(plan.missing, later);
  return plan;
}

static fs::path rollback_path(const Migration& migration, const Pipeline& pipeline) {
  return migration.rollback ? fs::path(*migration.rollback)
                            : pipeline.rollbacks / (migration.label() + ".rollback.sql");
}

/// `runner new` leaves a comment, which may be overwritten.
static void refuse_to_overwrite(const fs::path& path, const Pipeline& pipeline) {
  if (!fs::exists(path)) return;
  const std::string sql = read_file(path);
  const SplitResult split = split_statements(sql);
  if (split.problems.empty() && split.statements.empty()) return;
  throw Error{ExitCode::refused, fmt::format("'{}' holds a rollback", display_path(path, pipeline.root))}
      .hint("write it elsewhere with --stdout, or overwrite it with --force");
}

static Draft drafted(const Migration& migration, const StepInput& before, Shadows& shadows) {
  const std::unique_ptr<Shadow> shadow = shadows.with_pending(before.plan);
  CatalogueScope scope;
  if (before.history.schema != "public") scope.excluded_schemas.push_back(before.history.schema);
  Session session = shadow->connect();
  return draft_rollback(migration, session, scope);
}

static const StageHandler& proving_handler(StageHandlers handlers) {
  return **std::find_if(handlers.begin(), handlers.end(),
                        [](const StageHandler* handler) { return handler->name == "round-trip"; });
}

/// Gaps and findings, for people.
static void tell(const Draft& draft, const Outcome& proof, Reporter& reporter, std::ostream& log) {
  for (const std::string& gap : draft.gaps)
    reporter.warn(fmt::format("not brought back: {}", gap.substr(0, gap.find('\n'))));
  for (const Finding& finding : proof.findings) log << finding.text();
}

static int run(const CliArguments& given, CliContext& context) {
  const std::string version = checked_version(given.positional(0));
  const Project project = find_project(given);
  const Pipeline pipeline = load_project_pipeline(project, context.handlers);
  const StopSignal stop;
  const auto reporter = console_reporter(context.log, ConsoleStyle::detect(0));
  const HistoryTable history = HistoryTable::parse(pipeline.history_table);
  std::optional<Session> target = connect_to_database(pipeline, "runner draft", true, stop);
  const Plan plan = make_plan(plan_input_of(pipeline, history, target ? &*target : nullptr), &stop);
  const Migration& migration = migration_of(version, plan);
  const fs::path path = rollback_path(migration, pipeline);
  if (!given.has("stdout") && !given.has("force")) refuse_to_overwrite(path, pipeline);

  // What is applied shows the state before it only when it is replayed.
  Session* const like = target && !is_applied(migration, plan) ? &*target : nullptr;
  Shadows shadows{shadow_settings_of(pipeline), history, like, &stop, *reporter};
  const Plan earlier = plan_before(migration, plan);
  const Options none;
  const StepInput before{"draft", none, earlier, history, pipeline.root};
  Services services{like, shadows, *reporter, stop};
  const Draft draft = drafted(migration, before, shadows);
  if (!draft.refused.empty()) {
    for (const Finding& finding : draft.refused) context.log << finding.text();
    return to_int(ExitCode::failed);
  }
  const Outcome proof = prove_draft(proving_handler(context.handlers), migration, draft.sql,
                                    display_path(path, pipeline.root), before, services);
  tell(draft, proof, *reporter, context.log);
  const std::string verdict =
      proof.failed() ? "not proven: complete it by hand, then run 'runner run migrate:check'" : "proven";
  if (given.has("stdout")) {
    context.out << draft.sql;
    context.log << verdict << '\n';
  } else {
    fs::create_directories(path.parent_path());
    write_file(path, draft.sql);
    context.out << fmt::format("{}: {}, {}; {}\n", display_path(path, pipeline.root),
                               count_of(draft.statements, "statement"), count_of(draft.gaps.size(), "gap"),
                               verdict);
  }
  return to_int(proof.exit_code());
}

const CliCommand draft_command{
    .name = "draft",
    .summary = "Write the rollback of a migration, from what the migration does",
    .arguments = arguments,
    .options = options,
    .details =
        "Executes the migration on a shadow, compares the catalogue after each\n"
        "statement, and writes rollbacks/<version>_<name>.rollback.sql: what takes the\n"
        "changes back, newest first, tried as 'round-trip' tries it. What cannot be\n"
        "brought back, such as rows, is a comment that says so. A draft that is not\n"
        "proven is written all the same, to be completed by hand; the exit code is 1\n"
        "then.\n",
    .run = run,
};

}  // namespace runner
