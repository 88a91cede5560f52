#include "runner/pipeline/pipeline.hpp"
#include "runner/core/error.hpp"
#include "sample_handlers.hpp"

#include <string>

#include <gtest/gtest.h>

namespace runner {

static Pipeline load(const std::string& yaml, std::map<std::string, std::string> variables = {}) {
  const TemporaryFolder folder;
  const auto file = folder.write("pipelines/p.yml", yaml);
  Pipeline pipeline = load_pipeline(file, folder.path(), Variables{std::move(variables)}, sample_handlers());
  EXPECT_EQ(pipeline.root, folder.path());
  return pipeline;
}

static const std::string smallest = "version: 1\nstages: {migrate: [check]}\n";

TEST(Pipeline, FillsInWhatTheFileLeavesOut) {
  const Pipeline pipeline = load(smallest, {{"DATABASE_URL", ""}, {"SUPABASE_DB_URL", ""}});
  EXPECT_EQ(pipeline.migrations, pipeline.root / "migrations");
  EXPECT_EQ(pipeline.rollbacks, pipeline.root / "rollbacks");
  EXPECT_EQ(pipeline.history_table, "supabase_migrations.schema_migrations");
  EXPECT_EQ(pipeline.preludes, std::vector<std::string>{"supabase"});
  EXPECT_TRUE(pipeline.database_url.empty());
  EXPECT_TRUE(pipeline.shadow_server.empty());
  EXPECT_FALSE(pipeline.shadow_superuser);
  EXPECT_TRUE(pipeline.shadow_stand_ins);
  EXPECT_TRUE(pipeline.tiers.empty());
  EXPECT_EQ(pipeline.find_stage("migrate")->steps.at(0).options.integer("limit"), 10);
}

TEST(Pipeline, ReadsEveryKey) {
  const Pipeline pipeline = load(R"(
version: 1
database: {url: embedded, history: app.versions}
migrations: db/../db/up
rollbacks: /srv/down
shadow: {server: "${SERVER}", prelude: [], baseline: base.sql, superuser: true, stand_ins: false}
tiers: {merge_request: [a:b], manual: [a:b, c], default_branch: []}
stages:
  a:b:
    - check: {fail_on: info, limit: 7, strict: true, only: [x, 1], also: [info]}
    - check
  c:
    - apply: {lock_timeout: 5ms..1s, retry_for: 2h, on_failure: continue}
    - query:
        sql: |
          select '$$' -- ${SERVER}
)",
                                 {{"SERVER", "host=db"}});
  EXPECT_EQ(pipeline.database_url.reveal(), "embedded");
  EXPECT_EQ(pipeline.history_table, "app.versions");
  EXPECT_EQ(pipeline.migrations, pipeline.root / "db/up");
  EXPECT_EQ(pipeline.rollbacks, "/srv/down");
  EXPECT_EQ(pipeline.shadow_server.reveal(), "host=db");
  EXPECT_TRUE(pipeline.preludes.empty());
  EXPECT_EQ(pipeline.baseline, pipeline.root / "base.sql");
  EXPECT_TRUE(pipeline.shadow_superuser);
  EXPECT_FALSE(pipeline.shadow_stand_ins);
  EXPECT_EQ(pipeline.find_tier("manual")->stages, (std::vector<std::string>{"a:b", "c"}));
  EXPECT_TRUE(pipeline.find_tier("default_branch")->stages.empty());
  const Stage& first = *pipeline.find_stage("a:b");
  EXPECT_EQ(first.place.line, 9);
  EXPECT_EQ(first.steps.at(0).options.text("fail_on"), "info");
  EXPECT_EQ(first.steps.at(0).options.integer("limit"), 7);
  EXPECT_TRUE(first.steps.at(0).options.boolean("strict"));
  EXPECT_EQ(first.steps.at(0).options.list("only"), (std::vector<std::string>{"x", "1"}));
  EXPECT_FALSE(first.steps.at(0).continue_on_failure);
  EXPECT_EQ(first.steps.at(1).options.text("fail_on"), "error");
  const Stage& second = *pipeline.find_stage("c");
  EXPECT_TRUE(second.steps.at(0).continue_on_failure);
  EXPECT_EQ(second.steps.at(0).options.range("lock_timeout").to, std::chrono::seconds(1));
  EXPECT_EQ(second.steps.at(0).options.duration("retry_for"), std::chrono::hours(2));
  EXPECT_EQ(second.steps.at(1).options.text("sql"), "select '$' -- host=db\n");
}

TEST(Pipeline, AcceptsAMarkWindowsLineEndsAndDocumentMarks) {
  EXPECT_EQ(load("\xEF\xBB\xBF---\r\nversion: 1\r\nstages: {a: [check]}\r\n...\r\n").stages.size(), 1U);
}

TEST(Pipeline, AValueNeverBecomesYaml) {
  const Pipeline pipeline = load("version: 1\nmigrations: \"${DIR}\"\nstages: {a: [check]}\n",
                                 {{"DIR", "x\nstages: {evil: [apply]}"}});
  EXPECT_EQ(pipeline.migrations.filename(), "x\nstages: {evil: [apply]}");
  EXPECT_EQ(pipeline.stages.size(), 1U);
}

TEST(Pipeline, ANumberInQuotesMayComeFromAVariable) {
  const Pipeline pipeline =
      load("version: 1\nstages: {a: [check: {limit: \"${LIMIT}\"}]}\n", {{"LIMIT", "42"}});
  EXPECT_EQ(pipeline.stages.at(0).steps.at(0).options.integer("limit"), 42);
}

TEST(Pipeline, ADefaultMayComeFromAVariable) {
  const Pipeline pipeline =
      load("version: 1\nstages: {a: [check, check: {limit: 3}]}\n", {{"CHECK_LIMIT", "42"}});
  const Stage& stage = pipeline.stages.at(0);
  EXPECT_EQ(stage.steps.at(0).options.integer("limit"), 42);
  EXPECT_EQ(stage.steps.at(0).variables, std::vector<std::string>{"CHECK_LIMIT"});
  EXPECT_EQ(stage.steps.at(1).options.integer("limit"), 3);
  EXPECT_TRUE(stage.steps.at(1).variables.empty());
}

TEST(Pipeline, AVariableThatDoesNotFitADefaultIsToldAtTheStep) {
  try {
    load("version: 1\nstages: {a: [check]}\n", {{"CHECK_LIMIT", "many"}});
    FAIL() << "nothing was refused";
  } catch (const Error& e) {
    EXPECT_EQ(e.code(), ExitCode::usage);
    EXPECT_EQ(e.text().find("many"), std::string::npos) << e.text();
    EXPECT_TRUE(e.text().starts_with("error: pipelines/p.yml:2:14: the value of CHECK_LIMIT does not fit "))
        << e.text();
  }
}

struct UrlCase {
  std::string url;  ///< of the file; empty: left out
  std::map<std::string, std::string> variables;
  std::string expected;
  std::string source;
  bool withheld = false;
};

TEST(Pipeline, TakesTheDatabaseFromWhereItIsNamed) {
  const UrlCase cases[] = {
      {"", {{"DATABASE_URL", "one"}, {"SUPABASE_DB_URL", "two"}}, "one", "DATABASE_URL"},
      {"", {{"DATABASE_URL", ""}, {"SUPABASE_DB_URL", "two"}}, "two", "SUPABASE_DB_URL"},
      {"'${DATABASE_URL:-}'", {{"DATABASE_URL", ""}, {"SUPABASE_DB_URL", "two"}}, "two", "SUPABASE_DB_URL"},
      {"'${OTHER}'", {{"OTHER", "three"}, {"DATABASE_URL", "one"}}, "three", "OTHER"},
      {"host=db", {{"DATABASE_URL", "one"}}, "host=db", "database.url of pipelines/p.yml:3:17"},
      {"",
       {{"DATABASE_URL", "one"},
        {"CI_PIPELINE_SOURCE", "merge_request_event"},
        {"RUNNER_CHECK_URL", "check"}},
       "check",
       "RUNNER_CHECK_URL"},
      {"host=db",
       {{"CI_PIPELINE_SOURCE", "merge_request_event"}, {"RUNNER_CHECK_URL", "check"}},
       "check",
       "RUNNER_CHECK_URL"},
      {"",
       {{"DATABASE_URL", "one"}, {"CI_PIPELINE_SOURCE", "merge_request_event"}, {"RUNNER_CHECK_URL", ""}},
       "",
       "DATABASE_URL",
       true},
      {"embedded",
       {{"CI_PIPELINE_SOURCE", "merge_request_event"}, {"RUNNER_CHECK_URL", ""}},
       "embedded",
       "database.url of pipelines/p.yml:3:17"},
      {"",
       {{"DATABASE_URL", "one"}, {"CI_PIPELINE_SOURCE", "push"}, {"RUNNER_CHECK_URL", "check"}},
       "one",
       "DATABASE_URL"},
  };
  for (const UrlCase& c : cases) {
    const std::string database = c.url.empty() ? "" : "database: {url: " + c.url + "}\n";
    const Pipeline pipeline = load("version: 1\nstages: {a: [check]}\n" + database, c.variables);
    EXPECT_EQ(pipeline.database_url.reveal(), c.expected) << c.url;
    EXPECT_EQ(pipeline.database_url_source, c.source) << c.url;
    EXPECT_EQ(pipeline.database_withheld, c.withheld) << c.url;
  }
}

TEST(Pipeline, AFileThatIsNotThereIsAUsageError) {
  const TemporaryFolder folder;
  try {
    load_pipeline(folder.path() / "none.yml", folder.path(), Variables{}, sample_handlers());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_EQ(error.reason(), "No such file or directory");
  }
}

TEST(PipelineFile, IsLookedForInOrder) {
  const TemporaryFolder folder;
  const Variables none{{{"RUNNER_PIPELINE", ""}}};
  EXPECT_EQ(find_pipeline_file(folder.path(), none), "");
  for (const char* name : {"pipelines/default.yml", ".runner.yml", "pipeline.yml"}) {
    folder.write(name, smallest);
    EXPECT_EQ(find_pipeline_file(folder.path(), none), folder.path() / name);
  }
  const Variables named{{{"RUNNER_PIPELINE", "ci/x.yml"}}};
  EXPECT_EQ(find_pipeline_file(folder.path(), named), folder.path() / "ci/x.yml");
}

TEST(ReportName, HasNoColon) {
  EXPECT_EQ(report_name("migrate:check:all"), "migrate-check-all");
}

}  // namespace runner
