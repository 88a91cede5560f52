#include "runner/postgres/stand_ins.hpp"

#include "runner/migration/execute.hpp"
#include "runner/postgres/prelude.hpp"
#include "runner/postgres/shadow.hpp"
#include "tests/support/test_server.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace runner {

namespace {
class StandIns : public ::testing::Test {
 protected:
  std::unique_ptr<Shadow> shadow(bool with_stand_ins = true) {
    return ShadowFactory::of({.cache = test_cache(), .stand_ins = with_stand_ins}, nullptr, reporter_)
        ->make({layer_of(find_prelude("supabase"))});
  }
  QuietReporter reporter_{};
};

Execution execute(Session& session, const std::string& sql) {
  return execute_sql(sql, "m.sql", "1_m", session, {});
}

bool is_stand_in(Session& session, std::string_view name) {
  const Cell parameter = std::string(name);
  return session
             .query("SELECT default_version FROM pg_available_extensions WHERE name = $1", "look",
                    std::span(&parameter, 1))
             .rows.at(0)
             .at(0) == stand_in_version;
}
}  // namespace

TEST_F(StandIns, EachCanBeCreatedAlsoInABlockAndDropped) {
  const auto made = shadow();
  Session session = made->connect();
  for (const StandIn& extension : stand_ins()) {
    session.query(
        fmt::format("DO $$ BEGIN CREATE EXTENSION IF NOT EXISTS {} CASCADE; END $$", extension.name),
        "create it");
    session.query(fmt::format("DROP EXTENSION {} CASCADE", extension.name), "drop it");
  }
}

/// Also of those that are really installed here.
TEST_F(StandIns, EachScriptRuns) {
  const TestDatabase database;
  Session admin = database.admin();
  for (const StandIn& extension : stand_ins()) {
    const std::string schema = extension.schema.empty() || extension.schema == "pg_catalog"
                                   ? fmt::format("s_{}", extension.name)
                                   : std::string(extension.schema);
    admin.query(fmt::format("CREATE SCHEMA {0}; SET search_path = {0}", schema), "make a schema");
    const StatementResult done = admin.execute(extension.sql);
    EXPECT_FALSE(done.error) << extension.name << ": " << done.error->message;
  }
  admin.query(
      "CREATE TABLE public.t (n int, at timestamptz); CREATE TRIGGER t BEFORE UPDATE ON public.t "
      "FOR EACH ROW EXECUTE FUNCTION s_moddatetime.moddatetime(at); INSERT INTO public.t VALUES (1); "
      "UPDATE public.t SET n = 2",
      "use one");
  EXPECT_EQ(admin.query("SELECT n FROM public.t WHERE at IS NOT NULL", "look").rows.size(), 1U);
}

TEST_F(StandIns, OfVectorsTakeColumnsRowsCastsAndIndexes) {
  const auto made = shadow();
  Session session = made->connect();
  if (!is_stand_in(session, "vector")) GTEST_SKIP() << "pgvector is installed";
  const Execution done =
      execute(session,
              "CREATE EXTENSION vector WITH SCHEMA extensions VERSION '0.8.0';\n"
              "CREATE TABLE a (e vector(1536), h halfvec(3));\n"
              "CREATE INDEX i ON a USING hnsw (e vector_cosine_ops) WITH (m = 16, ef_construction = 64);\n"
              "CREATE INDEX j ON a USING ivfflat ((e::vector(3)) vector_l2_ops) WITH (lists = 100) WHERE e "
              "IS NOT NULL;\n"
              "INSERT INTO a VALUES ('[1,2,3]', ARRAY[1, 2]::halfvec), (NULL, NULL);\n"
              "SELECT e <-> '[1,2]', avg(e) FROM a GROUP BY e ORDER BY e <=> '[1]';\n"
              "DO $$ BEGIN ASSERT (SELECT format_type(atttypid, atttypmod) = 'extensions.vector(1536)' OR "
              "format_type(atttypid, atttypmod) = 'vector(1536)' FROM pg_attribute WHERE attrelid = "
              "'a'::regclass AND attname = 'e'); END $$;");
  std::string rules;
  for (const Finding& finding : done.findings) rules += finding.rule + " ";
  EXPECT_EQ(rules, "stand-in not-analysed not-analysed ")
      << (done.findings.empty() ? "" : done.findings.back().text());
  EXPECT_EQ(done.findings.at(1).severity, Severity::info);
  const Execution wrong =
      execute(session, "CREATE INDEX ON a USING hnsw (nothing vector_l2_ops) WITH (m = 1)");
  EXPECT_EQ(wrong.findings.back().place.str(), "m.sql:1:31");
}

TEST_F(StandIns, AreNotThereWhereTheyAreSwitchedOff) {
  Session with = shadow()->connect();
  const auto made = shadow(false);
  Session session = made->connect();
  for (const StandIn& extension : stand_ins()) {
    const Cell name = std::string(extension.name);
    const Rows there =
        session.query("SELECT FROM pg_available_extensions WHERE name = $1 AND default_version = 'stand-in'",
                      "look", std::span(&name, 1));
    EXPECT_TRUE(there.rows.empty()) << extension.name;
  }
}

}  // namespace runner
