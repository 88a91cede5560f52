#include "runner/migration/row_fill.hpp"

#include "runner/migration/row_digest.hpp"
#include "tests/support/test_server.hpp"

#include <string>

#include <gtest/gtest.h>

namespace runner {

class RowFillTest : public testing::Test {
 protected:
  void run(const std::string& sql) { admin_.query(sql, "prepare"); }
  std::string ask(const std::string& sql) {
    return admin_.query(sql, "look").rows.at(0).at(0).value_or("(null)");
  }
  std::vector<FilledTable> fill(const std::vector<std::string>& tables, const RowFill& how = {}) {
    return fill_rows(admin_, read_row_shapes(admin_, tables, "supabase_migrations"), how);
  }

  TestDatabase database_;
  Session admin_ = database_.admin();
};

TEST_F(RowFillTest, KnowsPostgreSqlsTypes) {
  run("CREATE TYPE mood AS ENUM ('glad', 'sad'); CREATE TYPE pair AS (n int, t text); "
      "CREATE DOMAIN code AS varchar(4) NOT NULL CHECK (VALUE ~ '^[A-Z]{2}[0-9]{2}$'); "
      "CREATE TYPE span AS RANGE (subtype = int4)");
  static constexpr const char* types[] = {
      "int2",           "int4",     "int8",     "numeric",   "numeric(5,2)", "numeric(3,3)", "float4",
      "float8",         "money",    "bool",     "text",      "varchar(3)",   "char(2)",      "\"char\"",
      "name",           "bytea",    "uuid",     "date",      "time",         "timetz",       "timestamp",
      "timestamptz",    "interval", "json",     "jsonb",     "jsonpath",     "inet",         "cidr",
      "macaddr",        "macaddr8", "bit(3)",   "varbit",    "bit",          "point",        "line",
      "lseg",           "box",      "path",     "polygon",   "circle",       "tsvector",     "tsquery",
      "pg_lsn",         "oid",      "regclass", "int4range", "daterange",    "tstzrange",    "numrange",
      "int4multirange", "int4[]",   "text[][]", "mood",      "mood[]",       "pair",         "pair[]",
      "code",           "code[]",   "span",     "xml"};
  for (const char* type : types) {
    SCOPED_TRACE(type);
    run(std::string("DROP TABLE IF EXISTS t; CREATE TABLE t (value ") + type + " NOT NULL)");
    const std::vector<FilledTable> filled = fill({"public.t"});
    ASSERT_EQ(filled.size(), 1U);
    EXPECT_EQ(filled[0].inserted, 40U) << filled[0].problem;
    EXPECT_GE(std::stoi(ask("SELECT count(DISTINCT value::text) FROM t")),
              std::string(type) == "regclass" ? 1 : 2);
  }
}

TEST_F(RowFillTest, SatisfiesConstraints) {
  run(R"(CREATE TABLE parent (a int, b text, PRIMARY KEY (a, b));
         CREATE TABLE t (
           id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
           mail text UNIQUE CHECK (mail ~* '^[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}$'),
           low text NOT NULL CHECK (low = lower(low) AND low <> ''),
           state text NOT NULL CHECK (state IN ('OPEN', 'PAID')),
           paid_at timestamptz CHECK ((state = 'PAID') = (paid_at IS NOT NULL)),
           score numeric(5,2) CHECK (score BETWEEN 20 AND 30),
           pin char(6) NOT NULL CHECK (length(pin) = 6),
           path text NOT NULL CHECK (path LIKE '/home/%'),
           starts date NOT NULL, ends date NOT NULL CHECK (ends >= starts),
           up int REFERENCES t (id) ON DELETE SET NULL,
           pa int NOT NULL, pb text NOT NULL, FOREIGN KEY (pa, pb) REFERENCES parent,
           twice numeric GENERATED ALWAYS AS (score * 2) STORED,
           during int4range NOT NULL, EXCLUDE USING gist (during WITH &&)))");
  const std::vector<FilledTable> filled = fill({"public.t"});
  ASSERT_EQ(filled.size(), 2U);
  EXPECT_EQ(filled[0].name, "public.parent");
  EXPECT_EQ(filled[0].inserted, 40U);
  EXPECT_GE(filled[1].inserted, 10U) << filled[1].problem;
  EXPECT_EQ(ask("SELECT count(DISTINCT state) FROM t"), "2");
}

TEST_F(RowFillTest, PutsColumnsInTheOrderThatAChecksWants) {
  run("CREATE TABLE rising (id int PRIMARY KEY, a int NOT NULL, b int NOT NULL, CHECK (a < b));"
      "CREATE TABLE falling (id int PRIMARY KEY, ends timestamptz NOT NULL, starts timestamptz NOT NULL "
      "CHECK "
      "(starts < ends))");
  for (const RowStyle style : {RowStyle::varied, RowStyle::plain}) {
    run("TRUNCATE rising, falling");
    for (const FilledTable& table : fill({"public.rising", "public.falling"}, {.style = style}))
      EXPECT_GE(table.inserted, 20U) << table.name << ": " << table.problem;
  }
}

TEST_F(RowFillTest, BeginsATableThatRefersToItself) {
  run("CREATE TABLE node (id int PRIMARY KEY, parent int NOT NULL REFERENCES node);"
      "CREATE TABLE named (name text PRIMARY KEY, above text NOT NULL REFERENCES named);"
      "CREATE TABLE tree (id int PRIMARY KEY, parent int REFERENCES tree)");
  for (const FilledTable& table : fill({"public.node", "public.named", "public.tree"}))
    EXPECT_EQ(table.inserted, 40U) << table.name << ": " << table.problem;
  EXPECT_EQ(ask("SELECT (count(DISTINCT parent) > 1)::text FROM node"), "true");
  EXPECT_EQ(ask("SELECT count(*) FROM tree WHERE parent >= id"), "0") << "a tree has roots";
}

TEST_F(RowFillTest, SaysWhatKeepsARowOutAndNotWhatTheShortestLacks) {
  run("CREATE DOMAIN code AS text NOT NULL; CREATE TABLE t (c code, n int NOT NULL CHECK (n > 5 AND n < 5))");
  EXPECT_NE(fill({"public.t"}).at(0).problem.find("violates check constraint \"t_n_check\""),
            std::string::npos);
}

TEST_F(RowFillTest, SeesAndFillsTablesWhosePoliciesHideEverything) {
  run("CREATE ROLE row_owner NOLOGIN; CREATE TABLE hidden (id int PRIMARY KEY, t text NOT NULL);"
      "CREATE TABLE child (id int PRIMARY KEY, hidden int NOT NULL REFERENCES hidden);"
      "ALTER TABLE hidden OWNER TO row_owner; ALTER TABLE child OWNER TO row_owner;"
      "ALTER TABLE hidden ENABLE ROW LEVEL SECURITY; ALTER TABLE hidden FORCE ROW LEVEL SECURITY;"
      "CREATE POLICY nobody ON hidden USING (false) WITH CHECK (false)");
  for (const FilledTable& table : fill({"public.child"})) {
    EXPECT_EQ(table.inserted, 40U) << table.name << ": " << table.problem;
    EXPECT_FALSE(table.without_triggers) << table.name;
  }
  EXPECT_EQ(digest_rows(admin_, {"public.hidden"}).at("public.hidden").rows, 40);
  run("DROP TABLE child, hidden; DROP ROLE row_owner");
}

TEST_F(RowFillTest, HasNullsAndDuplicatesWhereTheSchemaAllowsThem) {
  run("CREATE TABLE t (n int, s text NOT NULL, u int UNIQUE, e text)");
  fill({"public.t"});
  EXPECT_EQ(ask("SELECT (count(n) BETWEEN 1 AND 39)::text FROM t"), "true");
  EXPECT_EQ(ask("SELECT (count(DISTINCT s) < 40)::text FROM t"), "true");
  EXPECT_EQ(ask("SELECT (max(length(e)) >= 300)::text FROM t"), "true");
  run("TRUNCATE t");
  fill({"public.t"}, {.style = RowStyle::plain});
  EXPECT_EQ(
      ask("SELECT concat_ws(' ', count(n), count(DISTINCT n), count(DISTINCT s), max(length(e))) FROM t"),
      "40 40 40 2");
}

TEST_F(RowFillTest, LeavesTheFirstKeysToMigrations) {
  run("CREATE TABLE t (id serial PRIMARY KEY, k smallint UNIQUE)");
  fill({"public.t"});
  run("INSERT INTO t (k) VALUES (1), (2)");
  EXPECT_EQ(ask("SELECT string_agg(id::text, ' ' ORDER BY id) FROM t WHERE k < 3"), "1 2");
}

TEST_F(RowFillTest, GivesTheSameRowsEachTime) {
  run("CREATE TABLE t (id int PRIMARY KEY, a text, b numeric, c timestamptz, d jsonb)");
  fill({"public.t"});
  const std::string once = ask("SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM t");
  run("TRUNCATE t");
  fill({"public.t"});
  EXPECT_EQ(ask("SELECT md5(string_agg(t::text, ',' ORDER BY id)) FROM t"), once);
}

TEST_F(RowFillTest, LeavesTablesAloneThatHaveRows) {
  run("CREATE TABLE t (n int); INSERT INTO t VALUES (1)");
  const std::vector<FilledTable> filled = fill({"public.t"});
  EXPECT_TRUE(filled.at(0).had_rows);
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "1");
  fill({"public.t"}, {.only_empty = false});
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "41");
}

TEST_F(RowFillTest, GoesRoundTriggersThatRefuse) {
  run("CREATE TABLE t (n int); CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'who "
      "are "
      "you?'; END $$; CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION no()");
  const std::vector<FilledTable> filled = fill({"public.t"});
  EXPECT_TRUE(filled.at(0).without_triggers);
  EXPECT_EQ(filled[0].inserted, 40U);
}

TEST_F(RowFillTest, InsertsAsTheTablesOwner) {
  const std::string owner =
      ask("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()");
  ASSERT_NE(owner, ask("SELECT current_user"));
  run("CREATE TABLE t (n int, who text); ALTER TABLE t OWNER TO \"" + owner +
      "\"; ALTER TABLE t ENABLE ROW LEVEL SECURITY; "
      "CREATE FUNCTION who() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.who := current_user; RETURN NEW; "
      "END'; "
      "CREATE TRIGGER who BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION who()");
  EXPECT_EQ(fill({"public.t"}).at(0).inserted, 40U);
  EXPECT_EQ(ask("SELECT string_agg(DISTINCT who, ' ') FROM t"), owner);
  EXPECT_EQ(ask("SELECT current_user"), ask("SELECT session_user")) << "the session is itself again";
}

TEST_F(RowFillTest, SaysWhatNoRowFits) {
  run("CREATE TABLE t (n int NOT NULL CHECK (n > 5 AND n < 5))");
  const std::vector<FilledTable> filled = fill({"public.t"});
  EXPECT_EQ(filled.at(0).inserted, 0U);
  EXPECT_NE(filled[0].problem.find("violates check constraint"), std::string::npos) << filled[0].problem;
}

TEST_F(RowFillTest, FillsPartitionsThroughTheirTable) {
  run("CREATE TABLE t (at date NOT NULL, kind text NOT NULL) PARTITION BY RANGE (at); CREATE TABLE t_1 "
      "PARTITION OF t "
      "FOR VALUES FROM ('2026-01-01') TO ('2026-07-01') PARTITION BY LIST (kind); "
      "CREATE TABLE t_1_a PARTITION OF t_1 FOR VALUES IN ('a', 'b'); "
      "CREATE TABLE h (n int) PARTITION BY HASH (n); CREATE TABLE h_0 PARTITION OF h FOR VALUES WITH "
      "(MODULUS 2, "
      "REMAINDER 0)");
  const std::vector<FilledTable> filled = fill({"public.t_1_a", "public.h_0"});
  ASSERT_EQ(filled.size(), 2U);
  for (const FilledTable& table : filled)
    EXPECT_GT(table.inserted, 0U) << table.name << ": " << table.problem;
}

TEST_F(RowFillTest, SuitsTheTypesThatColumnsGetLater) {
  run("CREATE TABLE t (a text NOT NULL, b text NOT NULL, c bigint NOT NULL)");
  const RowShapes now = read_row_shapes(admin_, {"public.t"}, "x");
  run("BEGIN; ALTER TABLE t ALTER a TYPE uuid USING a::uuid, ALTER b TYPE date USING b::date, ALTER c TYPE "
      "smallint");
  const RowShapes later = read_row_shapes(admin_, {"public.t"}, "x");
  run("ROLLBACK");
  fill_rows(admin_, now, {.style = RowStyle::plain, .also = &later});
  run("ALTER TABLE t ALTER a TYPE uuid USING a::uuid, ALTER b TYPE date USING b::date, ALTER c TYPE "
      "smallint");
  EXPECT_EQ(ask("SELECT count(*) FROM t"), "40");
}

}  // namespace runner
