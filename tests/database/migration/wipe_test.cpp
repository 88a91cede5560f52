#include "runner/migration/wipe.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/migration/catalogue.hpp"
#include "runner/migration/ledger.hpp"
#include "runner/postgres/prelude.hpp"
#include "runner/sql/statement.hpp"
#include "tests/support/test_server.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

static std::vector<std::string> platform() {
  const auto schemas = find_prelude("supabase").schemas;
  return {schemas.begin(), schemas.end()};
}

static std::vector<std::string> differences(const TestDatabase& one, const TestDatabase& other) {
  Session before = one.session();
  Session after = other.session();
  CatalogueScope scope;
  scope.outside_the_database = false;  // roles are the server's
  scope.excluded_schemas.clear();
  std::vector<std::string> texts;
  for (const CatalogueDifference& difference : compare(snapshot(before, scope), snapshot(after, scope)))
    texts.push_back(difference.kind + " " + difference.identity + ": " + difference.before + " / " +
                    difference.after);
  return texts;
}

class Wipe : public testing::Test {
 protected:
  void execute(Session& session, const std::string& sql) {
    for (const Statement& statement : split_statements(sql).statements)
      session.query(statement.text, "make something: " + std::string(statement.text));
  }
  std::vector<std::string> wipe_it() {
    try {
      return wipe(session_, plan_wipe(session_, history_, platform()));
    } catch (const Error& error) {
      reason_ = error.reason();
      throw;
    }
  }
  void TearDown() override {
    if (HasFailure()) std::cerr << reason_ << '\n';
  }
  std::string reason_{};

  TestDatabase untouched_{TestDatabase::Content::supabase};
  TestDatabase database_{TestDatabase::Content::supabase};
  HistoryTable history_{};
  Session session_ = database_.session();
};

TEST_F(Wipe, LeavesADatabaseAsItWasBeforeTheExamplesMigrations) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(RUNNER_SOURCE_DIR "/migrations"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) execute(session_, read_file(file));
  prepare_ledger(session_, history_);
  EXPECT_FALSE(differences(untouched_, database_).empty());
  EXPECT_EQ(wipe_it(), std::vector<std::string>{});
  EXPECT_EQ(differences(untouched_, database_), std::vector<std::string>{});
  EXPECT_EQ(session_.state(), TransactionState::idle);
}

TEST_F(Wipe, DropsWhateverASchemaCanHold) {
  execute(session_, R"sql(
CREATE TABLE public.t (id int PRIMARY KEY, u uuid REFERENCES auth.users);
CREATE TABLE public.parts (id int) PARTITION BY RANGE (id);
CREATE TABLE public.part PARTITION OF public.parts FOR VALUES FROM (0) TO (9);
CREATE VIEW public.v AS SELECT * FROM public.t;
CREATE MATERIALIZED VIEW public.m AS SELECT * FROM public.v;
CREATE SEQUENCE public."odd ""name";
CREATE TYPE public.kind AS ENUM ('a');
CREATE TYPE public.pair AS (a int, b public.kind);
CREATE TYPE public.span AS RANGE (subtype = float8);
CREATE DOMAIN public.mail AS text CHECK (value LIKE '%@%');
CREATE FUNCTION public.f(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE PROCEDURE public.p() LANGUAGE sql AS 'SELECT 1';
CREATE AGGREGATE public.total (int) (sfunc = int4pl, stype = int, initcond = '0');
CREATE OPERATOR public.@+@ (leftarg = int, rightarg = int, procedure = int4pl);
CREATE COLLATION public.c (locale = 'C');
CREATE TEXT SEARCH CONFIGURATION public.words (copy = simple);
CREATE TEXT SEARCH DICTIONARY public.dictionary (template = simple);
CREATE STATISTICS public.s ON id, u FROM public.t;
CREATE EXTENSION pg_trgm SCHEMA public;
CREATE FUNCTION public.on_user() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE SCHEMA "we""ird";
CREATE TABLE "we""ird".t (k public.kind, m public.mail);
CREATE VIEW public.across AS SELECT * FROM "we""ird".t;
CREATE PUBLICATION news FOR TABLE public.t;
)sql");
  Session admin = database_.admin();
  execute(admin,
          "CREATE TRIGGER on_user AFTER INSERT ON auth.users FOR EACH ROW EXECUTE FUNCTION public.on_user()");
  EXPECT_EQ(wipe_it(), std::vector<std::string>{});
  EXPECT_EQ(differences(untouched_, database_), std::vector<std::string>{});
}

TEST_F(Wipe, KeepsWhatBelongsToOthersAndSaysSo) {
  Session admin = database_.admin();
  execute(admin,
          "CREATE SCHEMA foreign_one; CREATE TABLE foreign_one.t (n int);"
          "CREATE POLICY p ON storage.objects FOR SELECT USING (true)");
  const WipePlan plan = plan_wipe(session_, history_, platform());
  EXPECT_NE(
      std::find(plan.keeps.begin(), plan.keeps.end(), "schema foreign_one: belongs to role runner_admin"),
      plan.keeps.end())
      << testing::PrintToString(plan.keeps);
  EXPECT_NE(std::find(plan.keeps.begin(), plan.keeps.end(), "schema auth: the platform's"), plan.keeps.end());
  wipe(session_, plan);
  EXPECT_EQ(admin.query("SELECT to_regclass('foreign_one.t') IS NULL", "look").rows.at(0).at(0), "f");
}

TEST_F(Wipe, DropsNothingWhereOneThingCannotBeDropped) {
  execute(session_, "CREATE TABLE public.mine (n int)");
  Session admin = database_.admin();
  execute(admin,
          "CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.theirs (n int); "
          "GRANT USAGE ON SCHEMA supabase_migrations TO PUBLIC");
  try {
    wipe_it();
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_NE(error.reason().find("theirs"), std::string::npos) << error.reason();
  }
  EXPECT_EQ(session_.query("SELECT to_regclass('public.mine') IS NULL", "look").rows.at(0).at(0), "f");
}

TEST_F(Wipe, IsBusyWhereATableIsInUse) {
  execute(session_, "CREATE TABLE public.used (n int)");
  Session other = database_.session();
  execute(other, "BEGIN; SELECT * FROM public.used");
  try {
    wipe_it();
    ADD_FAILURE() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::busy);
  }
}

}  // namespace runner
