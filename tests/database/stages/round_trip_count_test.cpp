// Counts what is asked of the server while a way back is tried. libpq's functions are wrapped by the linker:
// see CMakeLists.txt.

#include "tests/database/stages/round_trip_call.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

namespace runner {

/// The SQL of each round trip.
static std::vector<std::string>& asked() {
  static std::vector<std::string> texts;
  return texts;
}

static void note(const PGconn* connection, const char* sql) {
  if (PQpipelineStatus(connection) == PQ_PIPELINE_OFF) asked().emplace_back(sql);
}

}  // namespace runner

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names
extern "C" {
int __real_PQsendQuery(PGconn* connection, const char* sql);
int __wrap_PQsendQuery(PGconn* connection, const char* sql) {
  runner::note(connection, sql);
  return __real_PQsendQuery(connection, sql);
}

int __real_PQsendQueryParams(PGconn* connection, const char* sql, int count, const Oid* types,
                             const char* const* values, const int* lengths, const int* formats, int format);
int __wrap_PQsendQueryParams(PGconn* connection, const char* sql, int count, const Oid* types,
                             const char* const* values, const int* lengths, const int* formats, int format) {
  runner::note(connection, sql);
  return __real_PQsendQueryParams(connection, sql, count, types, values, lengths, formats, format);
}

int __real_PQenterPipelineMode(PGconn* connection);
int __wrap_PQenterPipelineMode(PGconn* connection) {
  runner::note(connection, "(several at once)");
  return __real_PQenterPipelineMode(connection);
}
}
// NOLINTEND(bugprone-reserved-identifier)

namespace runner {

static constexpr std::size_t statements = 3;

/// What is asked of the server for so many migrations of three statements each, with a cache that is filled.
static std::size_t count(std::size_t migrations) {
  RoundTripCall call;
  for (std::size_t i = 1; i <= migrations; ++i)
    call.pair(std::to_string(i),
              fmt::format("CREATE TABLE a{0} (id int PRIMARY KEY, name text NOT NULL);\n"
                          "CREATE INDEX a{0}_name ON a{0} (name);\n"
                          "CREATE TABLE b{0} (id int PRIMARY KEY, a int REFERENCES a{0});\n",
                          i),
              fmt::format("DROP TABLE IF EXISTS b{0};\nDROP INDEX IF EXISTS a{0}_name;\n"
                          "DROP TABLE IF EXISTS a{0};\n",
                          i));
  call.tried();
  asked().clear();
  EXPECT_EQ(told(call.tried(), Severity::error), "");
  return asked().size();
}

static constexpr std::size_t beyond_statements = 15;
static constexpr std::size_t executions =
    5;  ///< up, down, down again, up again, down after the application wrote

/// Each execution of a file is one of them, whatever it holds.
TEST(RoundTripCount, IsAtMostFifteenBesideTheExecutionsOfOneMigration) {
  EXPECT_LE(count(1), beyond_statements + executions) << fmt::format("{}", fmt::join(asked(), "\n"));
}

/// One more: the trial's state is remembered, put back, and the migration executed for good.
TEST(RoundTripCount, IsAtMostFifteenBesideTheStatementsOfEachFurtherMigration) {
  const std::size_t two = count(2);
  EXPECT_LE(count(3) - two, beyond_statements + (executions + 1) * statements)
      << fmt::format("{}", fmt::join(asked(), "\n"));
}

}  // namespace runner
