#include "runner/migration/migration.hpp"

#include "runner/core/error.hpp"
#include "tests/support/project_folder.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runner {

using testing::ProjectFolder;
using Kind = FolderProblem::Kind;

static MigrationFolder read(const ProjectFolder& project) {
  return read_folder(project.migrations(), project.rollbacks(), project.path());
}

static std::vector<std::string> labels(const MigrationFolder& folder) {
  std::vector<std::string> all;
  for (const Migration& migration : folder.migrations) all.push_back(migration.label());
  return all;
}

/// The only problem of a folder.
static FolderProblem only_problem(const ProjectFolder& project) {
  const MigrationFolder folder = read(project);
  if (folder.problems.size() != 1)
    throw std::runtime_error(fmt::format("{} problems", folder.problems.size()));
  return folder.problems.front();
}

TEST(MigrationFileName, IsAVersionAnUnderscoreAndAName) {
  struct Row {
    std::string file, version, name;
  };
  for (const Row& row :
       std::vector<Row>{{"1_a.sql", "1", "a"},
                        {"20260309060000_optimize_invoices.sql", "20260309060000", "optimize_invoices"},
                        {"001_.sql", "001", ""},
                        {"1__x.sql", "1", "_x"},
                        {"1_a.b.sql", "1", "a.b"},
                        {"1_with space.sql", "1", "with space"},
                        {"123456789012345678901_long.sql", "123456789012345678901", "long"}}) {
    const auto parsed = parse_file_name(row.file);
    ASSERT_TRUE(parsed) << row.file;
    EXPECT_EQ(parsed->version, row.version);
    EXPECT_EQ(parsed->name, row.name);
  }
}

TEST(MigrationFileName, DoesNotMatchAnythingElse) {
  for (const std::string file : {"", "1.sql", "a_1.sql", "_a.sql", "1_a.SQL", "1_a.sql.bak", "1-a.sql",
                                 " 1_a.sql", "1_a\nb.sql", "1_sql", ".sql", "1_.sq", "v1_a.sql"})
    EXPECT_FALSE(parse_file_name(file)) << file;
}

TEST(MigrationFileName, AVersionHasOneToTwentyDigits) {
  EXPECT_TRUE(is_version("0"));
  EXPECT_TRUE(is_version("12345678901234567890"));
  for (const std::string text : {"", "123456789012345678901", "1a", "-1", " 1", "１"})
    EXPECT_FALSE(is_version(text));
}

TEST(MigrationFolder, ListsMigrationsByVersionWithTheirRollbacks) {
  ProjectFolder project;
  project.pair("20260102000000_b").pair("20260101000000_a").write("migrations/20260103000000_c.sql");
  const MigrationFolder folder = read(project);
  EXPECT_EQ(labels(folder),
            (std::vector<std::string>{"20260101000000_a", "20260102000000_b", "20260103000000_c"}));
  EXPECT_TRUE(folder.problems.empty());
  EXPECT_EQ(folder.shown_path, "migrations");
  EXPECT_EQ(folder.migrations[0].shown_path, "migrations/20260101000000_a.sql");
  EXPECT_EQ(folder.migrations[0].rollback, project / "rollbacks/20260101000000_a.rollback.sql");
  EXPECT_FALSE(folder.migrations[2].rollback);
  EXPECT_EQ(folder.migrations[2].read_sql(), "SELECT 1;\n");
}

TEST(MigrationFolder, OrdersVersionsAsStringsAndSaysSoOnce) {
  ProjectFolder project;
  project.pair("9_a").pair("10_b").pair("11_c").pair("100_d");
  const MigrationFolder folder = read(project);
  EXPECT_EQ(labels(folder), (std::vector<std::string>{"10_b", "100_d", "11_c", "9_a"}));
  ASSERT_EQ(folder.problems.size(), 1U);
  EXPECT_EQ(folder.problems[0].kind, Kind::version_order);
  EXPECT_EQ(folder.problems[0].message, "runs after version 100, because versions are compared as strings");
  EXPECT_EQ(folder.problems[0].shown_path, "migrations/11_c.sql");
}

TEST(MigrationFolder, MixedLengthsInTheSameOrderAreFine) {
  ProjectFolder project;
  project.pair("0001_a").pair("002_b").pair("20260101000000_c").pair("3_d");
  EXPECT_EQ(only_problem(project).shown_path, "migrations/3_d.sql");
  project.remove("migrations/3_d.sql").remove("rollbacks/3_d.rollback.sql");
  EXPECT_TRUE(read(project).problems.empty());
}

TEST(MigrationFolder, TellsEachKindOfTroubleWithAWayOut) {
  struct Row {
    std::string file;
    Kind kind;
    std::string message, remedy;
    std::size_t migrations;
  };
  const std::string long_version = "123456789012345678901";
  const std::vector<Row> rows{
      {"migrations/20260102_b.SQL", Kind::bad_name,
       "is skipped and will never be applied: its name does not match <version>_<name>.sql",
       "git mv migrations/20260102_b.SQL migrations/20260102_b.sql", 1},
      {"migrations/create x.sql", Kind::bad_name,
       "is skipped and will never be applied: its name does not match <version>_<name>.sql",
       "git mv 'migrations/create x.sql' 'migrations/20260101000001_create x.sql'", 1},
      {"migrations/20260102.sql", Kind::bad_name,
       "is skipped and will never be applied: its name does not match <version>_<name>.sql",
       "git mv migrations/20260102.sql migrations/20260102_migration.sql", 1},
      {"migrations/20260102-b.sql", Kind::bad_name,
       "is skipped and will never be applied: its name does not match <version>_<name>.sql",
       "git mv migrations/20260102-b.sql migrations/20260102_b.sql", 1},
      {"migrations/README.md", Kind::ignored_file,
       "is skipped: not a migration, its name does not end in .sql", "", 1},
      {"migrations/.gitkeep", Kind::ignored_file,
       "is skipped: not a migration, its name does not end in .sql", "", 1},
      {"migrations/" + long_version + "_b.sql", Kind::long_version, "version has 21 digits, more than 20",
       "git mv migrations/" + long_version + "_b.sql migrations/12345678901234_b.sql", 1},
      {"migrations/20260101000000_down.down.sql", Kind::rollback_as_migration,
       "is a rollback among the migrations: Supabase's CLI would apply it as a migration",
       "mkdir -p rollbacks && git mv migrations/20260101000000_down.down.sql "
       "rollbacks/20260101000000_a.rollback.sql",
       1},
      {"rollbacks/20260102_b.rollback.sql", Kind::orphaned_rollback, "no migration has version 20260102",
       "restore its migration, or remove it: git rm rollbacks/20260102_b.rollback.sql", 1},
      {"rollbacks/20260101000000_other.rollback.sql", Kind::misnamed_rollback,
       "will never be used: the rollback of 20260101000000_a is called 20260101000000_a.rollback.sql",
       "git mv rollbacks/20260101000000_other.rollback.sql rollbacks/20260101000000_a.rollback.sql", 1},
      {"rollbacks/20260101000000_a.down.sql", Kind::misnamed_rollback,
       "will never be used: the rollback of 20260101000000_a is called 20260101000000_a.rollback.sql",
       "git mv rollbacks/20260101000000_a.down.sql rollbacks/20260101000000_a.rollback.sql", 1},
      {"rollbacks/20260101000000_a.sql", Kind::misnamed_rollback,
       "will never be used: the rollback of 20260101000000_a is called 20260101000000_a.rollback.sql",
       "git mv rollbacks/20260101000000_a.sql rollbacks/20260101000000_a.rollback.sql", 1},
      {"rollbacks/notes.sql", Kind::misnamed_rollback,
       "will never be used: its name does not match <version>_<name>.rollback.sql",
       "give it its migration's name, ended by .rollback.sql", 1},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.file);
    ProjectFolder project;
    project.write("migrations/20260101000000_a.sql").write(row.file);
    const MigrationFolder folder = read(project);
    ASSERT_EQ(folder.problems.size(), 1U);
    EXPECT_EQ(folder.problems[0].kind, row.kind);
    EXPECT_EQ(folder.problems[0].shown_path, row.file);
    EXPECT_EQ(folder.problems[0].message, row.message);
    EXPECT_EQ(folder.problems[0].remedy, row.remedy);
    EXPECT_EQ(folder.migrations.size(), row.migrations);
  }
}

TEST(MigrationFolder, KeepsAllFilesOfADuplicateVersion) {
  ProjectFolder project;
  project.pair("20260101000000_a").pair("20260101000000_b").write("migrations/20260101000000_c.sql");
  const MigrationFolder folder = read(project);
  EXPECT_EQ(folder.migrations.size(), 3U);
  ASSERT_EQ(folder.problems.size(), 2U);
  EXPECT_EQ(folder.problems[0].kind, Kind::duplicate_version);
  EXPECT_EQ(folder.problems[0].message, "has version 20260101000000, as migrations/20260101000000_a.sql has");
  EXPECT_EQ(folder.problems[0].remedy,
            "git mv migrations/20260101000000_b.sql migrations/20260101000001_b.sql\n"
            "git mv rollbacks/20260101000000_b.rollback.sql rollbacks/20260101000001_b.rollback.sql");
  EXPECT_EQ(folder.problems[1].remedy,
            "git mv migrations/20260101000000_c.sql migrations/20260101000002_c.sql");
}

TEST(MigrationFolder, AnEmptyNameIsUsedAllTheSame) {
  ProjectFolder project;
  project.write("migrations/123_.sql");
  EXPECT_EQ(only_problem(project).kind, Kind::empty_name);
  EXPECT_EQ(labels(read(project)), std::vector<std::string>{"123_"});
}

TEST(MigrationFolder, TellsANameThatIsNotUtf8InReadableForm) {
  ProjectFolder project;
  project.write("migrations/1_caf\xE9.sql");
  const FolderProblem problem = only_problem(project);
  EXPECT_EQ(problem.kind, Kind::undecodable_name);
  EXPECT_EQ(problem.shown_path, "migrations/1_caf\xEF\xBF\xBD.sql");
  EXPECT_EQ(problem.remedy, "git mv \"$(printf 'migrations/1_caf\\351.sql')\" migrations/1_caf_.sql");
}

TEST(MigrationFolder, ANameWithALineFeedDoesNotBreakTheLine) {
  ProjectFolder project;
  project.write("migrations/1_a\nb.sql");
  EXPECT_EQ(only_problem(project).kind, Kind::bad_name);
  EXPECT_EQ(only_problem(project).shown_path, "migrations/1_a?b.sql");
}

TEST(MigrationFolder, FollowsLinksToFilesOnly) {
  ProjectFolder project;
  project.write("elsewhere.sql", "SELECT 2;")
      .shell(
          "mkdir migrations folder; cd migrations; ln -s ../elsewhere.sql 1_a.sql; ln -s nowhere 2_b.sql; "
          "ln -s 3_c.sql 3_c.sql; ln -s ../folder 4_d.sql; mkdir 5_e.sql subfolder; mkfifo 6_f.sql");
  const MigrationFolder folder = read(project);
  EXPECT_EQ(labels(folder), std::vector<std::string>{"1_a"});
  EXPECT_EQ(folder.migrations[0].read_sql(), "SELECT 2;");
  std::vector<std::string> told;
  for (const FolderProblem& problem : folder.problems) {
    EXPECT_EQ(problem.kind, Kind::not_a_file);
    told.push_back(problem.version + " " + problem.message);
  }
  EXPECT_EQ(told, (std::vector<std::string>{"2 is a symbolic link that leads nowhere",
                                            "3 is a symbolic link that leads nowhere",
                                            "4 is a folder, but is named like a migration",
                                            "5 is a folder, but is named like a migration",
                                            "6 is not a regular file, but is named like a migration"}));
}

TEST(MigrationFolder, TellsAFileThatMayNotBeRead) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  ProjectFolder project;
  project.write("migrations/1_a.sql").shell("chmod 000 migrations/1_a.sql");
  MigrationFolder folder = read(project);
  EXPECT_TRUE(folder.problems.empty());
  find_unreadable(folder);
  ASSERT_EQ(folder.problems.size(), 1U);
  EXPECT_EQ(folder.problems[0].kind, Kind::unreadable);
  EXPECT_EQ(labels(folder), std::vector<std::string>{"1_a"});
}

TEST(MigrationFolder, AMissingFolderIsAUsageErrorAndMissingRollbacksAreNone) {
  ProjectFolder project;
  try {
    read(project);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_EQ(error.message(), "there is no migrations folder 'migrations'");
  }
  project.write("migrations/1_a.sql");
  EXPECT_EQ(read(project).migrations.size(), 1U);
}

TEST(MigrationFolder, RefusesAFileAndTheSameFolderTwice) {
  ProjectFolder project;
  project.write("migrations");
  EXPECT_THROW(read(project), Error);
  project.remove("migrations").write("migrations/1_a.sql");
  EXPECT_THROW(read_folder(project.migrations(), project / "./migrations", project.path()), Error);
}

TEST(MigrationFolder, MayBeTheProjectItselfOrLieOutside) {
  ProjectFolder project;
  project.write("1_a.sql").write("2_b.txt");
  EXPECT_EQ(read_folder(project.path(), project / "rollbacks", project.path()).migrations[0].shown_path,
            "1_a.sql");
  const auto outside = read_folder(project.path(), project / "rollbacks", "/nowhere");
  EXPECT_EQ(outside.migrations[0].shown_path, (project / "1_a.sql").string());
}

}  // namespace runner
