#include "stages/draft/draft.hpp"

#include "runner/core/file.hpp"
#include "runner/migration/execute.hpp"
#include "tests/support/test_server.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

namespace {
struct Pair {
  const char* name;
  const char* before;
  const char* migration;
};
void PrintTo(const Pair& pair, std::ostream* out) {
  *out << pair.name;
}

/// A database in which a migration was drafted.
class Drafting {
 public:
  Draft draft(const char* before, const std::string& sql) {
    session_.execute(before);
    initial_ = catalogue();
    std::ofstream(folder_ / "1_m.sql") << sql;
    Migration migration{
        .version = "1", .name = "m", .path = (folder_ / "1_m.sql").string(), .shown_path = "1_m.sql"};
    return draft_rollback(migration, session_, {});
  }
  Catalogue catalogue() {
    Session session = database_.session();
    return snapshot(session);
  }
  /// What differs from before the migration after the draft was executed; its refusal, where it was refused.
  std::vector<std::string> left_after(const std::string& sql) {
    const Execution execution = execute_sql(sql, "draft.sql", "1_m", session_, {});
    std::vector<std::string> left;
    for (const Finding& finding : execution.findings) left.push_back(finding.text());
    for (const CatalogueDifference& difference : compare(initial_, catalogue()))
      if (difference.change != CatalogueChange::order_only)
        left.push_back(difference.text() + ": " + difference.before + " / " + difference.after);
    return left;
  }

 private:
  TestDatabase database_{TestDatabase::Content::supabase};
  Session session_ = database_.session();
  TestFolder folder_;
  Catalogue initial_;
};
}  // namespace

static const std::vector<std::string> nothing;

class DraftRestores : public testing::TestWithParam<Pair> {};

TEST_P(DraftRestores, TheCatalogueAndMayRunTwice) {
  Drafting drafting;
  const Draft draft = drafting.draft(GetParam().before, GetParam().migration);
  ASSERT_TRUE(draft.refused.empty()) << draft.refused.front().text();
  EXPECT_EQ(drafting.left_after(draft.sql), nothing) << draft.sql;
  EXPECT_EQ(drafting.left_after(draft.sql), nothing) << "the second time\n" << draft.sql;
}

static constexpr const char* invoices =
    "CREATE TYPE kind AS ENUM ('a', 'b'); CREATE DOMAIN money_amount AS numeric(12,2) CHECK (VALUE >= 0);"
    "CREATE TABLE clients (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL);"
    "CREATE TABLE invoices (id serial PRIMARY KEY, client_id bigint REFERENCES clients, no text UNIQUE, "
    "  amount money_amount NOT NULL DEFAULT 0, k kind DEFAULT 'a', due date, note varchar(20) COLLATE \"C\");"
    "CREATE INDEX invoices_due ON invoices (due) WHERE due IS NOT NULL;"
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;"
    "CREATE TRIGGER invoices_touch BEFORE UPDATE ON invoices FOR EACH ROW EXECUTE FUNCTION touch();"
    "ALTER TABLE invoices ENABLE ROW LEVEL SECURITY;"
    "CREATE POLICY own ON invoices FOR SELECT TO authenticated USING (client_id = 1);"
    "CREATE VIEW open_invoices AS SELECT id, due FROM invoices WHERE due > '2026-01-01';"
    "COMMENT ON TABLE invoices IS 'what is owed, the client''s'; COMMENT ON COLUMN invoices.no IS 'number';"
    "GRANT SELECT, UPDATE (note) ON invoices TO authenticated; REVOKE ALL ON clients FROM anon;";

INSTANTIATE_TEST_SUITE_P(
    Of, DraftRestores,
    testing::Values(
        Pair{"nothing", "", "SELECT 1;"},
        Pair{"a_table", "",
             "CREATE TABLE t (id int PRIMARY KEY, a text); CREATE INDEX t_a ON t (a);"
             "COMMENT ON TABLE t IS 'x'; GRANT SELECT ON t TO anon; ALTER TABLE t ENABLE ROW LEVEL SECURITY;"
             "CREATE POLICY p ON t USING (true);"},
        Pair{"tables_that_refer_to_each_other", "",
             "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY, a int REFERENCES a);"
             "CREATE VIEW v AS SELECT b.id FROM b JOIN a ON a.id = b.a; CREATE SCHEMA s; CREATE TABLE s.t (b "
             "int REFERENCES b);"},
        Pair{"tables_in_a_circle", "",
             "CREATE TABLE a (id int PRIMARY KEY, b int NOT NULL); CREATE TABLE b (id int PRIMARY KEY, a int "
             "NOT NULL REFERENCES a);"
             "ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b DEFERRABLE INITIALLY DEFERRED;"
             "CREATE TABLE c (id int PRIMARY KEY, up int NOT NULL REFERENCES c);"},
        Pair{"a_view_in_place_of_a_renamed_table", invoices,
             "ALTER TABLE invoices RENAME TO bills; CREATE VIEW invoices AS SELECT * FROM bills;"},
        Pair{
            "a_role_with_rights", invoices,
            "CREATE ROLE draft_reader NOLOGIN; GRANT USAGE ON SCHEMA public TO draft_reader; GRANT SELECT ON "
            "invoices TO draft_reader; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO "
            "draft_reader;"},
        Pair{"a_type_that_a_table_got_later", "",
             "CREATE TABLE t (id int, k text); CREATE TYPE mood AS ENUM ('sad', 'ok');"
             "ALTER TABLE t ALTER k TYPE mood USING k::mood;"},
        Pair{"columns", invoices,
             "ALTER TABLE invoices ADD COLUMN level int NOT NULL DEFAULT 1, ADD COLUMN x text;"
             "COMMENT ON COLUMN invoices.x IS 'y';"},
        Pair{"a_dropped_column", invoices, "ALTER TABLE invoices DROP COLUMN no;"},
        Pair{"a_dropped_serial_column", "CREATE TABLE t (a int, s serial);", "ALTER TABLE t DROP COLUMN s;"},
        Pair{"a_dropped_table", invoices, "DROP VIEW open_invoices; DROP TABLE invoices;"},
        Pair{"two_dropped_tables", invoices, "DROP TABLE invoices, clients CASCADE;"},
        Pair{"a_dropped_view", invoices, "DROP VIEW open_invoices;"},
        Pair{"a_changed_view", invoices,
             "CREATE OR REPLACE VIEW open_invoices AS SELECT id, due, no FROM invoices;"},
        Pair{"a_column_of_another_type", invoices,
             "DROP VIEW open_invoices; ALTER TABLE invoices ALTER due TYPE timestamptz USING due;"},
        Pair{"a_longer_column", invoices, "ALTER TABLE invoices ALTER note TYPE text;"},
        Pair{"null_and_default", invoices,
             "ALTER TABLE invoices ALTER amount DROP NOT NULL, ALTER amount DROP DEFAULT, ALTER due SET "
             "DEFAULT now();"
             "ALTER TABLE clients ALTER name DROP NOT NULL;"},
        Pair{"not_null", invoices, "ALTER TABLE invoices ALTER due SET NOT NULL;"},
        Pair{"identity", invoices,
             "ALTER TABLE clients ALTER id DROP IDENTITY; ALTER TABLE clients ALTER id SET DEFAULT 7;"},
        Pair{"constraints", invoices,
             "ALTER TABLE invoices DROP CONSTRAINT invoices_no_key, ADD CONSTRAINT due_late CHECK (due > "
             "'2020-01-01') NOT VALID;"
             "ALTER TABLE invoices DROP CONSTRAINT invoices_client_id_fkey;"},
        Pair{"a_primary_key", invoices, "ALTER TABLE invoices DROP CONSTRAINT invoices_pkey;"},
        Pair{"an_index", invoices, "DROP INDEX invoices_due; CREATE INDEX other ON invoices (no);"},
        Pair{"a_changed_index", invoices,
             "DROP INDEX invoices_due; CREATE INDEX invoices_due ON invoices (due);"},
        Pair{"row_level_security", invoices,
             "ALTER TABLE invoices DISABLE ROW LEVEL SECURITY; ALTER TABLE clients FORCE ROW LEVEL SECURITY;"
             "DROP POLICY own ON invoices; CREATE POLICY mine ON clients AS RESTRICTIVE FOR INSERT TO anon "
             "WITH CHECK (false);"},
        Pair{"a_changed_policy", invoices, "ALTER POLICY own ON invoices USING (client_id = 2);"},
        Pair{"triggers", invoices,
             "DROP TRIGGER invoices_touch ON invoices;"
             "CREATE TRIGGER clients_touch AFTER INSERT ON clients FOR EACH ROW EXECUTE FUNCTION touch();"},
        Pair{"a_disabled_trigger", invoices, "ALTER TABLE invoices DISABLE TRIGGER invoices_touch;"},
        Pair{"a_function", invoices,
             "CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; "
             "END$$;"
             "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql RETURN $1 + 1; REVOKE ALL ON FUNCTION f(int) "
             "FROM PUBLIC;"},
        Pair{"a_function_that_returns_another_type",
             "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1';",
             "DROP FUNCTION g(); CREATE FUNCTION g() RETURNS text LANGUAGE sql AS $$SELECT 'a'$$;"},
        Pair{"a_dropped_function",
             "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'; COMMENT ON FUNCTION g() IS 'one';"
             "REVOKE ALL ON FUNCTION g() FROM PUBLIC; GRANT EXECUTE ON FUNCTION g() TO anon;",
             "DROP FUNCTION g();"},
        Pair{
            "grants", invoices,
            "REVOKE SELECT ON invoices FROM authenticated; GRANT INSERT ON clients TO anon WITH GRANT OPTION;"
            "GRANT UPDATE (name) ON clients TO anon; REVOKE UPDATE (note) ON invoices FROM authenticated;"
            "REVOKE EXECUTE ON FUNCTION touch() FROM PUBLIC; GRANT USAGE ON TYPE kind TO anon; REVOKE USAGE "
            "ON TYPE kind FROM PUBLIC;"},
        Pair{"default_privileges",
             "CREATE SCHEMA s; ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO anon;",
             "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT INSERT ON TABLES TO anon; ALTER DEFAULT PRIVILEGES "
             "IN SCHEMA s REVOKE SELECT ON TABLES FROM anon;"
             "ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT EXECUTE ON FUNCTIONS TO authenticated;"},
        Pair{"comments", invoices,
             "COMMENT ON TABLE invoices IS NULL; COMMENT ON COLUMN invoices.due IS 'd'; COMMENT ON TYPE kind "
             "IS 'k';"
             "COMMENT ON CONSTRAINT invoices_pkey ON invoices IS 'c'; COMMENT ON POLICY own ON invoices IS "
             "'p'; COMMENT ON INDEX invoices_due IS 'i';"
             "COMMENT ON FUNCTION touch() IS 'f'; COMMENT ON TRIGGER invoices_touch ON invoices IS 't';"},
        Pair{"types", invoices,
             "CREATE TYPE pair AS (a int, b text); CREATE DOMAIN even AS int CHECK (VALUE % 2 = 0);"
             "ALTER DOMAIN money_amount SET DEFAULT 1; ALTER DOMAIN money_amount ADD CONSTRAINT small CHECK "
             "(VALUE < 1000000);"},
        Pair{"dropped_types",
             "CREATE TYPE pair AS (a int, b text); CREATE TYPE kind AS ENUM ('a', 'it''s'); CREATE DOMAIN "
             "even AS int DEFAULT 2 CHECK (VALUE % 2 = 0);",
             "DROP TYPE pair; DROP TYPE kind; DROP DOMAIN even;"},
        Pair{"sequences", "CREATE SEQUENCE s START 5 INCREMENT 2 CYCLE;",
             "ALTER SEQUENCE s INCREMENT 3 NO CYCLE; CREATE SEQUENCE s2;"},
        Pair{"a_dropped_sequence", "CREATE SEQUENCE s START 5 INCREMENT 2 MAXVALUE 99 CYCLE;",
             "DROP SEQUENCE s;"},
        Pair{"a_renamed_table", invoices,
             "ALTER TABLE invoices RENAME TO bills; ALTER TABLE bills ADD COLUMN z int;"},
        Pair{"a_renamed_column", invoices,
             "ALTER TABLE invoices RENAME COLUMN no TO number; CREATE INDEX n ON invoices (number);"},
        Pair{"renames", invoices,
             "ALTER INDEX invoices_due RENAME TO d; ALTER TYPE kind RENAME VALUE 'a' TO 'aa'; ALTER TYPE "
             "kind RENAME TO sort;"
             "ALTER FUNCTION touch() RENAME TO handle; ALTER TABLE invoices RENAME CONSTRAINT "
             "invoices_no_key TO one; ALTER VIEW open_invoices RENAME TO o;"
             "ALTER POLICY own ON invoices RENAME TO theirs; ALTER TRIGGER invoices_touch ON invoices RENAME "
             "TO x;"},
        Pair{"a_table_in_another_schema", invoices,
             "CREATE SCHEMA archive; ALTER TABLE public.invoices SET SCHEMA archive; ALTER FUNCTION "
             "public.touch() SET SCHEMA archive;"},
        Pair{"storage_and_statistics", invoices,
             "ALTER TABLE invoices ALTER no SET STATISTICS 500; ALTER TABLE invoices SET (fillfactor = 70); "
             "ALTER TABLE clients REPLICA IDENTITY FULL;"
             "CREATE STATISTICS st ON id, due FROM invoices;"},
        Pair{"dropped_options",
             "CREATE TABLE t (a text) WITH (fillfactor = 60, autovacuum_enabled = false); ALTER TABLE t "
             "ALTER a SET STATISTICS 9; ALTER TABLE t ALTER a SET STORAGE PLAIN;",
             "ALTER TABLE t RESET (fillfactor); ALTER TABLE t ALTER a SET STATISTICS -1;"},
        Pair{"a_dropped_table_with_options",
             "CREATE UNLOGGED TABLE t (a text, b int GENERATED ALWAYS AS (length(a)) STORED) "
             "WITH (fillfactor = 60);"
             "ALTER TABLE t ALTER a SET STORAGE PLAIN; ALTER TABLE t REPLICA IDENTITY FULL; ALTER TABLE t "
             "FORCE ROW LEVEL SECURITY; CREATE STATISTICS "
             "st ON a, b FROM t; CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING;",
             "DROP TABLE t;"},
        Pair{"partitions",
             "CREATE TABLE p (a int, b date) PARTITION BY RANGE (b); CREATE TABLE p1 PARTITION OF p FOR "
             "VALUES FROM ('2026-01-01') TO ('2026-02-01');",
             "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM ('2026-02-01') TO ('2026-03-01'); ALTER TABLE p "
             "DETACH PARTITION p1;"},
        Pair{"a_dropped_partitioned_table",
             "CREATE TABLE p (a int, b date) PARTITION BY RANGE (b); CREATE TABLE p1 PARTITION OF p FOR "
             "VALUES FROM ('2026-01-01') TO ('2026-02-01');"
             "CREATE INDEX p_a ON p (a);",
             "DROP TABLE p;"},
        Pair{"a_materialized_view", invoices,
             "CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM invoices; CREATE UNIQUE INDEX m_n ON m "
             "(n);"},
        Pair{"a_dropped_materialized_view",
             "CREATE MATERIALIZED VIEW m AS SELECT 1 AS n; CREATE UNIQUE INDEX m_n ON m (n);",
             "DROP MATERIALIZED VIEW m;"},
        Pair{"a_do_block", invoices,
             "DO $$BEGIN EXECUTE 'ALTER TABLE invoices ADD COLUMN dynamic int'; CREATE TABLE made (a int); "
             "END$$;"},
        Pair{"names_that_need_quotes", "CREATE TABLE \"Odd name\" (\"a b\" int, \"c.d\" text);",
             "ALTER TABLE \"Odd name\" DROP COLUMN \"c.d\"; ALTER TABLE \"Odd name\" ADD COLUMN \"x on y\" "
             "int; CREATE TABLE \"new.one\" (\"select\" int);"
             "CREATE POLICY \"p on q\" ON \"Odd name\" USING (true);"},
        Pair{"an_extension", "",
             "CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA extensions; CREATE TABLE c (a "
             "extensions.citext);"},
        Pair{"made_and_dropped_again", "", "CREATE TABLE t (a int); DROP TABLE t; CREATE TABLE t (b int);"},
        Pair{"outside_a_transaction", "CREATE TABLE t (a int);", "CREATE INDEX CONCURRENTLY t_a ON t (a);"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(Draft, OfEachOfTheExamplesMigrationsHasNoGapAndRestores) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(RUNNER_SOURCE_DIR "/migrations"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  ASSERT_GE(files.size(), 8U);
  std::string applied;
  for (const std::filesystem::path& file : files) {
    SCOPED_TRACE(file.filename());
    const std::string sql = read_file(file);
    Drafting drafting;
    const Draft draft = drafting.draft(applied.c_str(), sql);
    EXPECT_EQ(draft.gaps, nothing);
    EXPECT_EQ(drafting.left_after(draft.sql), nothing) << draft.sql;
    EXPECT_EQ(drafting.left_after(draft.sql), nothing) << "the second time\n" << draft.sql;
    applied += sql;
  }
}

TEST(Draft, SaysWhatItCannotBringBack) {
  Drafting drafting;
  const Draft draft = drafting.draft(invoices,
                                     "ALTER TYPE kind ADD VALUE 'c';\n"
                                     "UPDATE invoices SET due = NULL;\n"
                                     "INSERT INTO invoices (no) VALUES ('x');\n"
                                     "ALTER TABLE clients DROP COLUMN name;\n");
  ASSERT_TRUE(draft.refused.empty()) << draft.refused.front().text();
  ASSERT_EQ(draft.gaps.size(), 4U) << draft.sql;
  EXPECT_EQ(draft.gaps[0],
            "the values of column public.clients.name are lost; it is NOT NULL without a default, so this "
            "fails while the table has rows");
  EXPECT_EQ(
      draft.gaps[1],
      "line 3 of the migration changes rows (INSERT invoices): delete here what it added, if it must go");
  EXPECT_EQ(draft.gaps[2],
            "line 2 of the migration changes rows (UPDATE invoices): what they held is known here to nobody "
            "but you");
  EXPECT_TRUE(
      draft.gaps[3].starts_with("type public.kind: changed: PostgreSQL cannot take a value out of an enum"))
      << draft.gaps[3];
  for (const std::string& gap : draft.gaps)
    EXPECT_NE(draft.sql.find("-- " + gap.substr(0, gap.find('\n'))), std::string::npos) << draft.sql;
}

TEST(Draft, OfARefusedMigrationIsItsRefusal) {
  Drafting drafting;
  const Draft draft = drafting.draft("", "CREATE TABLE t (a int);\nALTER TABLE nowhere ADD b int;\n");
  ASSERT_EQ(draft.refused.size(), 1U);
  EXPECT_EQ(draft.refused[0].message, "relation \"nowhere\" does not exist");
  EXPECT_TRUE(draft.sql.empty());
}

TEST(Draft, DropsAnIndexThatWasBuiltConcurrentlyInTheSameWay) {
  Drafting drafting;
  const Draft draft = drafting.draft("CREATE TABLE t (a int);", "CREATE INDEX CONCURRENTLY t_a ON t (a);");
  EXPECT_NE(draft.sql.find("\nDROP INDEX CONCURRENTLY IF EXISTS public.t_a;\n"), std::string::npos)
      << draft.sql;
}

}  // namespace runner
