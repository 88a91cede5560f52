#include "runner/migration/base.hpp"

#include "runner/core/error.hpp"
#include "tests/support/project_folder.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace runner {

using testing::ProjectFolder;
using testing::ScopedVariable;

static std::optional<BaseCommit> base_of(const ProjectFolder& project, const std::string& asked = "") {
  return find_base(asked, project.migrations(), nullptr);
}

static std::string commit_id(ProjectFolder& project, const std::string& name) {
  project.shell("git rev-parse '" + name + "' > .git/answer");
  std::ifstream file(project / ".git/answer");
  std::string id;
  file >> id;
  return id;
}

static Error error_of(const ProjectFolder& project, const std::string& asked) {
  try {
    base_of(project, asked);
  } catch (const Error& error) {
    return error;
  }
  return Error{ExitCode::passed, "no error"};
}

static std::vector<std::string> files(const BaseCommit& base) {
  std::vector<std::string> names;
  for (const auto& [name, blob] : base.blobs) names.push_back(name);
  return names;
}

TEST(BaseCommit, IsNothingWithoutARepositoryOrACommit) {
  ProjectFolder project;
  project.pair("1_a");
  EXPECT_FALSE(base_of(project));
  project.shell("git init -q -b main");
  EXPECT_FALSE(base_of(project));
}

TEST(BaseCommit, OnTheDefaultBranchIsHead) {
  ProjectFolder project;
  project.pair("1_a").commit_all();
  const auto base = base_of(project);
  ASSERT_TRUE(base);
  EXPECT_TRUE(base->is_head);
  EXPECT_TRUE(base->implied());
  EXPECT_EQ(base->reason, "merge base with main");
  EXPECT_EQ(base->commit, commit_id(project, "HEAD"));
  EXPECT_EQ(files(*base), std::vector<std::string>{"1_a.sql"});
}

TEST(BaseCommit, OnABranchIsWhereItLeftTheDefaultBranch) {
  ProjectFolder project;
  project.pair("1_a").commit_all();
  const std::string left = commit_id(project, "HEAD");
  project.shell("git checkout -q -b feature").pair("3_c").commit_all();
  project.shell("git checkout -q main").pair("2_b").commit_all().shell("git checkout -q feature");
  const auto base = base_of(project);
  ASSERT_TRUE(base);
  EXPECT_EQ(base->commit, left);
  EXPECT_FALSE(base->is_head);
  EXPECT_EQ(files(*base), std::vector<std::string>{"1_a.sql"});
}

TEST(BaseCommit, PrefersTheRemotesDefaultBranchWhateverItsName) {
  ProjectFolder project;
  project.pair("1_a").commit_all().shell("git branch -m trunk");
  EXPECT_FALSE(base_of(project));
  project.shell(
      "git update-ref refs/remotes/origin/trunk HEAD && "
      "git symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/trunk");
  EXPECT_EQ(base_of(project).value().reason, "merge base with origin/trunk");
  project.shell("git update-ref refs/remotes/origin/develop HEAD");
  const ScopedVariable set("CI_DEFAULT_BRANCH", "develop");
  EXPECT_EQ(base_of(project).value().reason, "merge base with origin/develop");
}

TEST(BaseCommit, WorksOnADetachedHeadAsGitLabLeavesIt) {
  ProjectFolder project;
  project.pair("1_a").commit_all().shell(
      "git update-ref refs/remotes/origin/main HEAD && git checkout -q --detach && git branch -D main");
  project.pair("2_b").commit_all();
  const auto base = base_of(project);
  ASSERT_TRUE(base);
  EXPECT_EQ(base->reason, "merge base with origin/main");
  EXPECT_FALSE(base->is_head);
}

TEST(BaseCommit, WorksInALinkedWorkTreeAndInASubmodule) {
  ProjectFolder project;
  project.pair("1_a").commit_all().shell("git worktree add -q tree -b feature");
  EXPECT_TRUE(find_base("", project / "tree/migrations", nullptr));
  ProjectFolder outer;
  outer.write("README.md")
      .commit_all()
      .shell("git -c protocol.file.allow=always submodule add -q '" + project.path().string() + "' sub");
  const auto base = find_base("", outer / "sub/migrations", nullptr);
  ASSERT_TRUE(base);
  EXPECT_EQ(base->commit, commit_id(project, "HEAD"));
}

TEST(BaseCommit, ANamedCommitWins) {
  ProjectFolder project;
  project.pair("1_a").commit_all().shell("git tag first").pair("2_b").commit_all();
  const auto base = base_of(project, "first");
  ASSERT_TRUE(base);
  EXPECT_EQ(base->commit, commit_id(project, "first"));
  EXPECT_EQ(base->reason, "--base");
  EXPECT_FALSE(base->implied());
}

TEST(BaseCommit, ANameThatIsNoCommitIsAUsageError) {
  ProjectFolder project;
  project.pair("1_a").commit_all();
  for (const std::string name :
       {"nowhere", "-x", "--help", "HEAD:migrations", "0123456789012345678901234567890123456789"}) {
    const Error error = error_of(project, name);
    EXPECT_EQ(error.code(), ExitCode::usage) << name;
    EXPECT_EQ(error.message(), "the base '" + name + "' (--base) is no commit of this repository");
  }
}

TEST(BaseCommit, ANameWithoutARepositoryIsAUsageError) {
  ProjectFolder project;
  project.pair("1_a");
  EXPECT_EQ(error_of(project, "main").code(), ExitCode::usage);
}

TEST(BaseCommit, TheMergeRequestsBaseComesFromGitLab) {
  ProjectFolder project;
  project.pair("1_a").commit_all();
  const ScopedVariable set("CI_MERGE_REQUEST_DIFF_BASE_SHA", commit_id(project, "HEAD"));
  project.pair("2_b").commit_all();
  const auto base = base_of(project);
  ASSERT_TRUE(base);
  EXPECT_EQ(base->reason, "CI_MERGE_REQUEST_DIFF_BASE_SHA");
  EXPECT_EQ(files(*base), std::vector<std::string>{"1_a.sql"});
}

TEST(BaseCommit, AShallowCloneWithoutItSaysWhatToSet) {
  ProjectFolder project;
  project.pair("1_a").commit_all();
  const std::string first = commit_id(project, "HEAD");
  project.pair("2_b").commit_all().shell("git clone -q --depth 1 \"file://$PWD\" clone");
  const ScopedVariable set("CI_MERGE_REQUEST_DIFF_BASE_SHA", first);
  try {
    find_base("", project / "clone/migrations", nullptr);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_NE(error.advice().find("GIT_DEPTH: 0"), std::string::npos);
  }
}

TEST(BaseCommit, AMergeBaseBeyondAShallowCloneSaysWhatToSet) {
  ProjectFolder project;
  project.pair("1_a").commit_all().shell("git checkout -q -b feature").pair("2_b").commit_all();
  project.shell("git checkout -q main")
      .pair("3_c")
      .commit_all()
      .shell("git clone -q --depth 1 --no-single-branch -b feature \"file://$PWD\" clone");
  try {
    find_base("", project / "clone/migrations", nullptr);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_EQ(error.message(), "the merge base with origin/main is not in this shallow clone");
  }
}

TEST(BaseCommit, HistoriesThatNeverMetHaveNone) {
  ProjectFolder project;
  project.pair("1_a").commit_all().shell("git checkout -q --orphan other").commit_all("Begin anew");
  EXPECT_FALSE(base_of(project));
}

TEST(BaseCommit, ARepositoryOfAnotherUserIsToldWithTheRemedy) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  ProjectFolder project;
  project.pair("1_a").commit_all().shell("chown -R 65534 .");
  const Error error = error_of(project, "");
  EXPECT_EQ(error.code(), ExitCode::environment);
  EXPECT_NE(error.advice().find("git config --global --add safe.directory " + project.path().string()),
            std::string::npos);
  project.shell("chown -R 0 .");
}

TEST(BaseCommit, KnowsNamesOfEveryKindAndOnlyTheFolderItself) {
  ProjectFolder project;
  project.write("migrations/1_\xC3\xA4 \"q\".sql")
      .write("migrations/2_tab\t.sql")
      .write("migrations/3_l\nf.sql");
  project.write("migrations/sub/4_x.sql")
      .write("other/5_y.sql")
      .shell("ln -s 2 migrations/6_link.sql")
      .commit_all();
  const BaseCommit base = base_of(project).value();
  EXPECT_EQ(files(base),
            (std::vector<std::string>{"1_\xC3\xA4 \"q\".sql", "2_tab\t.sql", "3_l\nf.sql", "6_link.sql"}));
  EXPECT_EQ(base.blobs.at("6_link.sql"), "");
}

TEST(BaseCommit, AFolderThatIsNewSinceHasNoFilesThere) {
  ProjectFolder project;
  project.write("README.md").commit_all().pair("1_a");
  EXPECT_TRUE(base_of(project).value().blobs.empty());
}

TEST(BlobsNow, AreTheBasesAsLongAsNothingChanged) {
  ProjectFolder project;
  project.write("migrations/1_a.sql")
      .write("migrations/\"2\".sql")
      .write("migrations/3\n_c.sql")
      .write("migrations/4_d.sql\r");
  project.commit_all();
  const BaseCommit base = base_of(project).value();
  EXPECT_EQ(blobs_now(base, project.migrations(), files(base), nullptr), base.blobs);
  project.write("migrations/1_a.sql", "SELECT 2;\n");
  const auto now = blobs_now(base, project.migrations(), files(base), nullptr);
  EXPECT_NE(now.at("1_a.sql"), base.blobs.at("1_a.sql"));
  EXPECT_EQ(now.at("4_d.sql\r"), base.blobs.at("4_d.sql\r"));
}

TEST(BlobsNow, HonourLineEndSettings) {
  ProjectFolder project;
  project.write(".gitattributes", "*.sql text eol=crlf\n")
      .write("migrations/1_a.sql", "SELECT 1;\r\n")
      .commit_all();
  const BaseCommit base = base_of(project).value();
  EXPECT_EQ(blobs_now(base, project.migrations(), {"1_a.sql"}, nullptr), base.blobs);
}

TEST(BlobsNow, LeaveOutWhatIsNotThere) {
  ProjectFolder project;
  project.write("migrations/1_a.sql").commit_all();
  const BaseCommit base = base_of(project).value();
  EXPECT_TRUE(blobs_now(base, project.migrations(), {"2_b.sql"}, nullptr).empty());
  EXPECT_TRUE(blobs_now(base, project.migrations(), {}, nullptr).empty());
}

}  // namespace runner
