#include "stages/round_trip/trial.hpp"

#include "runner/core/file.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/catalogue.hpp"
#include "runner/migration/execute.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace runner {

std::string label_of(TrialUnit unit) {
  if (unit.size() == 1) return unit.front().label();
  return fmt::format("{} to {}", unit.front().label(), unit.back().label());
}

static bool has_error(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Severity::error; });
}

bool Trial::refuted() const {
  return has_error(findings);
}

namespace {

/// A file's text, read once for all the times that it is executed.
struct SqlFile {
  std::string sql{};
  std::string shown_path{};
  std::string label{};  ///< of the migration
};

/// How what is refused is called, and how it is said.
struct Refusal {
  std::string_view rule{};
  Severity severity = Severity::error;
  std::string_view said{};  ///< put before the server's words
  std::string_view remedy{};
};

class RoundTrip {
 public:
  RoundTrip(TrialUnit unit, Workplace& place, const TrialSettings& settings, const StepInput& in);
  Trial run();

 private:
  bool execute(const std::vector<SqlFile>& files, const Refusal& when_refused);
  void add(Findings findings) {
    std::move(findings.begin(), findings.end(), std::back_inserter(trial_.findings));
  }
  Catalogue look() { return snapshot(place_.admin(), scope_); }
  bool tell(const std::vector<CatalogueDifference>& differences, const Refusal& what);
  void down_again(const Catalogue& before);
  void up_again(const Catalogue& up_once);

  TrialUnit unit_;
  Workplace& place_;
  const TrialSettings& settings_;
  CatalogueScope scope_{};
  std::vector<SqlFile> ups_{};
  std::vector<SqlFile> downs_{};  ///< newest first
  std::string subject_;
  Trial trial_{};
};

constexpr Refusal up_refused{.rule = "sql-refused"};
constexpr Refusal down_refused{
    .rule = "rollback-blocked",
    .said = "the rollback is refused: ",
    .remedy = "Let the rollback take back, in reverse order, everything that the migration does."};
constexpr Refusal not_restored{
    .rule = "rollback-not-inverse",
    .said = "after the rollback, ",
    .remedy = "Correct the rollback so that it leaves what was there before the migration."};
constexpr Refusal second_down_refused{
    .rule = "rollback-not-idempotent",
    .severity = Severity::warning,
    .said = "the rollback, run a second time, is refused: ",
    .remedy =
        "Write DROP … IF EXISTS, CREATE … IF NOT EXISTS or CREATE OR REPLACE, so that a\nrollback that "
        "was cut off can be run again."};
constexpr Refusal second_down_differs{
    .rule = "rollback-not-idempotent",
    .severity = Severity::warning,
    .said = "the rollback, run a second time, changes more: ",
    .remedy = "Let the rollback look whether there is anything left to take back."};
constexpr Refusal second_up_refused{.rule = "reapply-fails",
                                    .said = "after its rollback, the migration cannot be applied again: ",
                                    .remedy = "Let the rollback remove what stands in the way."};
constexpr Refusal second_up_differs{
    .rule = "reapply-differs",
    .said = "applied again after its rollback, the migration makes something else: ",
    .remedy = "Let the rollback leave what was there before the migration."};

}  // namespace

static SqlFile rollback_of(const Migration& migration, const std::filesystem::path& root) {
  return {.sql = read_file(*migration.rollback),
          .shown_path = display_path(*migration.rollback, root),
          .label = migration.label()};
}

RoundTrip::RoundTrip(TrialUnit unit, Workplace& place, const TrialSettings& settings, const StepInput& in)
    : unit_(unit), place_(place), settings_(settings), subject_(unit.size() == 1 ? label_of(unit) : "") {
  if (in.history.schema != "public") scope_.excluded_schemas.push_back(in.history.schema);
  for (const Migration& migration : unit)
    ups_.push_back({migration.read_sql(), migration.shown_path, migration.label()});
  for (const Migration& migration : unit) downs_.insert(downs_.begin(), rollback_of(migration, in.root));
}

/// False when something was refused.
bool RoundTrip::execute(const std::vector<SqlFile>& files, const Refusal& when_refused) {
  place_.renew();
  for (const SqlFile& file : files) {
    place_.owner().query(fmt::format("SET statement_timeout = {}", settings_.statement_timeout.count()),
                         "set statement_timeout");
    Execution execution = execute_sql(file.sql, file.shown_path, file.label, place_.owner(),
                                      {.server_major = place_.shadow().server_version() / 10000});
    if (!execution.failed()) continue;
    // Its warnings are about the file, and dry-run and lint tell them.
    Finding& refused = execution.findings.back();
    refused.rule = when_refused.rule;
    refused.severity = when_refused.severity;
    refused.message = fmt::format("{}{}", when_refused.said, refused.message);
    if (refused.remedy.empty()) refused.remedy = when_refused.remedy;
    trial_.findings.push_back(std::move(refused));
    return false;
  }
  return true;
}

/// False when one of the differences matters.
bool RoundTrip::tell(const std::vector<CatalogueDifference>& differences, const Refusal& what) {
  Findings found = findings_of(differences, std::string(what.rule), subject_);
  const bool matters = has_error(found);
  for (Finding& finding : found) {
    finding.message = fmt::format("{}{}", what.said, finding.message);
    finding.place.path = unit_.size() == 1 ? downs_.front().shown_path : "";
    if (finding.severity != Severity::error) continue;
    finding.severity = what.severity;
    if (&finding == &found.back()) finding.remedy = what.remedy;
  }
  add(std::move(found));
  return !matters;
}

/// A rollback that was cut off is run again: then it must neither fail nor do more.
void RoundTrip::down_again(const Catalogue& before) {
  if (!execute(downs_, second_down_refused)) return;
  tell(compare(before, look()), second_down_differs);
}

void RoundTrip::up_again(const Catalogue& up_once) {
  if (!execute(ups_, second_up_refused)) return;
  tell(compare(up_once, look()), second_up_differs);
}

/// True for what one database shares with the others of its server.
static bool is_outside(const CatalogueDifference& difference) {
  static constexpr std::array<std::string_view, 5> kinds{"role", "membership", "setting", "tablespace",
                                                         "parameter"};
  return std::find(kinds.begin(), kinds.end(), difference.kind) != kinds.end() ||
         difference.identity.ends_with("database (this one)");
}

Trial RoundTrip::run() {
  const Catalogue before = look();
  trial_.outside = true;
  if (!execute(ups_, up_refused)) return std::move(trial_);
  trial_.applies = true;
  const Catalogue up_once = look();
  const std::vector<CatalogueDifference> made = compare(before, up_once);
  trial_.outside = std::any_of(made.begin(), made.end(), is_outside);
  if (!execute(downs_, down_refused)) return std::move(trial_);
  const Catalogue after = look();
  const std::vector<CatalogueDifference> differences = compare(before, after);
  trial_.outside |= std::any_of(differences.begin(), differences.end(), is_outside);
  const bool restored = tell(differences, not_restored);
  down_again(after);
  if (restored) up_again(up_once);
  return std::move(trial_);
}

static std::string way_back_of(const Trial& trial) {
  const auto error = std::find_if(trial.findings.begin(), trial.findings.end(),
                                  [](const Finding& finding) { return finding.severity == Severity::error; });
  if (error == trial.findings.end()) return "proven: the schema is restored";
  return fmt::format("{}: {}", trial.applies ? "refuted" : "unproven", error->rule);
}

Trial try_round_trip(TrialUnit unit, Workplace& place, const TrialSettings& settings, const StepInput& in) {
  Trial trial = RoundTrip(unit, place, settings, in).run();
  trial.way_back = way_back_of(trial);
  return trial;
}

}  // namespace runner
