#include "stages/rollback/rollback.hpp"

#include "runner/core/duration.hpp"
#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/acknowledgements.hpp"
#include "runner/migration/target_options.hpp"
#include "stages/rollback/data_loss.hpp"
#include "stages/rollback/kept_record.hpp"
#include "stages/rollback/proof.hpp"
#include "stages/rollback/selection.hpp"
#include "stages/rollback/undo.hpp"
#include "stages/rollback/way_back.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace runner {

static constexpr std::array<std::string_view, 2> when_empty_choices{"refuse", "batch"};
static constexpr std::array<std::string_view, 2> sources{"saved", "file"};
static constexpr std::array<std::string_view, 3> allow_choices{"not-newest", "data-loss", "unproven"};

static constexpr std::array own_options{
    OptionSpec{.name = "version",
               .help = "The version to roll back, 1 to 20 digits; empty: see when_empty",
               .default_text = "${MIGRATION_VERSION:-}",
               .non_empty = false,
               .repeated = true},
    OptionSpec{.name = "to",
               .help = "Roll back everything that is newer than this applied version",
               .non_empty = false,
               .repeated = true},
    OptionSpec{.name = "steps",
               .type = OptionType::integer,
               .help = "Roll back this many of the newest versions",
               .default_text = "0",
               .unit = "versions",
               .min = 0,
               .max = 1000},
    OptionSpec{.name = "when_empty",
               .type = OptionType::choice,
               .help =
                   "Without version, to and steps: refuse, or roll back what this pipeline applied (without "
                   "a pipeline, the newest batch)",
               .default_text = "${RUNNER_WHEN_EMPTY:-refuse}",
               .choices = when_empty_choices},
    OptionSpec{.name = "source",
               .type = OptionType::choice,
               .help = "Which SQL wins where they differ: what was saved at apply, or the file",
               .default_text = "saved",
               .choices = sources},
    OptionSpec{.name = "allow",
               .type = OptionType::choice_list,
               .help = "What would otherwise be refused; RUNNER_ALLOW takes the same words",
               .choices = allow_choices},
    OptionSpec{
        .name = "count_timeout",
        .type = OptionType::duration,
        .help = "How long counting the rows that a statement would drop may take before they are estimated",
        .default_text = "10s",
        .min = 1,
        .max = day_ms},
};
static constexpr std::array options = joined(own_options, target_options);

static std::string intent(const StepInput& in) {
  const std::string& version = in.options.text("version");
  const std::string& to = in.options.text("to");
  if (is_version(version)) return fmt::format("take version {} back", version);
  if (is_version(to)) return fmt::format("take back what is newer than version {}", to);
  if (in.options.integer("steps") > 0)
    return fmt::format("take back the newest {}",
                       count_of(static_cast<std::size_t>(in.options.integer("steps")), "migration"));
  return "take applied migrations back";
}

// --- what is refused ---------------------------------------------------------------------------------------

static std::string labels_of(const std::vector<Chosen>& versions) {
  if (versions.size() == 1) return versions.front().label();
  return fmt::format("{} to {}", versions.front().label(), versions.back().label());
}

static void refuse_not_newest(const Selection& selection, const Acknowledgements& allowed,
                              Reporter& reporter) {
  if (selection.standing.empty()) return;
  const std::string what =
      fmt::format("{} is not the newest: {} applied after it", selection.versions.back().label(),
                  count_of(selection.standing.size(), "migration was", "migrations were"));
  if (allowed.has("not-newest")) {
    reporter.warn(what);
    return;
  }
  throw Error{ExitCode::refused, what}
      .because("may stand on it, newest first:\n" + list_of(selection.standing))
      .hint(fmt::format(
          "roll those back first, from the newest (`to: {}` on the step takes them all back); or set "
          "{} if they do not need it",
          selection.versions.back().row.version, Acknowledgements::to_add("not-newest")));
}

static std::string lines_of(const std::vector<LostRows>& losses) {
  std::string lines;
  for (const LostRows& loss : losses) lines += (lines.empty() ? "" : "\n") + loss.text;
  return lines;
}

static void refuse_data_loss(const std::vector<LostRows>& losses, const std::vector<Chosen>& versions,
                             const Acknowledgements& allowed, Reporter& reporter) {
  if (losses.empty()) return;
  if (allowed.has("data-loss")) {
    for (const LostRows& loss : losses) reporter.warn("data-loss is allowed: it " + loss.text);
    return;
  }
  throw Error{ExitCode::refused, fmt::format("rolling {} back would lose data", labels_of(versions))}
      .because("it " + lines_of(losses))
      .hint("save what you need, then set " + Acknowledgements::to_add("data-loss"));
}

// --- the step ----------------------------------------------------------------------------------------------

namespace {
class Rollback {
 public:
  Rollback(const StepInput& in, Services& use)
      : in_(in), use_(use), target_(*use.target), allowed_(Acknowledgements::of(in.options)) {}
  Outcome run();

 private:
  bool prove_them(const std::vector<WayBack>& ways);
  void refuse_unproven(const std::vector<WayBack>& ways, const std::string& reason);
  bool still_to_do(const std::vector<WayBack>& ways);
  bool undo_one(const UndoContext& to, const WayBack& way);
  void undo_as_one(const UndoContext& to, const std::vector<WayBack>& ways);
  void undo_all(const std::vector<WayBack>& ways);

  const StepInput& in_;
  Services& use_;
  Session& target_;
  Acknowledgements allowed_;
  KeptRecord record_{in_.history, target_};
  std::string proof_ = "proven";
  bool reconnected_ = false;
  Outcome outcome_{};
};
}  // namespace

void Rollback::refuse_unproven(const std::vector<WayBack>& ways, const std::string& reason) {
  const auto proven_before = [&](const WayBack& way) { return record_.proven(way); };
  if (std::all_of(ways.begin(), ways.end(), proven_before)) {
    use_.reporter.say("no shadow could be made now, but the same text was proven at its check: " + reason);
    return;
  }
  proof_ = "unproven";
  const std::string what =
      fmt::format("the way back of {} is unproven: no shadow could be made", ways.front().of.label());
  if (allowed_.has("unproven")) {
    use_.reporter.warn(what + ": " + reason);
    return;
  }
  throw Error{ExitCode::refused, what}.because(reason).hint(fmt::format(
      "make a shadow possible, or set {} to go on without proof", Acknowledgements::to_add("unproven")));
}

/// False when the rollback does not do what it should.
bool Rollback::prove_them(const std::vector<WayBack>& ways) {
  Proof proof = prove(in_, use_, ways);
  std::move(proof.findings.begin(), proof.findings.end(), std::back_inserter(outcome_.findings));
  if (proof.verdict == Verdict::unproven) refuse_unproven(ways, proof.reason);
  if (proof.verdict == Verdict::proven)
    use_.reporter.say("proven on a shadow: the schema is as it was before");
  if (proof.verdict != Verdict::refuted) return true;
  for (const WayBack& way : ways)
    outcome_.cases.push_back({.name = way.of.label(), .status = CaseStatus::failed, .path = way.shown_path});
  outcome_.summary = fmt::format("refuted on a shadow: {}; the target is untouched",
                                 count_of(outcome_.findings.size(), "finding"));
  return false;
}

static bool has_any_of(const std::vector<HistoryRow>& history, const std::vector<WayBack>& ways) {
  return std::any_of(ways.begin(), ways.end(), [&](const WayBack& way) {
    return std::ranges::find(history, way.of.row.version, &HistoryRow::version) != history.end();
  });
}

/// With the runner's lock held: what was decided may stand on an old history. False when another call has
/// done all of it.
bool Rollback::still_to_do(const std::vector<WayBack>& ways) {
  const std::vector<HistoryRow> now = read_history(target_, in_.history);
  if (!has_any_of(now, ways)) return false;
  const auto same = [](const HistoryRow& one, const HistoryRow& other) {
    return one.version == other.version;
  };
  if (std::equal(now.begin(), now.end(), in_.plan.applied.begin(), in_.plan.applied.end(), same)) return true;
  throw Error{ExitCode::busy, "the history changed while the rollback was tried on a shadow"}.hint(
      "run it again: it then looks at what is applied now");
}

/// False when it was refused.
bool Rollback::undo_one(const UndoContext& to, const WayBack& way) {
  Undone undone = undo(to, way);
  const bool failed = std::any_of(undone.findings.begin(), undone.findings.end(),
                                  [](const Finding& f) { return f.severity == Severity::error; });
  outcome_.cases.push_back({.name = way.of.label(),
                            .status = failed ? CaseStatus::failed : CaseStatus::passed,
                            .duration = undone.duration,
                            .path = way.shown_path});
  std::move(undone.findings.begin(), undone.findings.end(), std::back_inserter(outcome_.findings));
  if (failed) {
    outcome_.summary =
        undone.kept_parts
            ? fmt::format("{} was refused: what it did before stays, and it goes on from there",
                          way.of.label())
            : fmt::format("{} was refused: history and schema are as they were before it", way.of.label());
    return false;
  }
  use_.reporter.say(undone.by_another
                        ? fmt::format("{}: another call has rolled it back", way.of.label())
                        : fmt::format("{}: rolled back, {}", way.of.label(), for_people(undone.duration)));
  reconnected_ = undone.reconnected;
  return true;
}

/// Half a way back is none: all of them, or none.
void Rollback::undo_as_one(const UndoContext& to, const std::vector<WayBack>& ways) {
  Undone undone = undo_together(to, ways);
  if (undone.by_another)
    throw Error{ExitCode::busy, "another call has rolled one of them back meanwhile; nothing was changed"}
        .hint("run it again: it then looks at what is applied now");
  const bool failed = !undone.findings.empty();
  for (const WayBack& way : ways) {
    const std::string label = way.of.label();
    CaseStatus status = CaseStatus::passed;
    if (failed) status = label == undone.refused ? CaseStatus::failed : CaseStatus::skipped;
    outcome_.cases.push_back(
        {.name = label,
         .status = status,
         .text = failed && label != undone.refused ? "not kept, because another was refused" : "",
         .path = way.shown_path});
    if (!failed) use_.reporter.say(fmt::format("{}: rolled back", label));
  }
  outcome_.cases.front().duration = undone.duration;
  std::move(undone.findings.begin(), undone.findings.end(), std::back_inserter(outcome_.findings));
  outcome_.summary =
      failed ? fmt::format("{} was refused: history and schema are as they were, none of {} is rolled back",
                           undone.refused, count_of(ways.size(), "migration"))
             : fmt::format("{} rolled back, in one transaction", count_of(ways.size(), "migration"));
}

void Rollback::undo_all(const std::vector<WayBack>& ways) {
  const UndoContext to{.in = in_,
                       .use = use_,
                       .limits = limits_of(in_.options),
                       .run = LedgerRun::of_environment(),
                       .proof = proof_};
  RunnerLock lock(target_, in_.history, to.limits.target.retry_for, use_.reporter, use_.stop);
  if (!still_to_do(ways)) {
    outcome_.summary =
        fmt::format("another call has rolled {} back meanwhile: nothing to do",
                    ways.size() == 1 ? ways.front().of.label() : count_of(ways.size(), "migration"));
    return;
  }
  prepare_ledger(target_, in_.history);
  if (ways.size() > 1 && can_be_together(ways)) return undo_as_one(to, ways);
  if (ways.size() > 1) use_.reporter.say("one after the other: not all of it can be one transaction");
  for (const WayBack& way : ways) {
    if (!undo_one(to, way)) return;
    if (std::exchange(reconnected_, false)) lock.take_again();
  }
  outcome_.summary = fmt::format(
      "{} rolled back", ways.size() == 1 ? ways.front().of.label() : count_of(ways.size(), "migration"));
}

Outcome Rollback::run() {
  const Selection selection = select(in_, record_);
  if (selection.versions.empty()) {
    outcome_.summary = selection.nothing_to_do;
    return std::move(outcome_);
  }
  refuse_unwritable(target_, in_.history);  // before the shadow, which takes longest
  refuse_not_newest(selection, allowed_, use_.reporter);
  std::vector<WayBack> ways;
  for (const Chosen& chosen : selection.versions) ways.push_back(find_way_back(in_, chosen, record_));
  for (const WayBack& way : ways) {
    use_.reporter.say(fmt::format("{}: {}", way.of.label(), way.shown_path));
    if (!way.warning.empty()) use_.reporter.warn(way.warning);
  }
  if (!prove_them(ways)) return std::move(outcome_);
  refuse_data_loss(count_losses(target_, ways, in_.options.duration("count_timeout")), selection.versions,
                   allowed_, use_.reporter);
  undo_all(ways);
  return std::move(outcome_);
}

static Outcome run(const StepInput& in, Services& use) {
  if (use.target == nullptr)
    throw Error{ExitCode::usage, "step 'rollback' changes a database, but there is no target"}.hint(
        "set DATABASE_URL, and leave --base out");
  return Rollback(in, use).run();
}

const StageHandler roll_back{
    .name = "rollback",
    .summary = "Take applied migrations back, after trying it on a shadow",
    .options = options,
    .writes = true,
    .intent = intent,
    .run = run,
};

}  // namespace runner
