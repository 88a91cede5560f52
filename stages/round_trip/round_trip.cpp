#include "stages/round_trip/round_trip.hpp"

#include "runner/core/duration.hpp"
#include "runner/core/file.hpp"
#include "runner/core/text.hpp"
#include "runner/crypto/sha256.hpp"
#include "runner/migration/proof_store.hpp"
#include "runner/migration/step_options.hpp"
#include "stages/round_trip/trial.hpp"
#include "stages/round_trip/workplace.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace runner {

static constexpr std::array<std::string_view, 2> scopes{"pending", "all"};
static constexpr std::array<std::string_view, 2> units{"migration", "group"};
static constexpr std::array<std::string_view, 4> seeds{"none", "files", "datasets", "all"};

static constexpr std::array options{
    OptionSpec{.name = "scope",
               .type = OptionType::choice,
               .help = "Which rollbacks are tried: those of pending migrations, or of all, from an empty "
                       "database",
               .default_text = "pending",
               .choices = scopes},
    OptionSpec{.name = "unit",
               .type = OptionType::choice,
               .help = "What must be reversible: each migration, or all of them as a group, newest first; a "
                       "group leaves no proof for `rollback`, which may take one of them back",
               .default_text = "migration",
               .choices = units},
    OptionSpec{.name = "rows",
               .type = OptionType::integer,
               .help = "How many rows are made up for each empty table that is touched",
               .default_text = "40",
               .unit = "rows",
               .min = 0,
               .max = 1000},
    OptionSpec{.name = "seeds",
               .type = OptionType::choice,
               .help = "Which rows of the project's own are there before made-up ones: the SQL files of "
                       "`seeds.files`, the datasets of `seeds.folder` that fill a touched table, or all",
               .default_text = "none",
               .choices = seeds},
    shadow_timeout_option,
    fail_on_option,
};

static bool asks_for_all(const Options& given) {
  return given.text("scope") == "all";
}

static const std::vector<Migration>& migrations_of(const StepInput& in) {
  return asks_for_all(in.options) ? in.plan.folder.migrations : in.plan.pending;
}

static bool any_has_a_rollback(const std::vector<Migration>& all) {
  return std::any_of(all.begin(), all.end(), [](const Migration& m) { return m.rollback.has_value(); });
}

static std::string intent(const StepInput& in) {
  const std::size_t count = migrations_of(in).size();
  if (count == 0) return "nothing is pending";
  if (!any_has_a_rollback(migrations_of(in)))
    return fmt::format("none of {} has a rollback to try", count_of(count, "migration"));
  return fmt::format("prove the way back of {} on a shadow database",
                     count_of(count, asks_for_all(in.options) ? "migration" : "pending migration"));
}

/// A shadow in the state after the first `done` migrations that are tried.
static std::unique_ptr<Shadow> shadow_after(std::size_t done, const StepInput& in, Services& use) {
  const std::vector<Migration>& all = migrations_of(in);
  const std::vector<Migration> first(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(done));
  Plan plan = in.plan;
  if (!asks_for_all(in.options)) {
    plan.pending = first;
    return use.shadows.with_pending(plan);
  }
  plan.applied.clear();
  plan.missing.clear();
  plan.edited.clear();
  plan.applied_files = first;
  return use.shadows.replayed(plan);
}

namespace {
class RoundTrips {
 public:
  RoundTrips(const StepInput& in, Services& use)
      : in_(in),
        use_(use),
        all_(migrations_of(in)),
        place_([&in, &use](std::size_t done) { return shadow_after(done, in, use); }, in),
        seeds_(in.options.text("seeds"), in, in.options.duration("statement_timeout")) {
    outcome_.fail_on = fail_on(in.options);
  }
  Outcome run();

 private:
  bool try_unit(std::size_t first, std::size_t count);
  void go_past(TrialUnit unit, const Trial& trial, bool last);
  void add(TrialUnit unit, Trial trial, std::chrono::nanoseconds duration);
  void keep_proof(const Migration& migration);
  void skip(TrialUnit unit, const std::string& why);
  std::string summary() const;

  const StepInput& in_;
  Services& use_;
  const std::vector<Migration>& all_;
  Workplace place_;
  TrialSeeds seeds_;
  Outcome outcome_{};
  std::size_t proven_ = 0;
  std::size_t refuted_ = 0;
  std::size_t without_ = 0;
};
}  // namespace

void RoundTrips::skip(TrialUnit unit, const std::string& why) {
  for (const Migration& migration : unit)
    outcome_.cases.push_back({.name = migration.label(),
                              .status = CaseStatus::skipped,
                              .text = why,
                              .path = migration.shown_path});
}

void RoundTrips::add(TrialUnit unit, Trial trial, std::chrono::nanoseconds duration) {
  const bool fails = std::any_of(trial.findings.begin(), trial.findings.end(),
                                 [&](const Finding& f) { return f.severity >= outcome_.fail_on; });
  for (const Migration& migration : unit) {
    outcome_.cases.push_back({.name = migration.label(),
                              .status = fails ? CaseStatus::failed : CaseStatus::passed,
                              .duration = duration / unit.size(),
                              .path = migration.shown_path});
    outcome_.facts.push_back(
        {.subject = migration.label(), .topic = topic::way_back, .text = trial.way_back});
    for (const std::string& loss : trial.losses)
      outcome_.facts.push_back({.subject = migration.label(), .topic = topic::data_loss, .text = loss});
  }
  (trial.refuted() ? refuted_ : proven_) += unit.size();
  std::move(trial.findings.begin(), trial.findings.end(), std::back_inserter(outcome_.findings));
}

/// For the ledger, when this migration is applied behind the same versions.
void RoundTrips::keep_proof(const Migration& migration) {
  std::set<std::string> before;
  if (!asks_for_all(in_.options))
    for (const HistoryRow& row : in_.plan.applied) before.insert(row.version);
  for (const Migration& earlier : all_) {
    if (&earlier == &migration) break;
    before.insert(earlier.version);
  }
  ProofStore(use_.shadows.cache())
      .keep(ProofDigest(std::move(before))
                .of(sha256(migration.read_sql()), sha256(read_file(*migration.rollback))));
}

/// The next trial starts from what the migrations alone make.
void RoundTrips::go_past(TrialUnit unit, const Trial& trial, bool last) {
  if (last) return;
  place_.back(trial.outside);
  place_.go_on(unit);
}

/// False when a migration was refused: then there is nothing to go on from.
bool RoundTrips::try_unit(std::size_t first, std::size_t count) {
  const TrialUnit unit = TrialUnit(all_).subspan(first, count);
  const bool last = first + count == all_.size();
  const auto without = std::find_if(unit.begin(), unit.end(), [](const Migration& m) { return !m.rollback; });
  if (without != unit.end()) {
    skip(unit, fmt::format("{} has no rollback", without->label()));
    without_ += unit.size();
    if (!last) place_.go_on(unit);
    return true;
  }
  const auto started = std::chrono::steady_clock::now();
  place_.start(first, last);
  const Trial trial = try_round_trip(unit, place_,
                                     {.statement_timeout = in_.options.duration("statement_timeout"),
                                      .rows = static_cast<std::size_t>(in_.options.integer("rows"))},
                                     seeds_, in_);
  if (unit.size() == 1 && trial.applies && !trial.refuted()) keep_proof(unit.front());
  add(unit, trial, std::chrono::steady_clock::now() - started);
  if (!trial.applies) return false;
  go_past(unit, trial, last);
  return true;
}

std::string RoundTrips::summary() const {
  std::string text = fmt::format("the way back of {} is proven on {}", count_of(proven_, "migration"),
                                 place_.shadow().describe());
  if (refuted_ > 0)
    text = fmt::format("{} refuted, {} proven on {}", count_of(refuted_, "way back", "ways back"), proven_,
                       place_.shadow().describe());
  if (without_ > 0) text += fmt::format("; {} without rollback", count_of(without_, "migration"));
  return text;
}

Outcome RoundTrips::run() {
  const std::size_t count = in_.options.text("unit") == "group" ? all_.size() : 1;
  for (std::size_t first = 0; first < all_.size(); first += count) {
    use_.reporter.progress(first, all_.size(), all_[first].label());
    use_.stop.check();
    if (try_unit(first, count)) continue;
    skip(TrialUnit(all_).subspan(first + count),
         fmt::format("not tried, because {} was refused", all_[first].label()));
    break;
  }
  use_.reporter.progress(all_.size(), all_.size(), "tried");
  outcome_.summary = summary();
  return std::move(outcome_);
}

/// Where nothing can be tried, no shadow is needed; and the stage's verdict is what an earlier step says.
static Outcome none_has_a_rollback(const std::vector<Migration>& all) {
  Outcome outcome;
  for (const Migration& migration : all)
    outcome.cases.push_back({.name = migration.label(),
                             .status = CaseStatus::skipped,
                             .text = migration.label() + " has no rollback",
                             .path = migration.shown_path});
  return outcome;
}

static Outcome run(const StepInput& in, Services& use) {
  const std::vector<Migration>& all = migrations_of(in);
  if (any_has_a_rollback(all)) return RoundTrips(in, use).run();
  if (!all.empty()) return none_has_a_rollback(all);
  Outcome outcome;
  outcome.summary = "nothing pending";
  return outcome;
}

const StageHandler round_trip{
    .name = "round-trip",
    .summary = "Prove on a shadow that each rollback restores what was there before",
    .options = options,
    .intent = intent,
    .run = run,
};

}  // namespace runner
