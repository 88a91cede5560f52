#include "runner/migration/plan.hpp"

#include "stages/history/history.hpp"
#include "tests/support/project_folder.hpp"
#include "tests/support/test_server.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

using testing::ProjectFolder;
using Labels = std::vector<std::string>;

static Labels labels(const std::vector<Migration>& migrations) {
  Labels all;
  for (const Migration& migration : migrations) all.push_back(migration.label());
  return all;
}

namespace {

/// A project and the database that it is compared with.
struct Compared {
  ProjectFolder project{};
  TestDatabase database{};
  Session session = database.session();
  HistoryTable table{};

  Compared() { create_history(session, table); }
  void applied(const std::string& version, const std::string& name, std::vector<std::string> statements) {
    record_applied(session, table, {version, name, std::move(statements)});
  }
  Plan plan(bool compare_content = true) {
    PlanInput input;
    input.root = project.path();
    input.migrations = project.migrations();
    input.rollbacks = project.rollbacks();
    input.target = &session;
    input.compare_content = compare_content;
    return make_plan(input, nullptr);
  }
  Findings findings() {
    Options options;
    add_defaults(history.options, options);
    const Plan made = plan();
    const std::filesystem::path root = project.path();
    const StopSignal stop;
    QuietReporter reporter;
    Shadows shadows({}, table, &session, nullptr, reporter);
    Services services{&session, shadows, reporter, stop};
    return history.run({"migrate:check", options, made, table, root}, services).findings;
  }
};

}  // namespace

TEST(PlanWithTarget, TakesAppliedAndPendingFromTheHistory) {
  Compared at;
  at.project.pair("1_a").pair("2_b").pair("4_d").pair("5_e");
  at.applied("1", "a", {"SELECT 1"});
  at.applied("3", "gone", {"SELECT 1"});
  at.applied("4", "d", {"SELECT 1"});
  const Plan plan = at.plan();
  EXPECT_EQ(plan.source, Plan::Source::target);
  EXPECT_EQ(plan.compared_with, "history of " + at.database.url().describe());
  EXPECT_EQ(plan.target_version, at.session.server_version());
  EXPECT_EQ(labels(plan.applied_files), (Labels{"1_a", "4_d"}));
  EXPECT_EQ(labels(plan.pending), (Labels{"2_b", "5_e"}));
  EXPECT_EQ(labels(plan.out_of_order), Labels{"2_b"});
  ASSERT_EQ(plan.missing.size(), 1U);
  EXPECT_EQ(plan.missing[0].name, "gone");
  EXPECT_TRUE(plan.edited.empty());
}

TEST(PlanWithTarget, ComparesTokensWithTheStatementsOfTheHistory) {
  Compared at;
  at.project.pair("1_same", "-- now with a comment\nselect  1;\n").pair("2_edited", "SELECT 3;\n");
  at.project.pair("3_unknown", "SELECT 4;\n").pair("4_twice").write("migrations/4_again.sql", "SELECT 5;\n");
  at.applied("1", "same", {"SELECT 1"});
  at.applied("2", "edited", {"SELECT 2"});
  at.applied("3", "unknown", {});
  at.applied("4", "twice", {"SELECT 9"});
  EXPECT_EQ(labels(at.plan().edited), Labels{"2_edited"});
  EXPECT_TRUE(at.plan(false).edited.empty());
}

TEST(PlanWithTarget, LeavesTheTargetAsItIs) {
  Compared at;
  at.project.pair("1_a");
  at.applied("1", "a", {"SELECT 1"});
  ASSERT_FALSE(at.session.execute("SET default_transaction_read_only = on").error);
  EXPECT_EQ(labels(at.plan().applied_files), Labels{"1_a"});
}

TEST(PlanWithTarget, ItsFindingsNameTheDatabaseAndWhatToRun) {
  Compared at;
  at.project.pair("2_b", "SELECT 3;\n");
  at.applied("1", "it's", {"SELECT 1"});
  at.applied("2", "b", {"SELECT 2"});
  const Findings found = at.findings();
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].rule, "missing-file");
  EXPECT_EQ(found[0].subject, "1_it's");
  EXPECT_EQ(found[0].remedy,
            "find the commit that has it, and check the file out from there: git log --all --oneline -- "
            "'migrations/1_*'\n"
            "or, if its changes were taken back by hand: runner repair 1 --status reverted");
  EXPECT_EQ(found[1].rule, "edited-migration");
  EXPECT_EQ(found[1].message, "was changed after it was applied: its statements differ from the history of " +
                                  at.database.url().describe());
}

}  // namespace runner
