#include "stages/apply/apply.hpp"

#include "runner/core/duration.hpp"
#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/crypto/sha256.hpp"
#include "runner/migration/acknowledgements.hpp"
#include "runner/migration/ledger.hpp"
#include "runner/migration/outside_transaction.hpp"
#include "runner/migration/proof_store.hpp"
#include "runner/migration/target_options.hpp"
#include "runner/migration/target_transaction.hpp"
#include "stages/apply/pending_file.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

static constexpr std::array<std::string_view, 1> allow_choices{"out-of-order"};

static constexpr std::array own_options{
    OptionSpec{.name = "allow",
               .type = OptionType::choice_list,
               .help = "What to accept all the same; RUNNER_ALLOW takes the same words",
               .choices = allow_choices},
};
static constexpr std::array options = joined(target_options, own_options);

static std::string intent(const StepInput& in) {
  if (in.plan.pending.empty()) return "nothing is pending";
  return fmt::format("apply {}", count_of(in.plan.pending.size(), "pending migration"));
}

namespace {

class Apply {
 public:
  Apply(const StepInput& in, Services& use)
      : in_(in), use_(use), session_(*use.target), limits_(limits_of(in.options)) {}

  Outcome run();

 private:
  using File = std::unique_ptr<PendingFile>;
  void refuse_order() const;
  bool read_files();
  void find_out();
  bool apply(const PendingFile& file);
  TargetResult carry_out(const PendingFile& file);
  TargetWork work_for(const PendingFile& file);
  void add_restore_point(const PendingFile& file, LedgerEntry& entry);
  bool is_proven(const PendingFile& file, const std::string& rollback_digest) const;
  void add_case(const PendingFile& file, CaseStatus status, std::string text = {},
                std::chrono::nanoseconds duration = {});
  void skip_from(std::size_t first, std::string_view why);

  const StepInput& in_;
  Services& use_;
  Session& session_;
  OutsideLimits limits_;
  LedgerRun ledger_run_ = LedgerRun::of_environment();
  LedgerTables tables_{};
  bool restore_points_ = false;
  std::set<std::string> applied_{};
  std::optional<ProofDigest> proof_{};  ///< behind what is applied
  std::vector<File> files_{};
  std::optional<RunnerLock> lock_{};
  Outcome outcome_{};
  std::size_t done_ = 0;
};

}  // namespace

// --- before anything is changed

void Apply::refuse_order() const {
  if (in_.plan.out_of_order.empty() || Acknowledgements::of(in_.options).has("out-of-order")) return;
  std::vector<std::string> labels;
  for (const Migration& late : in_.plan.out_of_order) labels.push_back(late.label());
  throw Error{ExitCode::refused,
              fmt::format("{} older than the newest applied version {}: {}",
                          labels.size() == 1 ? "a pending migration is" : "pending migrations are",
                          in_.plan.applied.back().version, fmt::join(labels, ", "))}
      .because("the migrations after them were tried without them")
      .hint(
          "give them newer versions, or set `allow: [out-of-order]` on the step or "
          "RUNNER_ALLOW=out-of-order");
}

/// False when one of them cannot be applied: then none is.
bool Apply::read_files() {
  for (const Migration& migration : in_.plan.pending)
    files_.push_back(std::make_unique<PendingFile>(migration));
  for (const File& file : files_) {
    const bool bad = !file->problems.empty();
    std::copy(file->problems.begin(), file->problems.end(), std::back_inserter(outcome_.findings));
    if (bad) add_case(*file, CaseStatus::failed);
  }
  if (outcome_.findings.empty()) return true;
  for (const File& file : files_)
    if (file->problems.empty())
      add_case(*file, CaseStatus::skipped, "not applied, because another file cannot be");
  outcome_.summary = "nothing was applied";
  return false;
}

/// With the lock held: what the plan says may be old by now.
void Apply::find_out() {
  tables_ = prepare_ledger(session_, in_.history);
  for (const HistoryRow& row : read_history(session_, in_.history)) applied_.insert(row.version);
  proof_.emplace(applied_);
  const Rows may = session_.query(
      "SELECT has_function_privilege('pg_create_restore_point(text)', 'EXECUTE') "
      "AND current_setting('wal_level') <> 'minimal'",
      "ask whether restore points can be made");
  restore_points_ = may.rows.at(0).at(0) == "t";
}

// --- one migration

/// A name in the WAL, so that the database can be recovered to before this migration. A transaction makes its
/// own when all else is done; what commits statement by statement needs one before it begins.
void Apply::add_restore_point(const PendingFile& file, LedgerEntry& entry) {
  if (!restore_points_) return;
  entry.restore_point = "runner_" + file.migration.version;
  entry.makes_restore_point = file.shape != TransactionShape::none;
  if (entry.makes_restore_point) return;
  const std::array<Cell, 1> parameters{entry.restore_point};
  const Rows made = session_.query("SELECT pg_create_restore_point($1)", "make a restore point", parameters);
  *entry.restore_point += " at " + made.rows.at(0).at(0).value_or("");
}

/// True when this text and its rollback went through round-trip behind what is applied now.
bool Apply::is_proven(const PendingFile& file, const std::string& rollback_digest) const {
  return ProofStore(use_.shadows.cache()).has(proof_->of(file.digest, rollback_digest));
}

TargetWork Apply::work_for(const PendingFile& file) {
  const Migration& migration = file.migration;
  TargetWork work;
  work.doing = "apply " + migration.label();
  work.source = file.source();
  work.statements = file.body();
  work.begin = file.begin();
  work.version = migration.version;
  work.history = history_insert(
      session_, in_.history,
      {.version = migration.version, .name = migration.name, .statements = file.history_statements()},
      tables_.rollback_column ? file.rollback_statements() : std::nullopt);
  LedgerEntry entry{
      .run = ledger_run_, .action = "apply", .version = migration.version, .name = migration.name};
  entry.digest = file.digest;
  if (file.rollback) {
    entry.rollback_digest = sha256(*file.rollback);
    if (is_proven(file, *entry.rollback_digest)) entry.proof = "proven";
  }
  if (!tables_.rollback_column) entry.rollback = file.rollback;
  add_restore_point(file, entry);
  work.entry = [entry](const LockCost& cost) {
    LedgerEntry now = entry;
    now.lock_wait = cost.waited;
    now.retries = cost.retries;
    return now;
  };
  return work;
}

void Apply::add_case(const PendingFile& file, CaseStatus status, std::string text,
                     std::chrono::nanoseconds duration) {
  outcome_.cases.push_back({.name = file.migration.label(),
                            .status = status,
                            .duration = duration,
                            .text = std::move(text),
                            .path = file.migration.shown_path});
}

TargetResult Apply::carry_out(const PendingFile& file) {
  const TargetWork work = work_for(file);
  if (file.shape != TransactionShape::none)
    return TargetTransaction(session_, in_.history, limits_.target, use_.reporter, use_.stop).run(work);
  const OutsideWork alone{.doing = work.doing,
                          .source = work.source,
                          .statements = work.statements,
                          .version = work.version,
                          .history = work.history,
                          .entry = work.entry};
  return run_outside_transaction(alone, session_, in_.history, limits_, use_.reporter, use_.stop);
}

/// False when it was refused.
bool Apply::apply(const PendingFile& file) {
  const std::string label = file.migration.label();
  if (applied_.contains(file.migration.version)) {
    use_.reporter.say(fmt::format("{} was applied by another runner meanwhile", label));
    add_case(file, CaseStatus::skipped, "applied by another runner meanwhile");
    return true;
  }
  TargetResult result = carry_out(file);
  if (result.state == TargetResult::State::refused) {
    std::move(result.findings.begin(), result.findings.end(), std::back_inserter(outcome_.findings));
    add_case(file, CaseStatus::failed, {}, result.duration);
    return false;
  }
  applied_.insert(file.migration.version);
  proof_->add(file.migration.version);
  if (result.state == TargetResult::State::already) {
    use_.reporter.say(fmt::format("{} was applied by another runner meanwhile", label));
    add_case(file, CaseStatus::skipped, "applied by another runner meanwhile");
  } else {
    std::string told = fmt::format("applied {}, {}, {}", label, count_of(file.body().size(), "statement"),
                                   for_people(result.duration));
    if (result.cost.retries > 0)
      told += fmt::format(", of which {} waiting for locks in {}", for_people(result.cost.waited),
                          count_of(static_cast<std::size_t>(result.cost.retries), "retry", "retries"));
    use_.reporter.say(told);
    add_case(file, CaseStatus::passed, {}, result.duration);
    ++done_;
  }
  if (result.reconnected) lock_->take_again();
  return true;
}

void Apply::skip_from(std::size_t first, std::string_view why) {
  for (std::size_t i = first; i < files_.size(); ++i)
    add_case(*files_[i], CaseStatus::skipped, std::string(why));
}

Outcome Apply::run() {
  refuse_order();
  if (!read_files()) return std::move(outcome_);
  lock_.emplace(session_, in_.history, limits_.target.retry_for, use_.reporter, use_.stop);
  find_out();
  const auto started = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < files_.size(); ++i) {
    use_.stop.check();
    if (apply(*files_[i])) continue;
    const std::string label = files_[i]->migration.label();
    skip_from(i + 1, fmt::format("not applied, because {} was refused", label));
    outcome_.summary =
        files_[i]->shape == TransactionShape::none
            ? fmt::format("{} was refused; what it did before stays, and it goes on from there", label)
            : fmt::format("{} was refused, and nothing of it was kept", label);
    if (done_ > 0) outcome_.summary += fmt::format("; {} before it applied", count_of(done_, "migration"));
    return std::move(outcome_);
  }
  if (done_ == 0) {
    outcome_.summary =
        fmt::format("nothing left to apply to {}: another runner did it", session_.url().describe());
    return std::move(outcome_);
  }
  outcome_.summary =
      fmt::format("{} applied to {} in {}, batch {}", count_of(done_, "migration"), session_.url().describe(),
                  for_people(std::chrono::steady_clock::now() - started), ledger_run_.batch);
  return std::move(outcome_);
}

static Outcome run(const StepInput& in, Services& use) {
  if (use.target == nullptr)
    throw Error{ExitCode::usage, "there is no database to apply migrations to"}.hint(
        "set DATABASE_URL, and leave `--base` out");
  if (!in.plan.pending.empty()) return Apply(in, use).run();
  Outcome outcome;
  outcome.summary = fmt::format("nothing to apply to {}", use.target->url().describe());
  return outcome;
}

const StageHandler apply{
    .name = "apply",
    .summary = "Apply the pending migrations to the target, one transaction each",
    .options = options,
    .writes = true,
    .intent = intent,
    .run = run,
};

}  // namespace runner
