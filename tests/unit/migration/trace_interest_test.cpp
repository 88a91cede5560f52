#include "runner/migration/trace.hpp"
#include "runner/sql/statement.hpp"

#include <string>

#include <gtest/gtest.h>

namespace runner {

static TraceInterest interest(const std::string& sql) {
  return trace_interest(split_statements(sql).statements.at(0));
}

TEST(TraceInterest, IsInWhatMayLockARelationOfBefore) {
  for (const char* sql :
       {"ALTER TABLE t ADD COLUMN a int", "CREATE INDEX ON t (a)", "CREATE OR REPLACE VIEW v AS SELECT 1",
        "CREATE TABLE a (b int references c)", "CREATE TABLE a PARTITION OF b DEFAULT", "DROP TYPE x CASCADE",
        "DO $$ BEGIN END $$", "CALL p()", "SELECT make_table('t')", "COMMENT ON TABLE t IS 'x'", "TRUNCATE t",
        "ALTER DOMAIN d ADD CHECK (VALUE > 1)", "CREATE UNLOGGED TABLE a (b int)"})
    EXPECT_EQ(interest(sql), TraceInterest::schema) << sql;
}

TEST(TraceInterest, IsInQueriesOnlyWhileLocksAreHeld) {
  for (const char* sql : {"UPDATE t SET a = 1", "INSERT INTO t SELECT 1", "WITH x AS (SELECT 1) SELECT 2",
                          "(SELECT 1)", "CREATE TABLE t (a int)", "CREATE TABLE t AS SELECT 1"})
    EXPECT_EQ(interest(sql), TraceInterest::query) << sql;
}

TEST(TraceInterest, IsNotInTheRest) {
  for (const char* sql :
       {"BEGIN", "COMMIT", "SET LOCAL x.y = 1", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "LOCK TABLE t", "GRANT SELECT ON t TO public", "INSERT INTO t VALUES (1)", "CREATE TYPE x AS ENUM ()",
        "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "CREATE EXTENSION x",
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'", "ALTER FUNCTION f() STABLE",
        "COMMENT ON FUNCTION f() IS 'x'", "CREATE INDEX CONCURRENTLY ON t (a)", "SAVEPOINT a"})
    EXPECT_EQ(interest(sql), TraceInterest::none) << sql;
}

}  // namespace runner
