#include "stages/dry_run/trace_report.hpp"

#include "stages/dry_run/trace_sentence.hpp"

#include <string>

#include <gtest/gtest.h>

namespace runner {

namespace {
class TraceText : public ::testing::Test {
 protected:
  static HeldLock lock(const char* name, LockMode mode = LockMode::access_exclusive, std::size_t since = 9) {
    return {.relation = table(name), .mode = mode, .since = since};
  }
  static TracedRelation table(const char* name) { return {.schema = "public", .name = name}; }

  std::string sentence(StatementTrace statement) const {
    statement.offset = 9;
    return TraceSentence{sizes_, [](std::size_t offset) { return static_cast<int>(offset); }}.of(statement);
  }

  TraceReport report(std::vector<StatementTrace> statements, std::int64_t warn_rows = 100'000) const {
    const Migration migration{.version = "1", .name = "m", .shown_path = "migrations/1_m.sql"};
    return trace_report({migration, "SELECT 1;\nSELECT 2;\n", std::move(statements), sizes_}, warn_rows);
  }

  RelationSizes sizes_{{table("invoices"), {.rows = 41'234'567, .bytes = 12'300'000'000}},
                       {table("new"), {.rows = {}, .bytes = 64'000'000}},
                       {table("small"), {.rows = 12, .bytes = 8192}}};
};
}  // namespace

TEST_F(TraceText, SaysWhoWaitsHowMuchThereIsAndWhatHappensMeanwhile) {
  EXPECT_EQ(sentence({.held = {lock("invoices")}, .work = {{WorkKind::rewrite, table("invoices"), ""}}}),
            "blocks all reads and writes of invoices (41 M rows, 12 GB) while every row is rewritten");
  EXPECT_EQ(
      sentence({.held = {lock("a", LockMode::share)}, .work = {{WorkKind::index_build, table("a"), "i"}}}),
      "blocks writes of a while index i is built");
  EXPECT_EQ(
      sentence({.held = {lock("a", LockMode::share_row_exclusive), lock("b", LockMode::share_row_exclusive)},
                .work = {{WorkKind::scan, table("a"), ""}}}),
      "blocks writes of a and b while every row of a is read");
  EXPECT_EQ(sentence({.held = {lock("a"), lock("b", LockMode::share)}}),
            "blocks all reads and writes of a and writes of b until the transaction ends");
}

TEST_F(TraceText, SaysSinceWhenAnEarlierLockIsHeld) {
  EXPECT_EQ(
      sentence({.command = "UPDATE",
                .query = true,
                .held = {lock("invoices", LockMode::access_exclusive, 4)},
                .work = {{WorkKind::scan, table("small"), ""}}}),
      "blocks all reads and writes of invoices (41 M rows, 12 GB; locked since line 4) while UPDATE reads "
      "every row of small (12 rows, 8.2 kB)");
}

TEST_F(TraceText, SaysWhatGoesOn) {
  const auto weak = lock("a", LockMode::share_update_exclusive);
  EXPECT_EQ(sentence({.held = {weak}, .work = {{WorkKind::scan, table("a"), ""}}}),
            "lets reads and writes of a go on while every row is read");
  EXPECT_EQ(sentence({.held = {weak}}), "locks a against schema changes; reads and writes go on");
  EXPECT_EQ(sentence({.each_table = LockMode::share_update_exclusive}),
            "goes through every table; reads and writes go on");
  EXPECT_EQ(sentence({.each_table = LockMode::access_exclusive}),
            "blocks all reads and writes of every table, one after the other");
}

TEST_F(TraceText, NamesThreeOfManyTables) {
  StatementTrace statement;
  for (const char* name : {"a", "b", "c", "d", "e"}) statement.held.push_back(lock(name));
  EXPECT_EQ(sentence(statement),
            "blocks all reads and writes of a, b, c and 2 more until the transaction ends");
}

TEST_F(TraceText, ShowsSizesInUnitsThatPeopleRead) {
  EXPECT_EQ(shown_size({.rows = 1, .bytes = 8192}), "1 row, 8.2 kB");
  EXPECT_EQ(shown_size({.rows = 999'600, .bytes = 999}), "1.0 M rows, 999 bytes");
  EXPECT_EQ(shown_size({.rows = 54'321, .bytes = 5'000'000}), "54 k rows, 5.0 MB");
  EXPECT_EQ(shown_size({.rows = {}, .bytes = 8192}), "not analysed, 8.2 kB");
  EXPECT_EQ(shown_size({}), "empty");
}

TEST_F(TraceText, WarnsOfLongWaitsOnly) {
  const auto rewrite = [&](const char* name) {
    return StatementTrace{.offset = 10,
                          .held = {lock(name, LockMode::access_exclusive, 10)},
                          .work = {{WorkKind::rewrite, table(name), ""}}};
  };
  const TraceReport many = report({rewrite("invoices")});
  ASSERT_EQ(many.findings.size(), 1U);
  EXPECT_EQ(
      many.findings[0].text(),
      "warning: migrations/1_m.sql:2:1: blocks all reads and writes of invoices (41 M rows, 12 GB) while "
      "every row is rewritten [long-lock]\n"
      "  SELECT 2;\n"
      "  ^\n"
      "  hint: Make a new column or table, fill it in batches, and change over to it in a\n"
      "        later migration.\n");
  EXPECT_TRUE(many.lines.empty()) << "the finding says it";
  EXPECT_EQ(report({rewrite("new")}).findings.size(), 1U) << "640,000 rows, by its size";
  const TraceReport few = report({rewrite("small")});
  EXPECT_TRUE(few.findings.empty());
  ASSERT_EQ(few.lines.size(), 1U);
  EXPECT_TRUE(few.lines[0].matters);
  EXPECT_EQ(few.lines[0].text,
            "line 2 blocks all reads and writes of small (12 rows, 8.2 kB) while every row is rewritten");
  EXPECT_EQ(report({rewrite("small")}, 12).findings.size(), 1U);
  EXPECT_TRUE(report({rewrite("unknown")}).findings.empty()) << "the target does not have it";
  EXPECT_TRUE(report({{.offset = 10, .held = {lock("invoices")}}}).findings.empty()) << "a moment";
}

TEST_F(TraceText, TellsTheStrongestLockOfEachTableAsAFact) {
  const TraceReport told = report({{.offset = 0, .held = {lock("small", LockMode::share, 0)}},
                                   {.offset = 10,
                                    .held = {lock("small", LockMode::access_exclusive, 10)},
                                    .work = {{WorkKind::scan, table("small"), ""}}}});
  ASSERT_EQ(told.facts.size(), 2U);
  EXPECT_EQ(told.facts[0].subject, "1_m");
  EXPECT_EQ(told.facts[0].topic, topic::locks);
  EXPECT_EQ(told.facts[0].text, "ACCESS EXCLUSIVE on small (12 rows, 8.2 kB), line 2");
  EXPECT_EQ(told.facts[1].topic, topic::rewrite_or_scan);
  EXPECT_EQ(told.facts[1].text,
            "line 2 blocks all reads and writes of small (12 rows, 8.2 kB) while every row is read");
}

TEST_F(TraceText, TellsStatementsInParts) {
  const TraceReport told =
      report({{.offset = 10,
               .command = "ALTER",
               .held = {lock("invoices", LockMode::access_exclusive, 10), lock("a", LockMode::share, 0)},
               .work = {{WorkKind::index_build, table("invoices"), "i"}}},
              {.offset = 10, .command = "VACUUM", .each_table = LockMode::share_update_exclusive}});
  ASSERT_EQ(told.statements.size(), 2U);
  const StatementEffect& one = told.statements[0];
  EXPECT_EQ(one.subject, "1_m");
  EXPECT_EQ(one.place.str(), "migrations/1_m.sql:2:1");
  ASSERT_EQ(one.locks.size(), 2U);
  EXPECT_EQ(one.locks[0].mode, "ACCESS EXCLUSIVE");
  EXPECT_EQ(one.locks[0].since_line, 2);
  EXPECT_EQ(one.locks[1].since_line, 1);
  ASSERT_EQ(one.work.size(), 1U);
  EXPECT_EQ(one.work[0].kind, "index build");
  EXPECT_EQ(one.work[0].index, "i");
  ASSERT_EQ(one.sizes.size(), 1U);
  EXPECT_EQ(one.sizes[0].rows, 41'234'567);
  ASSERT_EQ(told.statements[1].locks.size(), 1U);
  EXPECT_EQ(told.statements[1].locks[0].relation, "") << "each table in turn";
}

}  // namespace runner
