#include "stages/round_trip/trial.hpp"

#include "runner/core/text.hpp"
#include "runner/migration/database_state.hpp"
#include "stages/round_trip/trial_files.hpp"
#include "stages/round_trip/trial_rows.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

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

static constexpr Complaint up_refused{.rule = "sql-refused"};
static constexpr Complaint fails_on_any_rows{
    .rule = "fails-on-rows",
    .said = "passes on empty tables and fails as soon as there are rows: ",
    .remedy = "Give the column a default, or add it nullable, fill it, and set NOT NULL then."};
static constexpr Complaint fails_on_some_rows{
    .rule = "fails-on-rows",
    .severity = Severity::warning,
    .said = "passes on empty tables and fails on made-up rows that the schema allows: ",
    .remedy = "Make sure that the target has no such rows, or let the migration change them first."};
static constexpr Complaint fails_on_seeds{
    .rule = "fails-on-rows",
    .said = "passes on empty tables and fails on the project's seeds: ",
    .remedy = "Let the migration change such rows first, or correct the seeds."};
static constexpr Complaint down_refused{
    .rule = "rollback-blocked",
    .said = "the rollback is refused: ",
    .remedy = "Let the rollback take back, in reverse order, everything that the migration does."};
static constexpr Complaint down_refused_on_some_rows{
    .rule = "rollback-data-dependent",
    .severity = Severity::warning,
    .said = "with made-up rows that the schema allows, the rollback is refused: ",
    .remedy = "Make sure that the target has no such rows, or let the rollback change them first."};
static constexpr Complaint not_restored{
    .rule = "rollback-not-inverse",
    .said = "after the rollback, ",
    .remedy = "Correct the rollback so that it leaves what was there before the migration."};
static constexpr Complaint not_restored_with_rows{
    .rule = "rollback-data-dependent",
    .severity = Severity::warning,
    .said = "with made-up rows, and not without them, after the rollback, ",
    .remedy = "Look whether rows of the target would make this difference, too."};
static constexpr Complaint data_lost{
    .rule = "rollback-loses-data", .severity = Severity::warning, .said = "rollback loses "};
static constexpr Complaint data_changed{
    .rule = "data-not-restored",
    .severity = Severity::warning,
    .said = "rollback does not restore ",
    .remedy = "Let the migration keep what it overwrites, and the rollback put it back."};
static constexpr Complaint second_down_refused{
    .rule = "rollback-not-idempotent",
    .severity = Severity::warning,
    .said = "the rollback, run a second time, is refused: ",
    .remedy =
        "Write DROP … IF EXISTS, CREATE … IF NOT EXISTS or CREATE OR REPLACE, so that a\nrollback that "
        "was cut off can be run again."};
static constexpr Complaint second_down_differs{
    .rule = "rollback-not-idempotent",
    .severity = Severity::warning,
    .said = "the rollback, run a second time, changes more: ",
    .remedy = "Let the rollback look whether there is anything left to take back."};
static constexpr Complaint second_up_refused{
    .rule = "reapply-fails",
    .said = "after its rollback, the migration cannot be applied again: ",
    .remedy = "Let the rollback remove what stands in the way."};
static constexpr Complaint second_up_differs{
    .rule = "reapply-differs",
    .said = "applied again after its rollback, the migration makes something else: ",
    .remedy = "Let the rollback leave what was there before the migration."};
static constexpr Complaint depends_on_data{
    .rule = "rollback-data-dependent",
    .severity = Severity::warning,
    .said = "once there are rows that only the new schema allows, the rollback is refused: ",
    .remedy =
        "Let the rollback first change or remove such rows, and say in a comment what it does to\nthem."};

namespace {

class RoundTrip {
 public:
  RoundTrip(TrialUnit unit, Workplace& place, const TrialSettings& settings, TrialSeeds& seeds,
            const StepInput& in);
  Trial run();

 private:
  bool execute(const std::vector<SqlFile>& files, const Complaint& when_refused);
  std::optional<RefusedFile> try_up(Filling filling);
  const Complaint& complaint_about_rows(const RefusedFile& on_plain) const;
  bool apply_first();
  bool down_first();
  bool restored_without_rows();
  void begin_anew();
  DatabaseState look();
  void look_at_up();
  void add(Findings findings) {
    std::move(findings.begin(), findings.end(), std::back_inserter(trial_.findings));
  }
  Finding about_rollback(const Complaint& complaint, const std::string& seen) const;
  bool tell(const std::vector<CatalogueDifference>& differences, const Complaint& complaint);
  void add_loss(const Complaint& complaint, const TableColumn& what, const std::string& text);
  void compare_rows(const DatabaseState& after);
  void down_again(const DatabaseState& before);
  bool up_again();
  void judge_on_empty_tables();
  void down_after_writes();
  void tell_losses();
  std::string way_back() const;

  TrialUnit unit_;
  Workplace& place_;
  const TrialSettings& settings_;
  CatalogueScope scope_{};
  std::vector<SqlFile> ups_;
  std::vector<SqlFile> downs_;
  TrialRows rows_;
  std::string subject_;
  DatabaseState before_{};
  DatabaseState up_{};
  std::optional<DatabaseWatch> watch_{};  ///< of the place's present session
  std::map<TableColumn, std::string> losses_{};
  Trial trial_{};
};

/// True for what one database shares with the others of its server.
bool is_outside(const CatalogueDifference& difference) {
  static constexpr std::array<std::string_view, 5> kinds{"role", "membership", "setting", "tablespace",
                                                         "parameter"};
  return std::find(kinds.begin(), kinds.end(), difference.kind) != kinds.end() ||
         difference.identity.ends_with("database (this one)");
}

std::vector<std::string> tables_in(const std::vector<CatalogueDifference>& differences) {
  std::vector<std::string> names;
  for (const CatalogueDifference& one : differences)
    if (one.kind == "table" && one.change == CatalogueChange::left_over) names.push_back(one.identity);
  return names;
}

}  // namespace

RoundTrip::RoundTrip(TrialUnit unit, Workplace& place, const TrialSettings& settings, TrialSeeds& seeds,
                     const StepInput& in)
    : unit_(unit),
      place_(place),
      settings_(settings),
      ups_(up_files(unit)),
      downs_(down_files(unit, in.root)),
      rows_(place, ups_, downs_, settings.rows, in.history.schema, seeds),
      subject_(unit.size() == 1 ? label_of(unit) : "") {
  if (in.history.schema != "public") scope_.excluded_schemas.push_back(in.history.schema);
}

/// False when something was refused.
bool RoundTrip::execute(const std::vector<SqlFile>& files, const Complaint& when_refused) {
  const auto refused = execute_files(files, place_, settings_.statement_timeout);
  if (refused) trial_.findings.push_back(finding_of(*refused, when_refused));
  return !refused;
}

Finding RoundTrip::about_rollback(const Complaint& complaint, const std::string& seen) const {
  Finding finding{.rule = std::string(complaint.rule), .severity = complaint.severity, .subject = subject_};
  if (unit_.size() == 1) finding.place.path = downs_.front().shown_path;
  finding.message = fmt::format("{}{}", complaint.said, seen);
  finding.remedy = complaint.remedy;
  return finding;
}

/// False when one of the differences matters.
bool RoundTrip::tell(const std::vector<CatalogueDifference>& differences, const Complaint& complaint) {
  Findings found = findings_of(differences, std::string(complaint.rule), subject_);
  const bool matters = has_error(found);
  for (Finding& finding : found) {
    finding.message = fmt::format("{}{}", complaint.said, finding.message);
    if (unit_.size() == 1) finding.place.path = downs_.front().shown_path;
    if (finding.severity == Severity::error) finding.severity = complaint.severity;
    if (&finding == &found.back() && matters) finding.remedy = complaint.remedy;
  }
  add(std::move(found));
  return !matters;
}

DatabaseState RoundTrip::look() {
  if (!watch_) watch_.emplace(place_.admin(), scope_);
  return watch_->look(rows_.tables());
}

void RoundTrip::begin_anew() {
  watch_.reset();
  // What was refused in a transaction has left nothing but our rows.
  place_.begin_anew(!rows_.rehearsed());
}

/// The state that the migrations make.
void RoundTrip::look_at_up() {
  up_ = look();
  const std::vector<CatalogueDifference> made = compare(before_.catalogue, up_.catalogue);
  if (rows_.add_tables(tables_in(made))) up_.rows = rows_.look();  // what a rehearsal did not show
  trial_.outside = std::any_of(made.begin(), made.end(), is_outside);
}

// --- up ----------------------------------------------------------------------------------------------------

std::optional<RefusedFile> RoundTrip::try_up(Filling filling) {
  rows_.fill(filling);
  before_ = look();
  return execute_files(ups_, place_, settings_.statement_timeout);
}

/// An error is only what no row survives.
const Complaint& RoundTrip::complaint_about_rows(const RefusedFile& on_plain) const {
  static constexpr std::string_view not_null_violation = "23502";
  const bool any =
      on_plain.sqlstate == not_null_violation && rows_.names_required_column(on_plain.finding.message);
  return any ? fails_on_any_rows : fails_on_some_rows;
}

/// On the project's rows and others that the schema allows; where these are refused, on rows as plain as can
/// be; then on the project's alone, and on none. False when the migrations are refused anyway.
bool RoundTrip::apply_first() {
  const auto on_varied = try_up(Filling::varied);
  if (!on_varied) return true;
  const auto tell_of = [this](const RefusedFile& refused, const Complaint& complaint) {
    trial_.findings.push_back(finding_of(refused, complaint));
  };
  if (!rows_.any()) {
    tell_of(*on_varied, up_refused);
    return false;
  }
  begin_anew();
  const auto on_plain = try_up(Filling::plain);
  if (!on_plain) {
    tell_of(*on_varied, fails_on_some_rows);
    return true;
  }
  std::optional<RefusedFile> on_seeds;
  if (rows_.seeded()) {
    begin_anew();
    on_seeds = try_up(Filling::seeds);
    if (!on_seeds) {
      tell_of(*on_plain, complaint_about_rows(*on_plain));
      return true;
    }
  }
  begin_anew();
  if (const auto on_none = try_up(Filling::none)) {
    tell_of(*on_none, up_refused);
    return false;
  }
  tell_of(on_seeds ? *on_seeds : *on_plain, on_seeds ? fails_on_seeds : complaint_about_rows(*on_plain));
  return true;
}

// --- down --------------------------------------------------------------------------------------------------

/// On the rows that are there; where these are refused, on rows as plain as can be. False when the rollback
/// is refused there, too.
bool RoundTrip::down_first() {
  const auto on_these = execute_files(downs_, place_, settings_.statement_timeout);
  if (!on_these) return true;
  static constexpr std::string_view query_canceled = "57014";  // it was too slow, and would be once more
  bool depends_on_them = false;
  if (rows_.varied() && on_these->sqlstate != query_canceled) {
    begin_anew();
    if (!try_up(Filling::plain)) {
      look_at_up();
      depends_on_them = !execute_files(downs_, place_, settings_.statement_timeout);
    }
  }
  trial_.findings.push_back(
      finding_of(*on_these, depends_on_them ? down_refused_on_some_rows : down_refused));
  return depends_on_them;
}

void RoundTrip::add_loss(const Complaint& complaint, const TableColumn& what, const std::string& text) {
  Finding finding = about_rollback(complaint, text);
  const auto& [table, column] = what;
  finding.lost = {column.empty() ? table : table + "." + column};
  trial_.findings.push_back(std::move(finding));
}

void RoundTrip::compare_rows(const DatabaseState& after) {
  losses_ = gone_with_rollback(before_.rows, up_.rows, after.rows);
  for (const RowDifference& one : compare(before_.rows, after.rows)) {
    if (one.lost())
      losses_[{one.table, one.column}] = one.text();
    else
      add_loss(data_changed, {one.table, one.column}, one.text());
  }
}

/// A rollback that was cut off is run again: then it must neither fail nor do more.
void RoundTrip::down_again(const DatabaseState& before) {
  if (!execute(downs_, second_down_refused)) return;
  tell(compare(before.catalogue, look().catalogue), second_down_differs);
}

bool RoundTrip::up_again() {
  return execute(ups_, second_up_refused) &&
         tell(compare(up_.catalogue, look().catalogue), second_up_differs);
}

/// What the application writes between a migration and its rollback.
void RoundTrip::down_after_writes() {
  rows_.write_as_application();
  const RowDigests written = rows_.look();
  if (!execute(downs_, depends_on_data)) return;
  for (auto& [what, text] : gone_with_rollback(before_.rows, written, rows_.look()))
    losses_.emplace(what, text);
}

void RoundTrip::tell_losses() {
  for (const auto& [what, text] : losses_) {
    add_loss(data_lost, what, text);
    trial_.losses.push_back(text);
  }
}

/// What differs with made-up rows only accuses nobody: the application may write no such rows.
void RoundTrip::judge_on_empty_tables() {
  if (rows_.inserted() == 0 || !restored_without_rows()) return;
  for (Finding& finding : trial_.findings) {
    if (finding.rule != not_restored.rule || finding.severity != Severity::error) continue;
    finding.rule = not_restored_with_rows.rule;
    finding.severity = not_restored_with_rows.severity;
    finding.message.replace(0, not_restored.said.size(), not_restored_with_rows.said);
    if (!finding.remedy.empty()) finding.remedy = not_restored_with_rows.remedy;
  }
}

bool RoundTrip::restored_without_rows() {
  begin_anew();
  if (try_up(Filling::none) || execute_files(downs_, place_, settings_.statement_timeout)) return false;
  return !has_error(findings_of(compare(before_.catalogue, look().catalogue), "", ""));
}

// --- the whole ---------------------------------------------------------------------------------------------

Trial RoundTrip::run() {
  trial_.outside = true;
  if (!apply_first()) return std::move(trial_);
  trial_.applies = true;
  look_at_up();
  if (down_first()) {
    const DatabaseState after = look();
    const std::vector<CatalogueDifference> left = compare(before_.catalogue, after.catalogue);
    trial_.outside |= std::any_of(left.begin(), left.end(), is_outside);
    const bool restored = tell(left, not_restored);
    compare_rows(after);
    down_again(after);
    if (restored && up_again()) down_after_writes();
    if (!restored) judge_on_empty_tables();
    tell_losses();
  }
  for (Finding& finding : rows_.take_findings()) {
    finding.subject = subject_;
    trial_.findings.push_back(std::move(finding));
  }
  trial_.way_back = way_back();
  return std::move(trial_);
}

std::string RoundTrip::way_back() const {
  const auto error = std::find_if(trial_.findings.begin(), trial_.findings.end(),
                                  [](const Finding& finding) { return finding.severity == Severity::error; });
  if (error != trial_.findings.end()) return fmt::format("refuted: {}", error->rule);
  std::vector<std::string> with;
  if (rows_.seeded()) with.emplace_back("the project's seeds");
  if (rows_.inserted() > 0) with.push_back(count_of(rows_.inserted(), "made-up row"));
  if (with.empty()) return "proven: the schema is restored";
  return fmt::format("proven: the schema is restored, tried with {}", fmt::join(with, " and "));
}

Trial try_round_trip(TrialUnit unit, Workplace& place, const TrialSettings& settings, TrialSeeds& seeds,
                     const StepInput& in) {
  return RoundTrip(unit, place, settings, seeds, in).run();
}

}  // namespace runner
