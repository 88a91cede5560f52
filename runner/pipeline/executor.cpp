#include "runner/pipeline/executor.hpp"

#include "runner/core/duration.hpp"
#include "runner/core/text.hpp"
#include "runner/pipeline/inputs.hpp"
#include "runner/pipeline/target.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

using Clock = std::chrono::steady_clock;

static bool is_interruption(ExitCode code) {
  return code == ExitCode::interrupted || code == ExitCode::terminated;
}

/// Runs `work` and returns what it threw. A library's exception is a mistake of ours, but the report of what
/// went before it must not be lost.
template <typename Work>
static std::optional<Error> caught(const StopSignal& stop, Work&& work) {
  try {
    stop.check();
    work();
    return std::nullopt;
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return Error{ExitCode::environment, "out of memory"};
  } catch (const std::filesystem::filesystem_error& problem) {
    return Error{ExitCode::environment, "the file system refused"}.because(problem.what());
  } catch (const std::exception& problem) {
    return Error{ExitCode::environment, "internal error"}
        .because(problem.what())
        .hint("report this together with the command line");
  }
}

static std::vector<TierOutline> outline_of(const Pipeline& pipeline) {
  std::vector<TierOutline> tiers;
  for (const Tier& tier : pipeline.tiers) {
    TierOutline& outline = tiers.emplace_back(TierOutline{.name = tier.name});
    for (const std::string& name : tier.stages) {
      auto& stage = outline.stages.emplace_back(TierOutline::Stage{.name = name});
      if (const Stage* found = pipeline.find_stage(name))
        for (const Step& step : found->steps) stage.steps.emplace_back(step.handler->name);
    }
  }
  return tiers;
}

/// What one run of a stage holds: made step by step, so that each part can refer to the one before it.
class StageRun {
 public:
  StageRun(const RunRequest& request, Reporter& reporter, const StopSignal& stop)
      : request_(request), reporter_(reporter), stop_(stop) {
    report_.stage = request.stage.name;
    report_.again = request.again;
    report_.started = std::chrono::system_clock::now();
    report_.tiers = outline_of(request.pipeline);
  }

  StageReport all(JobVariables* variables) {
    const Clock::time_point start = Clock::now();
    reporter_.stage_started(report_.stage, intent());
    report_.error = caught(stop_, [this] { prepare(); });
    if (report_.error) report_.exit_code = report_.error->code();
    for (const Step& step : request_.stage.steps) run_or_skip(step);
    if (variables != nullptr) note_variables(*variables);
    report_.duration = Clock::now() - start;
    report_.verdict = verdict();
    reporter_.stage_finished(report_);
    return std::move(report_);
  }

 private:
  std::string intent() const {
    std::vector<std::string_view> names;
    for (const Step& step : request_.stage.steps) names.push_back(step.handler->name);
    return fmt::format("will run {}", fmt::join(names, ", then "));
  }

  void prepare() {
    history_ = HistoryTable::parse(request_.pipeline.history_table);
    // With --base, the commit says what is applied, not a database.
    if (request_.base.empty()) target_ = connect_target(request_.pipeline, request_.stage, reporter_, stop_);
    make_new_plan();
    applied_at_start_ = applied_versions();
    reporter_.say(fmt::format("compared with: {}", plan_.compared_with));
    reporter_.say(counts());
    report_.compared_with = plan_.compared_with;
    shadows_.emplace(shadow_settings_of(request_.pipeline), history_, target(), &stop_, reporter_);
  }

  /// "2 pending migrations (1 out of order), 8 applied (1 without a file)".
  std::string counts() const {
    const auto aside = [](std::size_t n, std::string_view what) {
      return n == 0 ? std::string() : fmt::format(" ({} {})", n, what);
    };
    return fmt::format("{}{}, {} applied{}", count_of(plan_.pending.size(), "pending migration"),
                       aside(plan_.out_of_order.size(), "out of order"), plan_.applied.size(),
                       aside(plan_.missing.size(), "without a file"));
  }

  Session* target() { return target_ ? &*target_ : nullptr; }

  void make_new_plan() {
    plan_ = make_plan(plan_input_of(request_.pipeline, history_, target(), request_.base), &stop_);
  }

  std::vector<std::string> applied_versions() const {
    std::vector<std::string> versions;
    for (const HistoryRow& row : plan_.applied) versions.push_back(row.version);
    return versions;
  }

  void run_or_skip(const Step& step) {
    StepReport result;
    result.handler = step.handler->name;
    if (!ended_ && !report_.error) run_step(step, result);
    // Where nothing could start, the stage's own error says it all.
    if (!report_.error) reporter_.step_finished(report_.stage, result);
    if (result.exit_code != ExitCode::passed) {
      if (report_.exit_code == ExitCode::passed) report_.exit_code = result.exit_code;
      // A person who interrupts means the whole stage.
      if (is_interruption(result.exit_code)) report_.exit_code = result.exit_code;
      ended_ = !step.continue_on_failure || is_interruption(result.exit_code);
    }
    report_.steps.push_back(std::move(result));
  }

  void run_step(const Step& step, StepReport& result) {
    const StageHandler& handler = *step.handler;
    const StepInput input{request_.stage.name,
                          step.options,
                          plan_,
                          history_,
                          request_.pipeline.root,
                          applied_versions() != applied_at_start_,
                          request_.pipeline.seeds,
                          writes()};
    Services services{target(), *shadows_, reporter_, stop_};
    const Clock::time_point start = Clock::now();
    result.error = caught(stop_, [&] {
      reporter_.step_started(report_.stage, handler.name, handler.intent(input));
      result.outcome = handler.run(input, services);
      if (handler.writes && &step != &request_.stage.steps.back()) make_new_plan();
    });
    result.duration = Clock::now() - start;
    result.exit_code = result.error ? result.error->code() : result.outcome.exit_code();
    if (result.error)
      result.status = is_interruption(result.exit_code) ? StepStatus::interrupted : StepStatus::error;
    else
      result.status = result.exit_code == ExitCode::passed ? StepStatus::passed : StepStatus::failed;
  }

  bool writes() const {
    const auto& steps = request_.stage.steps;
    return std::any_of(steps.begin(), steps.end(), [](const Step& step) { return step.handler->writes; });
  }

  /// Also after a failure: what was applied before it stays.
  void note_variables(JobVariables& variables) {
    const char* pipeline = std::getenv("CI_PIPELINE_ID");
    if (!target_ || pipeline == nullptr || *pipeline == '\0' || !writes()) return;
    const auto problem = caught(stop_, [&] { variables = read_job_variables(*target_, history_); });
    if (problem && !is_interruption(problem->code()))
      reporter_.warn(fmt::format("later jobs get no variables: {}", problem->message()));
  }

  /// What was done to the database says more than what was seen before and after it.
  std::string passed_summary() const {
    std::string last = count_of(report_.steps.size(), "step");
    std::string written;
    for (std::size_t i = 0; i < report_.steps.size(); ++i) {
      const std::string& summary = report_.steps[i].outcome.summary;
      if (summary.empty()) continue;
      last = summary;
      if (request_.stage.steps[i].handler->writes) written = summary;
    }
    return written.empty() ? last : written;
  }

  /// "passed: 8 migrations executed, 61 statements, 0.9 s", "failed: history: 1 error, 0.1 s".
  std::string verdict() const {
    const std::string took = for_people(report_.duration);
    if (report_.exit_code == ExitCode::passed) {
      return fmt::format("passed: {}, {}", passed_summary(), took);
    }
    if (report_.error) return fmt::format("{}, {}", what_happened(*report_.error), took);
    const auto bad = std::find_if(report_.steps.begin(), report_.steps.end(), [&](const StepReport& step) {
      return step.exit_code == report_.exit_code;
    });
    if (bad->error) return fmt::format("{} ({}), {}", what_happened(*bad->error), bad->handler, took);
    const std::string summary = bad->outcome.summary.empty()
                                    ? count_of(bad->outcome.findings.size(), "finding")
                                    : bad->outcome.summary;
    return fmt::format("failed: {}: {}, {}", bad->handler, summary, took);
  }

  static std::string what_happened(const Error& error) {
    return is_interruption(error.code()) ? error.message() : fmt::format("failed: {}", error.message());
  }

  const RunRequest& request_;
  Reporter& reporter_;
  const StopSignal& stop_;
  StageReport report_{};
  HistoryTable history_{};
  std::optional<Session> target_{};
  Plan plan_{};
  std::vector<std::string> applied_at_start_{};
  std::optional<Shadows> shadows_{};
  bool ended_ = false;
};

StageReport run_stage(const RunRequest& request, Reporter& reporter, const StopSignal& stop,
                      JobVariables* variables) {
  return StageRun{request, reporter, stop}.all(variables);
}

}  // namespace runner
