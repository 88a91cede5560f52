#include "stages/history/history.hpp"

#include "runner/core/error.hpp"
#include "tests/support/project_folder.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

using testing::ProjectFolder;
using testing::ScopedVariable;

namespace {

class SilentReporter : public Reporter {
 public:
  void say(std::string_view) override {}
  void detail(std::string_view) override {}
  void warn(std::string_view) override {}
  void progress(std::size_t, std::size_t, std::string_view) override {}
  void stage_started(std::string_view, std::string_view) override {}
  void step_started(std::string_view, std::string_view, std::string_view) override {}
  void step_finished(std::string_view, const StepReport&) override {}
  void stage_finished(const StageReport&) override {}
};

/// The handler's outcome on a plan, with options as they would be written.
class HistoryStep {
 public:
  explicit HistoryStep(const ProjectFolder& project) : root_(project.path()) {
    PlanInput input;
    input.root = project.path();
    input.migrations = project.migrations();
    input.rollbacks = project.rollbacks();
    plan = make_plan(input, nullptr);
  }
  HistoryStep& with(const std::string& name, const std::string& text) {
    const auto spec = std::find_if(history.options.begin(), history.options.end(),
                                   [&](const OptionSpec& row) { return row.name == name; });
    const std::vector<std::string> items{text};
    options_.set(name, parse_option(*spec, items, spec->type == OptionType::choice_list));
    return *this;
  }
  Outcome run() {
    add_defaults(history.options, options_);
    const StopSignal stop;
    SilentReporter reporter;
    Shadows shadows({}, table_, nullptr, nullptr, reporter);
    Services services{nullptr, shadows, reporter, stop};
    return history.run({"migrate:check", options_, plan, table_, root_}, services);
  }
  std::string intent() {
    add_defaults(history.options, options_);
    return history.intent({"migrate:check", options_, plan, table_, root_});
  }

  Plan plan;

 private:
  std::filesystem::path root_;
  Options options_;
  HistoryTable table_;
};

}  // namespace

static std::vector<std::string> told(const Outcome& outcome) {
  std::vector<std::string> lines;
  for (const Finding& finding : outcome.findings)
    lines.push_back(std::string(to_string(finding.severity)) + " " + finding.rule + " " +
                    finding.place.str());
  return lines;
}

static const Finding& only(const Outcome& outcome) {
  if (outcome.findings.size() != 1) {
    std::string all;
    for (const Finding& finding : outcome.findings) all += finding.text();
    throw std::runtime_error("not one finding:\n" + all);
  }
  return outcome.findings.front();
}

TEST(HistoryStage, PassesFilesThatAgree) {
  ProjectFolder project;
  project.pair("1_a").pair("2_b");
  const Outcome outcome = HistoryStep(project).run();
  EXPECT_TRUE(told(outcome).empty());
  EXPECT_FALSE(outcome.failed());
  EXPECT_EQ(outcome.summary, "2 pending and 0 applied: files, versions and order agree");
  ASSERT_EQ(outcome.cases.size(), 3U);
  EXPECT_EQ(outcome.cases[0].name, "1_a");
  EXPECT_EQ(outcome.cases[2].name, "all");
}

TEST(HistoryStage, SaysWhatItWillDo) {
  ProjectFolder project;
  project.pair("1_a");
  EXPECT_EQ(HistoryStep(project).intent(), "check names, versions and order of 1 migration file");
  project.commit_all().pair("2_b");
  EXPECT_EQ(HistoryStep(project).intent().find("compare 2 migration files with base commit "), 0U);
}

TEST(HistoryStage, AnOutOfOrderVersionFailsWithCommandsThatMendIt) {
  ProjectFolder project;
  project.pair("20260101000000_a").pair("20260103000000_c").commit_all();
  project.pair("20260102000000_late").pair("20260104000000_d");
  const Outcome outcome = HistoryStep(project).run();
  EXPECT_TRUE(outcome.failed());
  const Finding& finding = only(outcome);
  EXPECT_EQ(finding.rule, "out-of-order");
  EXPECT_EQ(finding.subject, "20260102000000_late");
  EXPECT_EQ(finding.message, "is pending, but older than version 20260103000000, which is applied");
  project.shell("git add -A && " + finding.remedy);
  const HistoryStep mended(project);
  EXPECT_TRUE(mended.plan.out_of_order.empty());
  EXPECT_TRUE(mended.plan.folder.problems.empty());
  EXPECT_EQ(mended.plan.pending.back().label(), "20260104000001_late");
  EXPECT_EQ(outcome.cases.front().name, "20260102000000_late");
  EXPECT_EQ(outcome.cases.front().status, CaseStatus::failed);
  EXPECT_EQ(outcome.cases.back().status, CaseStatus::passed);
}

TEST(HistoryStage, ADuplicateVersionFailsWithCommandsThatMendIt) {
  ProjectFolder project;
  project.pair("20260101000000_a").pair("20260101000000_b").shell("git init -q && git add -A");
  const Outcome outcome = HistoryStep(project).run();
  EXPECT_EQ(only(outcome).rule, "duplicate-version");
  project.shell(only(outcome).remedy);
  EXPECT_FALSE(HistoryStep(project).run().failed());
}

TEST(HistoryStage, AnEditedMigrationFailsWithTheCommandThatRestoresIt) {
  ProjectFolder project;
  project.pair("1_a b").pair("2_b").commit_all().write("migrations/1_a b.sql", "SELECT 2;\n");
  const Outcome outcome = HistoryStep(project).run();
  EXPECT_TRUE(outcome.failed());
  const Finding& finding = only(outcome);
  EXPECT_EQ(finding.rule, "edited-migration");
  project.shell(finding.remedy.substr(0, finding.remedy.find('\n')));
  EXPECT_FALSE(HistoryStep(project).run().failed());
}

TEST(HistoryStage, AnEditedAndRenamedMigrationIsRestoredFromItsOldName) {
  ProjectFolder project;
  project.pair("1_a").commit_all().shell("git mv migrations/1_a.sql migrations/1_z.sql").commit_all("Rename");
  project.shell(
      "git checkout -q -b feature HEAD~1 && git checkout -q main -- migrations && git rm -q --cached "
      "migrations/1_a.sql");
  project.remove("migrations/1_a.sql").write("migrations/1_z.sql", "SELECT 2;\n");
  project.shell("git branch -f main HEAD");
  const Outcome outcome = HistoryStep(project).with("rollbacks", "ignore").run();
  const auto edited = std::find_if(outcome.findings.begin(), outcome.findings.end(),
                                   [](const Finding& f) { return f.rule == "edited-migration"; });
  ASSERT_NE(edited, outcome.findings.end());
  project.shell(edited->remedy.substr(0, edited->remedy.find('\n')));
  const Outcome after = HistoryStep(project).with("rollbacks", "ignore").run();
  EXPECT_EQ(told(after), std::vector<std::string>{"info renamed-migration migrations/1_z.sql"});
}

TEST(HistoryStage, AMissingFileFailsWithTheCommandThatBringsItBack) {
  ProjectFolder project;
  project.pair("1_a")
      .pair("2_b")
      .commit_all()
      .remove("migrations/1_a.sql")
      .remove("rollbacks/1_a.rollback.sql");
  const Outcome outcome = HistoryStep(project).run();
  EXPECT_EQ(only(outcome).rule, "missing-file");
  EXPECT_EQ(only(outcome).message, "version 1 is applied, but no file in migrations has it");
  project.shell(only(outcome).remedy);
  EXPECT_TRUE(std::filesystem::exists(project / "migrations/1_a.sql"));
}

TEST(HistoryStage, WordsOfTheStepOrTheEnvironmentTurnErrorsIntoWarnings) {
  ProjectFolder project;
  project.pair("1_a").pair("3_c").commit_all().pair("2_b").write("migrations/1_a.sql", "SELECT 2;\n");
  EXPECT_TRUE(HistoryStep(project).with("allow", "edited-history").run().failed());
  const ScopedVariable set("RUNNER_ALLOW", "out-of-order");
  const Outcome outcome = HistoryStep(project).with("allow", "edited-history").run();
  EXPECT_FALSE(outcome.failed());
  EXPECT_EQ(told(outcome), (std::vector<std::string>{"warning out-of-order migrations/2_b.sql",
                                                     "warning edited-migration migrations/1_a.sql"}));
  EXPECT_EQ(outcome.summary, "1 pending and 2 applied: 2 warnings");
}

TEST(HistoryStage, FailOnWarningMakesWarningsFail) {
  ProjectFolder project;
  project.pair("1_a").write("migrations/later.sql");
  EXPECT_FALSE(HistoryStep(project).run().failed());
  EXPECT_TRUE(HistoryStep(project).with("fail_on", "warning").run().failed());
}

TEST(HistoryStage, ARollbackIsRequiredWarnedOfOrIgnored) {
  ProjectFolder project;
  project.pair("1_a").write("migrations/2_b.sql").write("rollbacks/3_c.rollback.sql");
  EXPECT_EQ(told(HistoryStep(project).run()),
            (std::vector<std::string>{"error rollback-orphaned rollbacks/3_c.rollback.sql",
                                      "error rollback-missing migrations/2_b.sql"}));
  EXPECT_EQ(told(HistoryStep(project).with("rollbacks", "warn").run()),
            (std::vector<std::string>{"warning rollback-orphaned rollbacks/3_c.rollback.sql",
                                      "warning rollback-missing migrations/2_b.sql"}));
  EXPECT_TRUE(told(HistoryStep(project).with("rollbacks", "ignore").run()).empty());
}

TEST(HistoryStage, AnAppliedMigrationMayLackItsRollback) {
  ProjectFolder project;
  project.write("migrations/1_a.sql").commit_all().pair("2_b");
  EXPECT_TRUE(told(HistoryStep(project).run()).empty());
}

TEST(HistoryStage, AProjectWithoutAnyRollbackHearsItOnce) {
  ProjectFolder project;
  project.write("migrations/1_a.sql").write("migrations/2_b.sql");
  EXPECT_EQ(only(HistoryStep(project).run()).message, "none of the 2 pending migrations has a rollback");
}

TEST(HistoryStage, ARollbackThatIsNamedWronglyIsToldOnce) {
  ProjectFolder project;
  project.write("migrations/1_a.sql").pair("2_b").write("rollbacks/1_a.down.sql");
  EXPECT_EQ(only(HistoryStep(project).run()).rule, "rollback-misnamed");
}

TEST(HistoryStage, NamesTheByteThatIsNotUtf8) {
  ProjectFolder project;
  project.pair("1_a", "SELECT 1;\nSELECT 'caf\xE9';\n");
  const Outcome outcome = HistoryStep(project).run();
  EXPECT_EQ(only(outcome).place.str(), "migrations/1_a.sql:2:12");
  EXPECT_EQ(only(outcome).message, "byte 0xE9 is not UTF-8");
  project.shell(only(outcome).remedy.substr(only(outcome).remedy.find("iconv")));
  EXPECT_TRUE(told(HistoryStep(project).run()).empty());
}

TEST(HistoryStage, KnowsUtf16) {
  ProjectFolder project;
  project.pair("1_a", std::string("\xFF\xFES\0E\0L\0E\0C\0T\0 \0"
                                  "1\0;\0",
                                  20));
  const Outcome outcome = HistoryStep(project).run();
  EXPECT_EQ(only(outcome).message, "is encoded in UTF-16; PostgreSQL reads UTF-8");
  project.shell(only(outcome).remedy);
  EXPECT_FALSE(HistoryStep(project).run().failed());
}

TEST(HistoryStage, TellsByteOrderMarksLineEndsAndEmptinessWithoutFailing) {
  ProjectFolder project;
  project.pair("1_a", "\xEF\xBB\xBFSELECT 1;\n")
      .pair("2_b", "SELECT 1;\nSELECT\r\n2;\r\n")
      .pair("3_c", "")
      .pair("4_d", "-- nothing\n/* yet */ ;\n");
  const Outcome outcome = HistoryStep(project).run();
  EXPECT_EQ(told(outcome),
            (std::vector<std::string>{
                "warning byte-order-mark migrations/1_a.sql", "info windows-line-ends migrations/2_b.sql:2",
                "warning empty-file migrations/3_c.sql", "warning empty-file migrations/4_d.sql"}));
  EXPECT_FALSE(outcome.failed());
  project.shell(outcome.findings[0].remedy).shell(outcome.findings[1].remedy);
  EXPECT_EQ(HistoryStep(project).run().findings.size(), 2U);
}

TEST(HistoryStage, ChecksTheBytesOfRollbacksToo) {
  ProjectFolder project;
  project.pair("1_a").write("rollbacks/1_a.rollback.sql", "\n");
  EXPECT_EQ(told(HistoryStep(project).run()),
            std::vector<std::string>{"warning empty-file rollbacks/1_a.rollback.sql"});
}

TEST(HistoryStage, GivesEachProblemOfTheFolderItsRuleAndSeverity) {
  ProjectFolder project;
  project.pair("1_a").write("migrations/README.md").write("migrations/x.sql").write("migrations/2_.sql");
  project.write("migrations/123456789012345678901_l.sql")
      .write("migrations/1_a.down.sql")
      .write("migrations/3_\xFF.sql");
  project.shell("ln -s nowhere migrations/4_d.sql").pair("11_e");
  std::vector<std::string> lines = told(HistoryStep(project).with("rollbacks", "ignore").run());
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(lines, (std::vector<std::string>{
                       "error not-utf-8 migrations/3_\xEF\xBF\xBD.sql",
                       "error rollback-as-migration migrations/1_a.down.sql",
                       "error unreadable-file migrations/4_d.sql",
                       "error version-too-long migrations/123456789012345678901_l.sql",
                       "info ignored-file migrations/README.md", "warning bad-name migrations/2_.sql",
                       "warning bad-name migrations/x.sql", "warning version-order migrations/2_.sql"}));
}

}  // namespace runner
