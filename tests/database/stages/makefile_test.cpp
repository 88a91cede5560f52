// `make db-seed`, `db-migrate` and `db-reset`, as they are shipped, in a copy of what they are about: the
// local database is one that they start themselves.
#include "runner/core/file.hpp"
#include "runner/core/text.hpp"
#include "runner/postgres/session.hpp"
#include "runner/process/child.hpp"
#include "tests/support/project_folder.hpp"
#include "tests/support/test_server.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace runner {

namespace fs = std::filesystem;

class Makefile : public ::testing::Test {
 protected:
  void SetUp() override {
    if (find_program("make").empty()) GTEST_SKIP() << "make is not installed";
    for (const char* name : {"Makefile", "migrations", "rollbacks", "pipelines"})
      fs::copy(fs::path(RUNNER_SOURCE_DIR) / name, folder_.path() / name, fs::copy_options::recursive);
    // What runnerw does once everything is built, and a note of it.
    folder_.write("runnerw",
                  fmt::format("#!/bin/sh\necho \"$*\" >>calls\nexec '{}' \"$@\"\n", RUNNER_PROGRAM));
    fs::permissions(folder_ / "runnerw", fs::perms::owner_all);
    fs::permissions(folder_.path(), fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  }
  void TearDown() override {
    if (fs::exists(folder_ / "runnerw")) call(RUNNER_PROGRAM, {"db", "stop"});
  }

  ChildResult call(const std::string& program, std::vector<std::string> arguments) {
    fs::remove(folder_ / "calls");
    std::map<std::string, std::string> environment = minimal_environment();
    environment["RUNNER_CACHE_DIR"] = test_cache();
    environment.insert(more.begin(), more.end());
    return run_child({.program = program,
                      .arguments = std::move(arguments),
                      .environment = std::move(environment),
                      .folder = folder_.path()});
  }
  ChildResult make(const std::string& target) { return call("make", {target}); }
  void make_well(const std::string& target) {
    const ChildResult result = make(target);
    ASSERT_TRUE(result.succeeded()) << result.output << result.errors;
  }
  std::string calls() const { return read_file(folder_ / "calls"); }

  /// What one row of the local database says, with spaces between.
  std::string ask(const std::string& sql) {
    const std::string url = call(RUNNER_PROGRAM, {"db", "url"}).output;
    Session session =
        Session::connect(DatabaseUrl::parse(Secret(std::string(trimmed(url))), "runner db url"), {}, nullptr);
    const Rows found = session.query(sql, "ask");
    std::string told;
    for (const Cell& cell : found.rows.at(0)) told += (told.empty() ? "" : " ") + cell.value_or("NULL");
    return told;
  }
  std::string rows() {
    return ask(
        "SELECT (SELECT count(*) FROM app_users WHERE auth_user_id IS NOT NULL), (SELECT count(*) FROM "
        "auth.users),"
        " (SELECT count(*) FROM clients), (SELECT count(*) FROM invoices), (SELECT count(*) FROM payments)");
  }

  testing::ProjectFolder folder_{};
  std::map<std::string, std::string> more{{"ENCRYPTION_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}};
};

TEST_F(Makefile, SeedsMigratesAndResetsTheLocalDatabase) {
  make_well("db-seed");
  EXPECT_EQ(
      calls(),
      "crypt encrypt\ndb reset\nrun migrate\nseed files\nseed auth-users --via sql\nseed all\nseed report\n");
  EXPECT_EQ(rows(), "4 4 300 10000 8779");

  // A new migration: it is applied, and the rows stay.
  folder_.pair("20990101000000_ideas", "CREATE TABLE ideas (text text);\n");
  make_well("db-migrate");
  EXPECT_EQ(rows(), "4 4 300 10000 8779");
  EXPECT_EQ(ask("SELECT count(*) FROM ideas"), "0");

  // Seeding again begins with an empty database: nothing is there twice.
  make_well("db-seed");
  EXPECT_EQ(rows(), "4 4 300 10000 8779");

  make_well("db-reset");
  EXPECT_EQ(rows(), "0 0 0 0 0");
  EXPECT_EQ(ask("SELECT count(*) FROM ideas"), "0");
}

TEST_F(Makefile, SeedsOnlyWithAKeyAndWipesNothingBefore) {
  make_well("db-migrate");
  ask("CREATE TABLE mine AS SELECT 1; SELECT count(*) FROM mine");
  more["ENCRYPTION_KEY"] = "too short";
  const ChildResult refused = make("db-seed");
  EXPECT_FALSE(refused.succeeded());
  EXPECT_NE(refused.errors.find("ENCRYPTION_KEY"), std::string::npos) << refused.errors;
  EXPECT_EQ(calls(), "crypt encrypt\n");
  EXPECT_EQ(ask("SELECT count(*) FROM mine"), "1");
}

}  // namespace runner
