// Loading test data, disturbed: it is there as a whole, or not at all.
#include "runner/core/exit_code.hpp"
#include "runner/core/file.hpp"
#include "tests/faults/fault_count.hpp"
#include "tests/faults/fault_project.hpp"
#include "tests/faults/statement_proxy.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace runner {

using Then = StatementProxy::Then;

/// The first statement of this text behind one that begins with these words.
static StatementProxy::Choice first_after(const std::string& words, const std::string& text) {
  return [words, text, seen = false](const StatementProxy::Statement& statement) mutable {
    seen = seen || statement.text.starts_with(words);
    return std::exchange(seen, seen && statement.text != text) && statement.text == text;
  };
}
static StatementProxy::Choice commit_after(const std::string& words) {
  return first_after(words, "COMMIT");
}

/// Clients and their bills, which a trigger can hold up.
class SeedFaults : public testing::Test {
 protected:
  SeedFaults() {
    std::filesystem::create_directory(folder_ / "migrations");
    std::filesystem::create_directory(folder_ / "seeds");
    write_file(
        folder_ / "pipeline.yml",
        "version: 1\ndatabase: { url: \"${DATABASE_URL}\" }\nseeds: { folder: seeds, files: [people.sql] }\n"
        "stages: { seed: [seed] }\n");
    write_file(folder_ / "people.sql", "INSERT INTO people VALUES ('Ayu');\n");
    dataset("clients", "key: [npwp]\ncolumns: { npwp: { required: true } }\n");
    dataset("bills",
            "depends_on: [clients]\ncolumns:\n  number: { required: true }\n"
            "  client_id: { from: npwp, required: true, lookup: { table: clients, key: npwp } }\n");
    write_file(folder_ / "seeds/clients.csv", "npwp\n1\n2\n");
    write_bills(3000);
    database_.session().query(
        "CREATE TABLE people (name text);"
        "CREATE TABLE clients (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, npwp text UNIQUE);"
        "CREATE TABLE bills (number text UNIQUE, client_id bigint NOT NULL REFERENCES clients)",
        "prepare");
  }
  void dataset(const std::string& name, const std::string& more) const {
    write_file(folder_ / "seeds" / (name + ".yml"),
               fmt::format("version: 1\ntable: public.{0}\nsource: {{ file: {0}.csv }}\n{1}", name, more));
  }
  static std::string bills(int count) {
    std::string csv = "number,npwp\n";
    for (int i = 0; i < count; ++i) csv += fmt::format("n{},{}\n", i, i % 2 + 1);
    return csv;
  }
  void write_bills(int count) const { write_file(folder_ / "seeds/bills.csv", bills(count)); }
  std::unique_ptr<Program> start(const DatabaseUrl& url) const {
    return std::make_unique<Program>(folder_.path(), "seed", url);
  }
  std::unique_ptr<Program> start() const { return start(database_.url()); }
  void hold_up_the_insert() const {
    database_.session().query(
        "CREATE FUNCTION wait_long() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$;"
        "CREATE TRIGGER waits BEFORE INSERT ON bills FOR EACH ROW WHEN (NEW.number = 'n2999') "
        "EXECUTE FUNCTION wait_long()",
        "hold up the insert");
  }
  void make_a_view_of_the_bills() const {
    database_.session().query(
        "ALTER TABLE bills RENAME TO kept_bills; CREATE VIEW bills AS SELECT number, client_id FROM "
        "kept_bills",
        "make a view of it");
  }
  void expect_a_lost_answer_to_be_found(const std::string& kind) {
    StatementProxy proxy(database_.url(), commit_after("INSERT INTO public.bills"),
                         [](const auto&) { return Then::cut; });
    const auto run = start(proxy.url());
    EXPECT_EQ(run->wait(), 0) << run->told();
    EXPECT_TRUE(holds(run->told(), "the load was committed before the connection broke")) << run->told();
    EXPECT_EQ(proxy.faults(), 1);
    EXPECT_TRUE(whole());
    count_fault(kind, whole());
  }
  void let_the_insert_go() const { database_.session().query("DROP TRIGGER waits ON bills", "let go"); }
  void wait_for_the_insert() {
    wait_until(admin_,
               "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE 'INSERT INTO public.bills%' "
               "AND wait_event = 'PgSleep'");
  }
  std::string rows() {
    return ask(admin_,
               "SELECT concat_ws(' ', (SELECT count(*) FROM people), (SELECT count(*) FROM clients), "
               "(SELECT count(*) FROM bills))");
  }
  /// The rows are those of the files, each with its client.
  bool whole() {
    return rows() == "1 2 3000" &&
           ask(admin_,
               "SELECT count(*) FROM bills AS b JOIN clients AS c ON c.id = client_id "
               "WHERE c.npwp::int = substr(number, 2)::int % 2 + 1") == "3000";
  }
  /// What a disturbed load left, and what the same command leaves once more.
  void expect_nothing_then_all(const std::string& kind) {
    wait_until_alone(admin_);
    EXPECT_EQ(rows(), "1 0 0") << kind;
    const auto again = start();
    EXPECT_EQ(again->wait(), 0) << again->told();
    EXPECT_TRUE(whole()) << kind;
    count_fault(kind, whole());
  }

  TestFolder folder_{};
  const TestDatabase database_{};
  Session admin_ = database_.admin();
};

TEST_F(SeedFaults, ALoadThatIsKilledDuringTheInsertLeavesNothing) {
  hold_up_the_insert();
  const auto run = start();
  wait_for_the_insert();
  run->signal(SIGKILL);
  run->wait();
  wait_until_alone(admin_);  // the server notices by itself that the client is gone
  let_the_insert_go();
  expect_nothing_then_all("seed: kill -9 during INSERT ... SELECT");
}

TEST_F(SeedFaults, ALoadThatIsInterruptedDuringTheInsertLeavesNothing) {
  for (const int signal : {SIGINT, SIGTERM}) {
    hold_up_the_insert();
    const auto run = start();
    wait_for_the_insert();
    run->signal(signal);
    EXPECT_EQ(run->wait(), 128 + signal) << run->told();
    wait_until_alone(admin_);
    let_the_insert_go();
    admin_.query("DROP FUNCTION wait_long()", "make it anew");
    EXPECT_EQ(rows(), "1 0 0");
  }
  expect_nothing_then_all("seed: SIGINT and SIGTERM during INSERT ... SELECT");
}

static constexpr int many = 300'000;

TEST_F(SeedFaults, ALoadThatIsStoppedDuringTheCopyLeavesNothing) {
  for (const int signal : {SIGKILL, SIGINT}) {
    write_bills(many);
    const auto run = start();
    wait_until(admin_,
               "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE 'COPY %' AND state = 'active'");
    run->signal(signal);
    EXPECT_EQ(run->wait(), signal == SIGKILL ? 1000 + signal : 128 + signal) << run->told();
    write_bills(3000);
    expect_nothing_then_all(signal == SIGKILL ? "seed: kill -9 during COPY" : "seed: SIGINT during COPY");
    admin_.query("TRUNCATE clients, bills", "empty the tables");
  }
}

static std::size_t peak_kilobytes(pid_t process) {
  std::ifstream status(fmt::format("/proc/{}/status", process));
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6));
  return 0;
}

/// More than are read at once, so that no buffer grows any more.
static constexpr int some = 30'000;

/// All rows have been sent when the INSERT is held up.
TEST_F(SeedFaults, ALoadTakesNoMoreMemoryTheLongerItIs) {
  hold_up_the_insert();
  std::size_t peaks[2];
  for (const int rows : {some, many}) {
    write_bills(rows);
    // A build that looks for memory errors keeps freed memory for a while.
    const Program::Variables none_kept{{"ASAN_OPTIONS", "quarantine_size_mb=0"}};
    const auto run = std::make_unique<Program>(folder_.path(), "seed", database_.url(), none_kept);
    wait_for_the_insert();
    peaks[rows == many] = peak_kilobytes(run->pid());
    run->signal(SIGINT);
    EXPECT_EQ(run->wait(), to_int(ExitCode::interrupted));
    wait_until_alone(admin_);
  }
  EXPECT_GT(peaks[0], 1000U);
  EXPECT_LT(peaks[1], peaks[0] + 2048) << "kilobytes, with ten times as many rows";
}

// --- The answer to COMMIT ----------------------------------------------------------------------------------

TEST_F(SeedFaults, ALoadWhoseAnswerIsLostIsFoundToBeDone) {
  expect_a_lost_answer_to_be_found("seed: connection cut behind COMMIT");
}

/// A view's rows do not tell which transaction wrote them.
TEST_F(SeedFaults, ALoadIntoAViewWhoseAnswerIsLostIsFoundToBeDone) {
  make_a_view_of_the_bills();
  expect_a_lost_answer_to_be_found("seed: connection cut behind COMMIT, into a view");
}

TEST_F(SeedFaults, ALoadIntoAViewThatBreaksBeforeItsCommitIsFoundToBeUndone) {
  make_a_view_of_the_bills();
  StatementProxy proxy(database_.url(),
                       first_after("INSERT INTO public.bills", "SELECT pg_current_xact_id()"),
                       end_backend(admin_));
  const auto run = start(proxy.url());
  EXPECT_EQ(run->wait(), to_int(ExitCode::environment)) << run->told();
  EXPECT_TRUE(holds(run->told(), "nothing was kept of the load")) << run->told();
  expect_nothing_then_all("seed: backend ended before COMMIT, into a view");
}

TEST_F(SeedFaults, ALoadThatBreaksBeforeItsCommitIsFoundToBeUndone) {
  StatementProxy proxy(
      database_.url(),
      [](const auto& statement) { return statement.text.starts_with("SELECT pg_current_xact_id()::xid"); },
      end_backend(admin_));
  const auto run = start(proxy.url());
  EXPECT_EQ(run->wait(), to_int(ExitCode::environment)) << run->told();
  EXPECT_TRUE(holds(run->told(), "the connection broke")) << run->told();
  expect_nothing_then_all("seed: backend ended before COMMIT");
}

TEST_F(SeedFaults, ALoadWhoseServerStaysAwayIsUnknownAndSaysWhatToLookFor) {
  StatementProxy proxy(database_.url(), commit_after("INSERT INTO public.bills"),
                       [](const auto&) { return Then::cut_for_ever; });
  const auto run = start(proxy.url());
  while (!holds(run->told(), "looking what became of the load")) ::usleep(1000);
  run->signal(SIGTERM);  // nobody waits for a minute, then
  EXPECT_EQ(run->wait(), to_int(ExitCode::unknown)) << run->told();
  EXPECT_TRUE(holds(run->told(), "look whether the rows are there: all of them are, or none")) << run->told();
  EXPECT_FALSE(holds(run->told(), "version")) << run->told();
  count_fault("seed: server out of reach after COMMIT, exit code 6", whole());
}

/// The signal comes when the server has committed and we do not know it.
TEST_F(SeedFaults, ALoadThatIsInterruptedDuringItsCommitIsNotSaidToBeUndone) {
  Program* program = nullptr;
  StatementProxy proxy(database_.url(), commit_after("INSERT INTO public.bills"), [&](const auto&) {
    program->signal(SIGINT);
    ::usleep(100'000);
    return Then::pass;
  });
  const auto run = start(proxy.url());
  program = run.get();
  run->wait();
  EXPECT_TRUE(whole());
  EXPECT_TRUE(holds(run->told(), "3002 rows written")) << run->told();
  count_fault("seed: SIGINT during COMMIT", whole());
}

TEST_F(SeedFaults, ASeedFileWhoseAnswerIsLostIsFoundToBeDone) {
  StatementProxy proxy(database_.url(), commit_after("INSERT INTO people"),
                       [](const auto&) { return Then::cut; });
  const auto run = start(proxy.url());
  EXPECT_EQ(run->wait(), 0) << run->told();
  EXPECT_EQ(proxy.faults(), 1);
  EXPECT_TRUE(whole());
  count_fault("seed files: connection cut behind COMMIT", whole());
}

}  // namespace runner
