#include "runner/sql/statement.hpp"

#include <ostream>
#include <string_view>

#include <gtest/gtest.h>

namespace runner {

struct Meaning {
  std::string_view sql;
  StatementKind kind;
  friend void PrintTo(const Meaning& meaning, std::ostream* out) { *out << meaning.sql; }
};

class StatementMeaning : public testing::TestWithParam<Meaning> {};

TEST_P(StatementMeaning, IsKnown) {
  const SplitResult result = split_statements(GetParam().sql);
  ASSERT_EQ(result.statements.size(), 1U);
  EXPECT_EQ(result.statements[0].kind, GetParam().kind);
}

INSTANTIATE_TEST_SUITE_P(TransactionControl, StatementMeaning,
                         testing::Values(Meaning{"BEGIN", StatementKind::begin},
                                         Meaning{"begin isolation level serializable", StatementKind::begin},
                                         Meaning{"START TRANSACTION READ ONLY", StatementKind::begin},
                                         Meaning{"COMMIT", StatementKind::commit},
                                         Meaning{"END", StatementKind::commit},
                                         Meaning{"PREPARE TRANSACTION 'x'", StatementKind::commit},
                                         Meaning{"ROLLBACK", StatementKind::rollback},
                                         Meaning{"ABORT", StatementKind::rollback},
                                         Meaning{"ROLLBACK TO SAVEPOINT a", StatementKind::savepoint},
                                         Meaning{"SAVEPOINT a", StatementKind::savepoint},
                                         Meaning{"RELEASE a", StatementKind::savepoint}));

INSTANTIATE_TEST_SUITE_P(
    RefusedInATransaction, StatementMeaning,
    testing::Values(
        Meaning{"CREATE INDEX CONCURRENTLY i ON t (a)", StatementKind::outside_transaction},
        Meaning{"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)",
                StatementKind::outside_transaction},
        Meaning{"DROP INDEX CONCURRENTLY i", StatementKind::outside_transaction},
        Meaning{"REINDEX TABLE CONCURRENTLY t", StatementKind::outside_transaction},
        Meaning{"REINDEX (CONCURRENTLY) INDEX i", StatementKind::outside_transaction},
        Meaning{"REINDEX SCHEMA s", StatementKind::outside_transaction},
        Meaning{"REINDEX DATABASE d", StatementKind::outside_transaction},
        Meaning{"REINDEX SYSTEM d", StatementKind::outside_transaction},
        Meaning{"VACUUM", StatementKind::outside_transaction},
        Meaning{"VACUUM (ANALYZE) t", StatementKind::outside_transaction},
        Meaning{"CLUSTER", StatementKind::outside_transaction},
        Meaning{"CLUSTER VERBOSE", StatementKind::outside_transaction},
        Meaning{"CREATE DATABASE d", StatementKind::outside_transaction},
        Meaning{"DROP DATABASE d", StatementKind::outside_transaction},
        Meaning{"ALTER DATABASE d SET TABLESPACE s", StatementKind::outside_transaction},
        Meaning{"CREATE TABLESPACE s LOCATION '/x'", StatementKind::outside_transaction},
        Meaning{"DROP TABLESPACE s", StatementKind::outside_transaction},
        Meaning{"ALTER SYSTEM SET work_mem = '1MB'", StatementKind::outside_transaction},
        Meaning{"DISCARD ALL", StatementKind::outside_transaction},
        Meaning{"COMMIT PREPARED 'x'", StatementKind::outside_transaction},
        Meaning{"ROLLBACK PREPARED 'x'", StatementKind::outside_transaction},
        Meaning{"ALTER TABLE t DETACH PARTITION p CONCURRENTLY", StatementKind::outside_transaction},
        Meaning{"CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p", StatementKind::outside_transaction},
        Meaning{"ALTER SUBSCRIPTION s REFRESH PUBLICATION", StatementKind::outside_transaction}));

INSTANTIATE_TEST_SUITE_P(
    FineInATransaction, StatementMeaning,
    testing::Values(Meaning{"CREATE INDEX i ON t (a)", StatementKind::other},
                    Meaning{"DROP INDEX i", StatementKind::other},
                    Meaning{"REINDEX (CONCURRENTLY false) INDEX i", StatementKind::other},
                    Meaning{"REINDEX INDEX i", StatementKind::other},
                    Meaning{"REINDEX (CONCURRENTLY off) INDEX i", StatementKind::other},
                    Meaning{"ANALYZE t", StatementKind::other},
                    Meaning{"CLUSTER t USING i", StatementKind::other},
                    Meaning{"ALTER DATABASE d SET search_path = a", StatementKind::other},
                    Meaning{"ALTER DATABASE d CONNECTION LIMIT 3", StatementKind::other},
                    Meaning{"DISCARD PLANS", StatementKind::other},
                    Meaning{"ALTER TABLE t DETACH PARTITION p", StatementKind::other},
                    Meaning{"CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (connect = false)",
                            StatementKind::other},
                    Meaning{"CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (create_slot = off)",
                            StatementKind::other},
                    Meaning{"ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)",
                            StatementKind::other},
                    Meaning{"REFRESH MATERIALIZED VIEW CONCURRENTLY v", StatementKind::other},
                    Meaning{"COMMENT ON INDEX concurrently IS 'CONCURRENTLY'", StatementKind::other},
                    Meaning{"INSERT INTO t VALUES ('CREATE INDEX CONCURRENTLY')", StatementKind::other}));

/// Syntax that no parser of ours knows must still be executed the right way.
INSTANTIATE_TEST_SUITE_P(
    WhatTheParserRefuses, StatementMeaning,
    testing::Values(Meaning{"CREATE INDEX CONCURRENTLY i ON t (a) FUTURE",
                            StatementKind::outside_transaction},
                    Meaning{"REINDEX (FUTURE !) TABLE CONCURRENTLY t", StatementKind::outside_transaction},
                    Meaning{"VACUUM (FUTURE !) t", StatementKind::outside_transaction},
                    Meaning{"ALTER DATABASE d SET TABLESPACE s FUTURE", StatementKind::outside_transaction},
                    Meaning{"ALTER DATABASE d FUTURE", StatementKind::other},
                    Meaning{"BEGIN FUTURE", StatementKind::begin},
                    Meaning{"END FUTURE", StatementKind::commit},
                    Meaning{"ROLLBACK TO FUTURE x y", StatementKind::savepoint},
                    Meaning{"ALTER EXTENSION e FUTURE", StatementKind::other},
                    Meaning{"CREATE EXTENSION e FUTURE", StatementKind::create_extension},
                    Meaning{"CREATE TABLE t (a int) FUTURE '; VACUUM'", StatementKind::other}));

TEST(CreateExtension, NamesTheExtension) {
  const SplitResult result = split_statements(
      "CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" WITH SCHEMA extensions; create extension Citext;"
      "CREATE EXTENSION IF NOT EXISTS \"a b\" FUTURE");
  ASSERT_EQ(result.statements.size(), 3U);
  EXPECT_EQ(result.statements[0].kind, StatementKind::create_extension);
  EXPECT_EQ(result.statements[0].object, "uuid-ossp");
  EXPECT_EQ(result.statements[1].object, "citext");
  EXPECT_EQ(result.statements[2].object, "a b");
}

}  // namespace runner
