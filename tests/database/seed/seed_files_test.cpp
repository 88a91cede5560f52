#include "stages/seed/seed_files.hpp"
#include "runner/core/error.hpp"
#include "runner/crypto/sha256.hpp"
#include "seed_call.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

using Texts = std::vector<std::string>;

struct FilesCall : SeedCall {
  Outcome run(const std::string& name = "seed.sql") {
    const std::vector<std::filesystem::path> files{folder / name};
    return run_seed_files(session, files, folder.path(), {}, reporter, stop);
  }
};

TEST(SeedFiles, RunOnceAndAgainWhenTheyHaveChanged) {
  FilesCall call;
  call.sql("CREATE TABLE t (n int)");
  call.folder.write("seed.sql", "INSERT INTO t VALUES (1);\n-- a ; in a comment\nINSERT INTO t VALUES (2)");
  EXPECT_TRUE(call.run().findings.empty());
  EXPECT_TRUE(call.run().findings.empty());
  EXPECT_EQ(call.rows("SELECT n FROM t ORDER BY n"), "1\n2\n");
  const std::string changed =
      "\xEF\xBB\xBFTRUNCATE t; SET search_path = ''; INSERT INTO public.t VALUES (3);";
  call.folder.write("seed.sql", changed);
  EXPECT_TRUE(call.run().findings.empty());
  EXPECT_EQ(call.rows("SELECT n FROM t"), "3\n");
  EXPECT_EQ(call.rows("SELECT path, hash FROM supabase_migrations.seed_files"),
            "seed.sql|" + sha256(changed) + "\n");
  EXPECT_EQ(call.reporter.said, (Texts{"seed.sql: new, runs", "seed.sql: not changed since it was run",
                                       "seed.sql: changed since it was run, runs again"}));
}

TEST(SeedFiles, AreOneTransactionWithTheirDigest) {
  FilesCall call;
  call.sql("CREATE TABLE t (n int)");
  std::string sql;
  for (int i = 0; i < 30000; ++i) sql += "INSERT INTO t VALUES (" + std::to_string(i) + ");\n";
  call.folder.write("seed.sql", sql + "INSERT INTO t VALUES ('x');\n");
  const Outcome outcome = call.run();
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].place.str(), "seed.sql:30001:23");
  EXPECT_EQ(outcome.findings[0].message, "invalid input syntax for type integer: \"x\" (SQLSTATE 22P02)");
  EXPECT_EQ(call.rows("SELECT count(*) FROM t"), "0\n");
  EXPECT_EQ(call.rows("SELECT count(*) FROM supabase_migrations.seed_files"), "0\n");
  call.folder.write("seed.sql", sql);
  EXPECT_TRUE(call.run().findings.empty());
  EXPECT_EQ(call.rows("SELECT count(*) FROM t"), "30000\n");
}

TEST(SeedFiles, RefuseTransactionControlAndNulBytes) {
  FilesCall call;
  call.sql("CREATE TABLE t (n int)");
  call.folder.write("seed.sql", "INSERT INTO t VALUES (1);\nCOMMIT;\nINSERT INTO t VALUES (2);");
  const Outcome outcome = call.run();
  ASSERT_EQ(outcome.findings.size(), 1U);
  EXPECT_EQ(outcome.findings[0].place.str(), "seed.sql:2:1");
  call.folder.write("seed.sql", std::string_view("SELECT 1;\nSELECT \0;", 20));
  ASSERT_EQ(call.run().findings.size(), 1U);
  EXPECT_EQ(call.run().findings[0].place.str(), "seed.sql:2:8");
  EXPECT_EQ(call.rows("SELECT count(*) FROM t"), "0\n");
}

TEST(SeedFiles, ThatAreMissingAreAMistakeOfThePipelineFile) {
  FilesCall call;
  try {
    call.run("nowhere.sql");
    ADD_FAILURE() << "run";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
  }
}

}  // namespace runner
