#include "stages/rollback/selection.hpp"

#include "runner/core/error.hpp"
#include "runner/core/nearest.hpp"
#include "runner/core/text.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace runner {

std::string list_of(const std::vector<HistoryRow>& rows) {
  static constexpr std::size_t longest_list = 20;
  std::string text;
  std::size_t count = 0;
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (++count > longest_list) {
      text += fmt::format("\n... and {} older", rows.size() - longest_list);
      break;
    }
    const std::string label = row->name.empty() ? row->version : row->version + "_" + row->name;
    text += (text.empty() ? "" : "\n") + clean_text(label);
  }
  return text;
}

static const HistoryRow* find(const std::vector<HistoryRow>& applied, const std::string& version) {
  const auto found = std::ranges::find(applied, version, &HistoryRow::version);
  return found == applied.end() ? nullptr : &*found;
}

static std::string nearest_applied(const Plan& plan, const std::string& version) {
  std::vector<std::string_view> known;
  for (const HistoryRow& row : plan.applied) known.push_back(row.version);
  const std::string_view near = nearest(version, known);
  if (!near.empty()) return fmt::format("did you mean {}?", near);
  if (known.empty()) return "nothing is applied here";
  return fmt::format("the newest applied version is {}", known.back());
}

static std::string what_could_be(const Plan& plan) {
  return plan.applied.empty() ? std::string("nothing is applied")
                              : "applied, newest first:\n" + list_of(plan.applied);
}

static Chosen chosen(const Plan& plan, const HistoryRow& row) {
  Chosen one{.row = row};
  const auto same = [&](const Migration& migration) { return migration.version == row.version; };
  const auto count = std::ranges::count_if(plan.applied_files, same);
  // Of two files with one version, nobody knows which one was applied.
  if (count == 1) one.file = *std::ranges::find_if(plan.applied_files, same);
  return one;
}

static Selection selection_of(const Plan& plan, const std::set<std::string>& versions) {
  Selection selection;
  for (auto row = plan.applied.rbegin(); row != plan.applied.rend(); ++row)
    if (versions.contains(row->version)) selection.versions.push_back(chosen(plan, *row));
  if (selection.versions.empty()) return selection;
  const std::string& oldest = selection.versions.back().row.version;
  for (const HistoryRow& row : plan.applied)
    if (row.version > oldest && !versions.contains(row.version)) selection.standing.push_back(row);
  return selection;
}

static Selection by_version(const StepInput& in, const std::string& version, BatchSource& batches) {
  checked_version(version, "'version' of step 'rollback'");
  if (find(in.plan.applied, version) != nullptr) return selection_of(in.plan, {version});
  const auto same = [&](const Migration& file) { return file.version == version; };
  if (std::ranges::any_of(in.plan.folder.migrations, same) || batches.knows(version)) {
    Selection selection;
    selection.nothing_to_do = fmt::format("version {} is not applied: nothing to do", version);
    return selection;
  }
  throw Error{ExitCode::usage, fmt::format("version {} is unknown: it is neither applied nor in {}", version,
                                           in.plan.folder.shown_path)}
      .because(what_could_be(in.plan))
      .hint(nearest_applied(in.plan, version));
}

static Selection down_to(const StepInput& in, const std::string& version) {
  checked_version(version, "'to' of step 'rollback'");
  if (find(in.plan.applied, version) == nullptr)
    throw Error{ExitCode::usage,
                fmt::format("'to' of step 'rollback' names version {}, which is not applied", version)}
        .because(what_could_be(in.plan))
        .hint(nearest_applied(in.plan, version));
  std::set<std::string> newer;
  for (const HistoryRow& row : in.plan.applied)
    if (row.version > version) newer.insert(row.version);
  Selection selection = selection_of(in.plan, newer);
  if (newer.empty()) selection.nothing_to_do = fmt::format("nothing newer than {} is applied", version);
  return selection;
}

static Selection by_steps(const StepInput& in, std::int64_t steps) {
  if (static_cast<std::size_t>(steps) > in.plan.applied.size())
    throw Error{ExitCode::usage, fmt::format("'steps' of step 'rollback' is {}, but {} applied", steps,
                                             in.plan.applied.size() == 1
                                                 ? "only 1 migration is"
                                                 : fmt::format("{} migrations are", in.plan.applied.size()))}
        .because(what_could_be(in.plan))
        .hint("give a smaller number");
  std::set<std::string> newest;
  for (auto row = in.plan.applied.rbegin(); steps > 0; ++row, --steps) newest.insert(row->version);
  return selection_of(in.plan, newest);
}

static Error nothing_named(const StepInput& in) {
  return Error{ExitCode::usage, "no version to roll back is named"}
      .because(what_could_be(in.plan))
      .hint(
          "set MIGRATION_VERSION (or `version`, `to` or `steps` of step 'rollback'), or "
          "RUNNER_WHEN_EMPTY=batch to roll back what this pipeline applied");
}

static Selection by_batch(const StepInput& in, BatchSource& batches) {
  const std::optional<Batch> batch = batches.batch();
  if (!batch)
    throw Error{ExitCode::usage, "no version to roll back is named, and the ledger knows of no batch"}
        .because(what_could_be(in.plan))
        .hint("set MIGRATION_VERSION, or `version`, `to` or `steps` of step 'rollback'");
  Selection selection = selection_of(in.plan, {batch->versions.begin(), batch->versions.end()});
  if (selection.versions.empty())
    selection.nothing_to_do =
        batch->versions.empty()
            ? fmt::format("{} applied nothing: nothing to do", batch->described)
            : fmt::format("what {} applied is rolled back already: nothing to do", batch->described);
  return selection;
}

Selection select(const StepInput& in, BatchSource& batches) {
  const std::string& version = in.options.text("version");
  const std::string& to = in.options.text("to");
  const std::int64_t steps = in.options.integer("steps");
  if ((version.empty() ? 0 : 1) + (to.empty() ? 0 : 1) + (steps == 0 ? 0 : 1) > 1)
    throw Error{ExitCode::usage, "step 'rollback' has more than one of 'version', 'to' and 'steps'"}.hint(
        "give one of them");
  if (!version.empty()) return by_version(in, version, batches);
  if (!to.empty()) return down_to(in, to);
  if (steps > 0) return by_steps(in, steps);
  if (in.options.text("when_empty") == "batch") return by_batch(in, batches);
  throw nothing_named(in);
}

}  // namespace runner
