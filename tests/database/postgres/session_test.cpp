#include "runner/postgres/session.hpp"

#include "runner/core/error.hpp"
#include "runner/postgres/schema_copy.hpp"
#include "tests/support/test_server.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace runner;

static std::string first_cell(const StatementResult& result) {
  return result.rows.rows.at(0).at(0).value_or("NULL");
}

TEST(Session, KeepsTheLastOfSeveralResults) {
  const TestDatabase database;
  Session session = database.session();
  const StatementResult result =
      session.execute("SELECT 1, 2; SELECT 'x' AS a; SELECT n AS b FROM generate_series(1, 3) AS n");
  ASSERT_FALSE(result.error);
  EXPECT_EQ(result.rows.columns, std::vector<std::string>{"b"});
  EXPECT_EQ(result.rows.rows.size(), 3U);
  EXPECT_EQ(result.command_tag, "SELECT 3");
}

TEST(Session, StopsAtTheFirstErrorAndSaysWhere) {
  const TestDatabase database;
  Session session = database.session();
  const StatementResult result = session.execute("CREATE TABLE t (); SELECT 'ä', nope; CREATE TABLE u ()");
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->sqlstate, "42703");
  EXPECT_EQ(result.error->position_chars, 32U);  // characters, not bytes
  EXPECT_EQ(first_cell(session.execute("SELECT to_regclass('t')")), "NULL");
  EXPECT_EQ(session.state(), TransactionState::idle);
}

TEST(Session, SendsParametersBesideTheStatement) {
  const TestDatabase database;
  Session session = database.session();
  const std::array<Cell, 2> parameters{Cell{"'; DROP TABLE x; --"}, Cell{}};
  const StatementResult result = session.execute("SELECT $1::text, $2::int IS NULL", parameters);
  ASSERT_FALSE(result.error);
  EXPECT_EQ(first_cell(result), "'; DROP TABLE x; --");
  EXPECT_EQ(result.rows.rows[0].at(1), "t");
}

TEST(Session, TellsNoticesByTheirFields) {
  const TestDatabase database;
  Session session = database.session();
  const StatementResult result =
      session.execute("DO $$ BEGIN RAISE WARNING 'a' USING DETAIL = 'b', HINT = 'c'; END $$");
  ASSERT_EQ(result.notices.size(), 1U);
  EXPECT_EQ(result.notices[0].severity, "WARNING");
  EXPECT_EQ(result.notices[0].message, "a");
  EXPECT_EQ(result.notices[0].detail, "b");
  EXPECT_EQ(result.notices[0].hint, "c");
}

TEST(Session, KeepsAThousandNoticesAndCountsTheRest) {
  const TestDatabase database;
  Session session = database.session();
  const StatementResult result =
      session.execute("DO $$ BEGIN FOR i IN 1..1500 LOOP RAISE NOTICE '%', i; END LOOP; END $$");
  ASSERT_EQ(result.notices.size(), 1001U);
  EXPECT_EQ(result.notices.back().message, "500 more notices");
}

TEST(Session, RefusesACopyThatNeedsData) {
  const TestDatabase database;
  Session session = database.session();
  session.execute("CREATE TABLE t (n int)");
  const StatementResult result = session.execute("BEGIN; COPY t FROM STDIN; SELECT 1");
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->message, "COPY … FROM STDIN needs data that a migration file cannot carry");
  EXPECT_EQ(session.state(), TransactionState::failed);
  EXPECT_FALSE(session.execute("ROLLBACK").error);
}

TEST(Session, CopiesFromASourceOfPieces) {
  const TestDatabase database;
  Session session = database.session();
  session.query("CREATE TABLE t (n int, s text)", "make a table");
  int piece = 0;
  const std::string rows(1 << 16, 'x');
  std::string text;
  const StatementResult result = session.copy_in("COPY t FROM STDIN", [&]() -> std::string_view {
    if (++piece > 200) return {};
    text = std::to_string(piece) + '\t' + rows + '\n';
    return text;
  });
  EXPECT_FALSE(result.error);
  EXPECT_EQ(result.command_tag, "COPY 200");
  EXPECT_EQ(first_cell(session.execute("SELECT sum(n) * sum(length(s)) FROM t")), "263454720000");
}

TEST(Session, TellsTheServersRefusalOfACopiedRow) {
  const TestDatabase database;
  Session session = database.session();
  session.query("CREATE TABLE t (n int NOT NULL)", "make a table");
  bool given = false;
  const StatementResult result = session.copy_in("COPY t FROM STDIN", [&]() -> std::string_view {
    return std::exchange(given, true) ? "" : "1\n\\N\n";
  });
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->sqlstate, "23502");
  EXPECT_EQ(result.error->column, "n");
  EXPECT_EQ(first_cell(session.execute("SELECT count(*) FROM t")), "0");
}

TEST(Session, EndsACopyWhoseSourceThrows) {
  const TestDatabase database;
  Session session = database.session();
  session.query("CREATE TABLE t (n int)", "make a table");
  int piece = 0;
  const CopySource source = [&]() -> std::string_view {
    if (++piece == 3) throw Error{ExitCode::failed, "no more"};
    return "1\n";
  };
  EXPECT_THROW(session.copy_in("COPY t FROM STDIN", source), Error);
  EXPECT_EQ(session.state(), TransactionState::idle);
  EXPECT_EQ(first_cell(session.execute("SELECT count(*) FROM t")), "0");
}

TEST(Session, RefusesACopyWithoutAReader) {
  const TestDatabase database;
  Session session = database.session();
  const StatementResult result = session.execute("COPY (SELECT generate_series(1, 100000)) TO STDOUT");
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->message, "COPY … TO STDOUT has nobody to send its data to");
  EXPECT_EQ(first_cell(session.execute("SELECT 7")), "7");
}

TEST(Session, KeepsAsManyRowsAsItIsTold) {
  const TestDatabase database;
  Session session = database.session({.max_rows = 5});
  const StatementResult result = session.execute("SELECT generate_series(1, 100000)");
  EXPECT_EQ(result.rows.rows.size(), 5U);
  EXPECT_EQ(result.command_tag, "SELECT 100000");
}

TEST(Session, SendsATextLargerThanTheSocketTakesAtOnce) {
  const TestDatabase database;
  Session session = database.session();
  const std::string text(8 << 20, 'x');
  EXPECT_EQ(first_cell(session.execute("SELECT length('" + text + "')")), std::to_string(text.size()));
}

TEST(Session, RefusesANulByteInsteadOfCuttingTheText) {
  const TestDatabase database;
  Session session = database.session();
  const StatementResult result = session.execute(std::string_view("SELECT 1;\0 SELECT 2", 19));
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->position_chars, 10U);
}

TEST(Session, WritesNothingWhenItIsReadOnlyAlsoAfterAReset) {
  const TestDatabase database;
  Session session = database.session({.read_only = true});
  EXPECT_EQ(session.execute("CREATE TABLE t ()").error.value_or(SqlError{}).sqlstate, "25006");
  session.reset();
  EXPECT_EQ(session.execute("CREATE TABLE t ()").error.value_or(SqlError{}).sqlstate, "25006");
}

TEST(Session, ResetsRoleAndSettingsButKeepsLocks) {
  const TestDatabase database;
  Session session = database.admin();
  session.execute("SELECT pg_advisory_lock(42)");
  session.execute("SET lock_timeout = '7s'; SET ROLE pg_monitor");
  session.reset();
  EXPECT_EQ(first_cell(session.execute("SHOW lock_timeout")), "0");
  EXPECT_EQ(first_cell(session.execute("SELECT current_user = session_user")), "t");
  EXPECT_EQ(
      first_cell(session.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 42")),
      "1");
}

TEST(Session, LetsTheServerNoticeThatTheClientIsGone) {
  const TestDatabase database;
  Session session = database.session();
  if (session.server_version() < 140000) GTEST_SKIP() << "PostgreSQL 14 and later";
  EXPECT_EQ(first_cell(session.execute("SHOW client_connection_check_interval")), "2s");
  session.reset();
  EXPECT_EQ(first_cell(session.execute("SHOW client_connection_check_interval")), "2s");
}

TEST(Session, SaysThatTheConnectionIsLostAndStaysLost) {
  const TestDatabase database;
  Session session = database.session();
  Session admin = database.admin();
  admin.query("SELECT pg_terminate_backend(" + std::to_string(session.backend_pid()) + ")",
              "end the session");
  StatementResult result = session.execute("SELECT 1");
  EXPECT_TRUE(result.connection_lost);
  ASSERT_TRUE(result.error);
  EXPECT_EQ(result.error->sqlstate, "57P01");
  EXPECT_EQ(session.state(), TransactionState::unknown);
  result = session.execute("SELECT 1");  // libpqxx 6.4 would have reconnected
  EXPECT_TRUE(result.connection_lost);
  EXPECT_THROW(session.query("SELECT 1", "look"), Error);
}

TEST(Session, SaysWhatItWasDoingWhenItsOwnQueryFails) {
  const TestDatabase database;
  Session session = database.session();
  try {
    session.query("SELECT * FROM nowhere", "read the history");
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_EQ(error.message(), "cannot read the history at " + database.url().describe());
    EXPECT_EQ(error.reason(), "relation \"nowhere\" does not exist (SQLSTATE 42P01)");
  }
}

TEST(Session, QuotesNamesAndTexts) {
  const TestDatabase database;
  Session session = database.session();
  EXPECT_EQ(session.quoted_identifier("a\"b"), "\"a\"\"b\"");
  const std::string odd = R"(it's \ "odd")";
  EXPECT_EQ(first_cell(session.execute("SELECT " + session.quoted_literal(odd))), odd);
}

TEST(Session, CancelsWhatRunsOnAStopSignal) {
  const TestDatabase database;
  const StopSignal stop;
  Session session = Session::connect(database.url(), {}, &stop);
  Session witness = database.admin();
  const std::string pid = std::to_string(session.backend_pid());
  const auto state = [&] {
    return first_cell(witness.execute("SELECT state FROM pg_stat_activity WHERE pid = " + pid));
  };
  std::thread killer([&] {
    while (state() != "active") std::this_thread::sleep_for(std::chrono::milliseconds(5));
    kill(getpid(), SIGINT);
  });
  try {
    session.execute("SELECT pg_sleep(600)");
    ADD_FAILURE() << "not interrupted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::interrupted);
  }
  killer.join();
  EXPECT_EQ(state(), "idle");
  EXPECT_THROW(session.execute("SELECT 1"), Error);
}

TEST(Session, EndsACopyOnAStopSignal) {
  const TestDatabase database;
  const StopSignal stop;
  Session session = Session::connect(database.url(), {}, &stop);
  session.query("CREATE TABLE t (n int)", "make a table");
  int piece = 0;
  const CopySource source = [&]() -> std::string_view {
    if (++piece == 3) kill(getpid(), SIGINT);
    return "1\n";
  };
  try {
    session.copy_in("COPY t FROM STDIN", source);
    ADD_FAILURE() << "not interrupted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::interrupted);
  }
  EXPECT_EQ(piece, 3);
  EXPECT_EQ(session.state(), TransactionState::idle);
  EXPECT_EQ(first_cell(database.session().execute("SELECT count(*) FROM t")), "0");
}

// --- connecting

static Error connect_failure(const DatabaseUrl& url) {
  try {
    Session::connect(url, {}, nullptr);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    return error;
  }
  ADD_FAILURE() << "connected";
  return Error{ExitCode::passed, ""};
}

TEST(Connecting, SaysWhichDatabaseIsMissing) {
  const TestDatabase database;
  const Error error = connect_failure(database.url().with("dbname", "nowhere"));
  EXPECT_NE(error.message().find("cannot connect to nowhere on "), std::string::npos);
  EXPECT_NE(error.reason().find("SQLSTATE 3D000"), std::string::npos);
  EXPECT_EQ(error.advice(), "create the database, or correct its name in the address");
}

TEST(Connecting, SaysThatNobodyListens) {
  const Error error =
      connect_failure(DatabaseUrl::parse(Secret("host=127.0.0.1 port=1 dbname=x"), "DATABASE_URL"));
  EXPECT_NE(error.reason().find("Connection refused"), std::string::npos);
  EXPECT_EQ(error.advice(), "check that the server runs and that host and port are right");
}

namespace {
/// Takes connections and never says a word.
struct SilentServer {
  int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  std::string port{};
  SilentServer() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(socket, generic, size), 0);
    EXPECT_EQ(listen(socket, 5), 0);
    EXPECT_EQ(getsockname(socket, generic, &size), 0);
    port = std::to_string(ntohs(address.sin_port));
  }
  ~SilentServer() { close(socket); }
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;
  DatabaseUrl url() const {
    return DatabaseUrl{}.with("host", "127.0.0.1").with("port", port).with("dbname", "orders");
  }
};
}  // namespace

TEST(Connecting, GivesUpOnAServerThatSaysNothing) {
  const SilentServer server;
  try {
    Session::connect(server.url(), {.connect_timeout = std::chrono::milliseconds(50)}, nullptr);
    ADD_FAILURE() << "connected";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "cannot connect to orders on 127.0.0.1:" + server.port);
    EXPECT_EQ(error.reason(), "no answer within 1 s");
  }
}

TEST(Connecting, EndsOnAStopSignal) {
  const SilentServer server;
  const StopSignal stop;
  std::array<char, 64> nothing{};
  std::thread killer([&] {
    const int peer = accept(server.socket, nullptr, nullptr);  // it is waiting for an answer now
    kill(getpid(), SIGTERM);
    while (!stop.requested()) std::this_thread::yield();
    pollfd ended{peer, POLLIN, 0};
    while (poll(&ended, 1, -1) < 0 || recv(peer, nothing.data(), nothing.size(), 0) > 0) {
    }
    close(peer);
  });
  try {
    Session::connect(server.url(), {.connect_timeout = std::chrono::hours(1)}, &stop);
    ADD_FAILURE() << "connected";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::terminated);
  }
  killer.join();
}

TEST(Connecting, TellsAWrongPasswordWithoutShowingIt) {
  const TestDatabase database;
  Session admin = database.admin();
  admin.query(
      "COPY (VALUES ('local all picky scram-sha-256'), ('local all all trust')) TO PROGRAM 'cat > "
      "pg_hba.conf'",
      "ask one role for its password");
  const std::string right = R"(p@ss:/?#[]!$&'()*+,;=% "\<>^`{|}~)";
  const std::string wrong = "x" + right;
  admin.query("DO $$ BEGIN CREATE ROLE picky LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
              "make a role");
  admin.query("ALTER ROLE picky PASSWORD " + admin.quoted_literal(right), "set a password");
  admin.query("SELECT pg_reload_conf()", "reload");
  const DatabaseUrl url = database.url().with("user", "picky");

  // the postmaster reads the file again when it gets round to it
  const auto asks_for_it = [&] {
    try {
      Session::connect(url, {}, nullptr);
      return false;
    } catch (const Error&) {
      return true;
    }
  };
  for (int tries = 0; tries < 500 && !asks_for_it(); ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const Error error = connect_failure(url.with("password", wrong));
  EXPECT_NE(error.reason().find("SQLSTATE 28P01"), std::string::npos);
  EXPECT_NE(error.advice().find("check the password"), std::string::npos);
  EXPECT_EQ(error.text().find("p@ss"), std::string::npos);
  EXPECT_NE(connect_failure(url).advice().find("PGPASSWORD"), std::string::npos);
  Session session = Session::connect(url.with("password", right), {}, nullptr);
  // pg_dump gets it by a file
  EXPECT_NE(copy_schema(session, nullptr).schema_sql.find("PostgreSQL database dump complete"),
            std::string::npos);
}
