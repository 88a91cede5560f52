#include "runner/migration/plan.hpp"

#include "tests/support/project_folder.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

using testing::ProjectFolder;
using Labels = std::vector<std::string>;

static Plan plan_of(const ProjectFolder& project, const std::string& base = "", bool compare_content = true) {
  PlanInput input;
  input.root = project.path();
  input.migrations = project.migrations();
  input.rollbacks = project.rollbacks();
  input.base = base;
  input.compare_content = compare_content;
  return make_plan(input, nullptr);
}

static Labels labels(const std::vector<Migration>& migrations) {
  Labels all;
  for (const Migration& migration : migrations) all.push_back(migration.label());
  return all;
}

static Labels labels(const std::vector<HistoryRow>& rows) {
  Labels all;
  for (const HistoryRow& row : rows) all.push_back(row.version + "_" + row.name);
  return all;
}

TEST(Plan, WithoutTargetAndGitEverythingIsPending) {
  ProjectFolder project;
  project.pair("1_a").pair("2_b");
  const Plan plan = plan_of(project);
  EXPECT_EQ(plan.source, Plan::Source::nothing);
  EXPECT_EQ(labels(plan.pending), (Labels{"1_a", "2_b"}));
  EXPECT_EQ(plan.compared_with,
            "neither a target nor a base commit: all 2 migrations are checked from an empty "
            "database");
}

TEST(Plan, InAFreshCloneOfTheDefaultBranchEverythingIsPending) {
  ProjectFolder project;
  project.pair("1_a").pair("2_b").commit_all();
  for (const bool compare_content : {true, false}) {
    const Plan plan = plan_of(project, "", compare_content);
    EXPECT_EQ(plan.source, Plan::Source::nothing);
    EXPECT_EQ(labels(plan.pending), (Labels{"1_a", "2_b"}));
    EXPECT_TRUE(plan.applied.empty());
    EXPECT_EQ(plan.compared_with,
              "nothing new since main: all 2 migrations are checked from an empty database");
  }
}

TEST(Plan, OneNewFileOnTheDefaultBranchIsAllThatIsPending) {
  ProjectFolder project;
  project.pair("1_a").commit_all().pair("2_b");
  const Plan plan = plan_of(project);
  EXPECT_EQ(plan.source, Plan::Source::base_commit);
  EXPECT_EQ(labels(plan.pending), Labels{"2_b"});
  EXPECT_EQ(labels(plan.applied), Labels{"1_a"});
  EXPECT_EQ(labels(plan.applied_files), Labels{"1_a"});
  EXPECT_EQ(plan.compared_with,
            "base commit " + plan.base.value().commit.substr(0, 12) + " (merge base with main)");
}

TEST(Plan, AChangedOrDeletedFileOnTheDefaultBranchIsSomethingNew) {
  ProjectFolder project;
  project.pair("1_a").pair("2_b").commit_all().write("migrations/1_a.sql", "SELECT 2;\n");
  for (const bool compare_content : {true, false}) {
    const Plan edited = plan_of(project, "", compare_content);
    EXPECT_EQ(edited.source, Plan::Source::base_commit);
    EXPECT_EQ(labels(edited.edited), Labels{"1_a"});
    EXPECT_TRUE(edited.pending.empty());
  }
  project.remove("migrations/1_a.sql");
  const Plan missing = plan_of(project);
  EXPECT_EQ(labels(missing.missing), Labels{"1_a"});
  EXPECT_TRUE(missing.pending.empty());
}

TEST(Plan, ANamedBaseIsTakenAtItsWordEvenWhenNothingIsNew) {
  ProjectFolder project;
  project.pair("1_a").commit_all();
  const Plan plan = plan_of(project, "HEAD");
  EXPECT_EQ(plan.source, Plan::Source::base_commit);
  EXPECT_TRUE(plan.pending.empty());
  EXPECT_EQ(labels(plan.applied_files), Labels{"1_a"});
}

TEST(Plan, ABranchThatAddsNothingHasNothingPending) {
  ProjectFolder project;
  project.pair("1_a").commit_all().shell("git checkout -q -b feature").write("README.md").commit_all();
  EXPECT_TRUE(plan_of(project).pending.empty());
}

TEST(Plan, AMigrationOlderThanTheNewestAppliedIsOutOfOrder) {
  ProjectFolder project;
  project.pair("1_a").pair("3_c").commit_all().pair("2_b").pair("4_d");
  const Plan plan = plan_of(project);
  EXPECT_EQ(labels(plan.pending), (Labels{"2_b", "4_d"}));
  EXPECT_EQ(labels(plan.out_of_order), Labels{"2_b"});
}

TEST(Plan, ARenamedFileIsNeitherPendingNorMissingNorEdited) {
  ProjectFolder project;
  project.pair("1_a")
      .pair("2_b")
      .commit_all()
      .shell("git mv migrations/1_a.sql migrations/1_z.sql")
      .commit_all("Rename");
  const Plan plan = plan_of(project, "HEAD~1");
  EXPECT_TRUE(plan.pending.empty());
  EXPECT_TRUE(plan.missing.empty());
  EXPECT_TRUE(plan.edited.empty());
  project.write("migrations/1_z.sql", "SELECT 9;\n");
  EXPECT_EQ(labels(plan_of(project, "HEAD~1").edited), Labels{"1_z"});
}

TEST(Plan, ASecondFileOfAnAppliedVersionIsNotAnEdit) {
  ProjectFolder project;
  project.pair("1_a").commit_all().write("migrations/1_b.sql", "SELECT 2;\n");
  const Plan plan = plan_of(project);
  EXPECT_TRUE(plan.edited.empty());
  EXPECT_EQ(plan.folder.problems.front().kind, FolderProblem::Kind::duplicate_version);
}

TEST(Plan, AFileReplacedByADanglingLinkIsToldOnce) {
  ProjectFolder project;
  project.pair("1_a").pair("2_b").commit_all().shell("ln -sf nowhere migrations/1_a.sql");
  const Plan plan = plan_of(project);
  EXPECT_TRUE(plan.missing.empty());
  EXPECT_EQ(plan.folder.problems.front().kind, FolderProblem::Kind::not_a_file);
}

TEST(TextOfHistory, IsTheSameWhateverTheLayoutAndTheCuts) {
  struct Row {
    std::string file;
    std::vector<std::string> statements;
    bool same;
  };
  const std::vector<Row> rows{
      {"SELECT 1;\nSELECT 2;\n", {"SELECT 1", "SELECT 2"}, true},
      {"SELECT 1; ; SELECT 2", {"SELECT 1", "SELECT 2"}, true},
      {"\xEF\xBB\xBFSELECT 1;", {"\xEF\xBB\xBFSELECT 1"}, true},
      {"-- why\nSELECT 1;\n-- end\n", {"-- why\nSELECT 1"}, true},
      {"SELECT  1 ; -- one\nselect 2;", {"SELECT 1", "SELECT 2"}, true},
      {"SELECT 1;\r\nSELECT 2;\r\n", {"SELECT 1", "SELECT 2"}, true},
      {"SELECT 1;\nSELECT 2;\n", {"SELECT 1;\nSELECT 2;"}, true},  // stored whole by another tool
      {"SELECT E'it\\'s;  x';", {"SELECT E'it\\'s", "x'"}, true},  // cut inside a text by Supabase's CLI
      {"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;",
       {"CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1", "SELECT 2", "END"},
       true},
      {"-- a\n/* b /* c */ ; */ SELECT 1;\n\n-- end", {"SELECT 1"}, true},
      {"/* a */ SELECT 1", {"/* a */ SELECT 1"}, true},
      {"SELECT 1 -- a;\n;SELECT 2;", {"SELECT 1 -- a;", "SELECT 2"}, true},
      {"SELECT 1; -- SELECT 2;", {"SELECT 1", "SELECT 2"}, false},
      {"SELECT 1; /* SELECT 2", {"SELECT 1", "SELECT 2"}, false},
      {"SELECT 1;", {"SELECT 2"}, false},
      {"SELECT 1;", {"SELECT 1", "SELECT 2"}, false},
      {"SELECT 1; SELECT 2;", {"SELECT 1"}, false},
      {"SELECT 'a  b';", {"SELECT 'a b'"}, false},
      {"SELECT \"A\";", {"SELECT \"a\""}, false},
      {"SELECT 1\nAS x;", {"SELECT 1", "AS x"}, false},  // no ';' between, so it is another text
  };
  for (const Row& row : rows) EXPECT_EQ(is_text_of(row.file, row.statements), row.same) << row.file;
}

}  // namespace runner
