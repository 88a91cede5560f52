#include "runner/migration/history.hpp"

#include "runner/core/error.hpp"
#include "tests/support/test_server.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

static const HistoryTable supabase{};

static std::vector<std::string> lines(const std::vector<HistoryRow>& rows) {
  std::vector<std::string> all;
  for (const HistoryRow& row : rows) all.push_back(row.version + " " + row.name);
  return all;
}

static void run(Session& session, std::string_view sql) {
  const StatementResult result = session.execute(sql);
  ASSERT_FALSE(result.error) << result.error->message;
}

TEST(History, IsEmptyWhereSchemaOrTableDoNotExist) {
  const TestDatabase database;
  Session session = database.session();
  EXPECT_TRUE(read_history(session, supabase).empty());
  run(session, "CREATE SCHEMA supabase_migrations");
  EXPECT_TRUE(read_history(session, supabase).empty());
  EXPECT_TRUE(read_history_statements(session, supabase, "1").empty());
  for_each_history_statements(session, supabase, [](const HistoryRow&) { ADD_FAILURE(); });
}

TEST(History, ReadsBackWhatWasRecordedInTheOrderOfStrings) {
  const TestDatabase database;
  Session session = database.session();
  create_history(session, supabase);
  record_applied(session, supabase, {"9", "nine", {"SELECT 9"}});
  record_applied(session, supabase, {"10", "", {}});
  record_applied(session, supabase, {"20260101000000", "it's", {"SELECT '\"{a,b}\\'", "", "NULL", " x \n"}});
  EXPECT_EQ(lines(read_history(session, supabase)),
            (std::vector<std::string>{"10 ", "20260101000000 it's", "9 nine"}));
  EXPECT_EQ(read_history_statements(session, supabase, "20260101000000"),
            (std::vector<std::string>{"SELECT '\"{a,b}\\'", "", "NULL", " x \n"}));
  EXPECT_TRUE(read_history_statements(session, supabase, "10").empty());
  EXPECT_TRUE(read_history_statements(session, supabase, "11").empty());
}

TEST(History, AVersionIsRecordedOnce) {
  const TestDatabase database;
  Session session = database.session();
  create_history(session, supabase);
  record_applied(session, supabase, {"1", "a", {}});
  EXPECT_THROW(record_applied(session, supabase, {"1", "b", {}}), Error);
  EXPECT_EQ(lines(read_history(session, supabase)), std::vector<std::string>{"1 a"});
}

TEST(History, IsMadeOnTopOfWhatIsThereAndOnlyOnce) {
  const TestDatabase database;
  Session session = database.session();
  run(session,
      "CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations (version text "
      "NOT NULL "
      "PRIMARY KEY, inserted_by text); INSERT INTO supabase_migrations.schema_migrations VALUES ('1', "
      "'somebody')");
  create_history(session, supabase);
  create_history(session, supabase);
  record_applied(session, supabase, {"2", "b", {"SELECT 2"}});
  EXPECT_EQ(lines(read_history(session, supabase)), (std::vector<std::string>{"1 ", "2 b"}));
}

TEST(History, NeedsNoRightToCreateWhereItIsComplete) {
  const TestDatabase database;
  Session owner = database.session();
  create_history(owner, supabase);
  run(owner, "REVOKE CREATE ON SCHEMA supabase_migrations FROM CURRENT_USER");
  create_history(owner, supabase);
}

TEST(History, ToleratesTablesOfOtherTools) {
  const TestDatabase database;
  Session session = database.session();
  run(session,
      "CREATE TABLE public.only_version (version bigint); INSERT INTO public.only_version VALUES (12), (3)");
  const HistoryTable table{"public", "only_version"};
  EXPECT_EQ(lines(read_history(session, table)), (std::vector<std::string>{"12 ", "3 "}));
  EXPECT_TRUE(read_history_statements(session, table, "12").empty());
  for_each_history_statements(session, table, [](const HistoryRow&) { ADD_FAILURE(); });
  run(session, "CREATE TABLE public.other (id int)");
  try {
    read_history(session, {"public", "other"});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_EQ(error.message(), "cannot read the history public.other");
    EXPECT_NE(error.advice().find("column 'version'"), std::string::npos);
  }
}

TEST(History, FindsATableOfAnyName) {
  const TestDatabase database;
  Session session = database.session();
  const HistoryTable odd{"odd. \"schema\"", "My Table; --"};
  create_history(session, odd);
  record_applied(session, odd, {"1", "a", {"SELECT 1"}});
  EXPECT_EQ(lines(read_history(session, odd)), std::vector<std::string>{"1 a"});
  EXPECT_EQ(read_history_statements(session, odd, "1"), std::vector<std::string>{"SELECT 1"});
}

TEST(History, SaysWhichGrantIsMissing) {
  const TestDatabase database;
  Session owner = database.session();
  create_history(owner, supabase);
  Session admin = database.admin();
  const std::string role = "Reader of " + database.name();
  run(admin, "CREATE ROLE " + admin.quoted_identifier(role));
  std::string grant;
  {
    Session reader = database.admin();
    run(reader, "SET SESSION AUTHORIZATION " + admin.quoted_identifier(role));
    try {
      read_history(reader, supabase);
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::environment);
      ASSERT_NE(error.advice().find("GRANT"), std::string::npos);
      grant = error.advice().substr(error.advice().find("GRANT"));
    }
    run(owner, grant);
    EXPECT_TRUE(read_history(reader, supabase).empty());
  }
  run(admin,
      "DROP OWNED BY " + admin.quoted_identifier(role) + "; DROP ROLE " + admin.quoted_identifier(role));
}

TEST(History, HandsOverManyStatementsInPortionsAndInOrder) {
  const TestDatabase database;
  Session session = database.session();
  create_history(session, supabase);
  run(session,
      "INSERT INTO supabase_migrations.schema_migrations (version, name, statements) "
      "SELECT lpad(i::text, 4, '0'), 'm', ARRAY['SELECT ' || i, repeat(md5(i::text), 100)] "
      "FROM generate_series(1, 2500) AS i; "
      "INSERT INTO supabase_migrations.schema_migrations VALUES ('9998', NULL, NULL), ('9999', '{}', NULL)");
  int next = 1;
  for_each_history_statements(session, supabase, [&](const HistoryRow& row) {
    EXPECT_EQ(std::stoi(row.version), next);
    ASSERT_EQ(row.statements.size(), 2U);
    EXPECT_EQ(row.statements[0], "SELECT " + std::to_string(next));
    ++next;
  });
  EXPECT_EQ(next, 2501);
}

}  // namespace runner
