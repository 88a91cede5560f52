// Whole calls of `runner crypt rotate`: what matters is what is in the table after it.

#include "runner/crypto/aes_gcm.hpp"
#include "runner/process/child.hpp"
#include "tests/support/project_folder.hpp"
#include "tests/support/test_server.hpp"

#include <chrono>
#include <csignal>
#include <cstddef>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace runner {

using namespace std::chrono_literals;

static const std::string old_key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
static const std::string new_key = "_-ECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

static EncryptionKey key_of(const std::string& text) {
  return EncryptionKey::parse(Secret(text), "the test's key");
}

class CryptRotate : public ::testing::Test {
 protected:
  void SetUp() override {
    project_.write("pipeline.yml",
                   "version: 1\ndatabase: {url: \"${DATABASE_URL}\"}\nstages: {s: [history]}\n");
    sql("CREATE TABLE people (id bigint PRIMARY KEY, email text, phone varchar(200), note text)");
  }

  Rows sql(std::string_view text, const std::vector<Cell>& parameters = {}) {
    return session_.query(text, "prepare the test", parameters);
  }
  /// `email` and `phone` of ids 1 to `count`, encrypted; each tenth phone is NULL.
  void fill(int count) {
    Encryptor encryptor(key_of(old_key));
    for (int id = 1; id <= count; ++id) {
      const auto value = [&](std::string_view of) { return encryptor.encrypt(fmt::format("{} {}", of, id)); };
      const std::vector<Cell> row{fmt::format("{}", id), value("mail"),
                                  id % 10 == 0 ? Cell() : Cell(value("phone")), "plain"};
      sql("INSERT INTO people VALUES ($1::bigint, $2, $3, $4)", row);
    }
  }
  Command command(const std::vector<std::string>& arguments) const {
    Command call{.program = RUNNER_PROGRAM, .arguments = {"crypt", "rotate"}, .folder = project_.path()};
    call.arguments.insert(call.arguments.end(), arguments.begin(), arguments.end());
    call.environment = minimal_environment();
    call.environment["DATABASE_URL"] = database_.url().uri();
    call.environment["ENCRYPTION_KEY_OLD"] = old_key;
    call.environment["ENCRYPTION_KEY"] = new_key;
    return call;
  }
  ChildResult rotate(const std::vector<std::string>& arguments = {"people.email", "people.phone"}) const {
    return run_child(command(arguments));
  }
  /// The values of a column, decrypted with `key`; what cannot be is "?", NULL is "-".
  std::string decrypted(std::string_view column, const std::string& key) {
    Decryptor decryptor(key_of(key));
    std::string all;
    std::string plain;
    for (const auto& row : sql(fmt::format("SELECT {} FROM people ORDER BY id", column)).rows)
      all += !row[0] ? "-;" : decryptor.decrypt(*row[0], plain) ? "?;" : plain + ";";
    return all;
  }

  testing::ProjectFolder project_;
  TestDatabase database_;
  Session session_ = database_.session();
};

TEST_F(CryptRotate, BringsEveryValueUnderTheNewKey) {
  fill(25);
  const std::string mails = decrypted("email", old_key);
  const std::string phones = decrypted("phone", old_key);
  const ChildResult result = rotate();
  ASSERT_EQ(result.exit_status, 0) << result.errors;
  EXPECT_EQ(decrypted("email", new_key), mails);
  EXPECT_EQ(decrypted("phone", new_key), phones);
  EXPECT_EQ(result.output,
            "public.people.email: 25 values rotated, 0 under the new key before, 0 NULL; all 25 decrypt with "
            "ENCRYPTION_KEY\n"
            "public.people.phone: 23 values rotated, 0 under the new key before, 2 NULL; all 23 decrypt with "
            "ENCRYPTION_KEY\n");
  EXPECT_EQ(sql("SELECT DISTINCT note FROM people").rows, (std::vector<std::vector<Cell>>{{"plain"}}));
}

TEST_F(CryptRotate, LeavesWhatIsUnderTheNewKeyAlone) {
  fill(5);
  ASSERT_EQ(rotate().exit_status, 0);
  const auto before = sql("SELECT xmin::text, email, phone FROM people ORDER BY id").rows;
  const ChildResult again = rotate();
  EXPECT_EQ(again.exit_status, 0) << again.errors;
  EXPECT_NE(again.output.find("email: 0 values rotated, 5 under the new key before"), std::string::npos)
      << again.output;
  EXPECT_EQ(sql("SELECT xmin::text, email, phone FROM people ORDER BY id").rows, before);
}

TEST_F(CryptRotate, ChangesNothingWhereAValueDecryptsWithNeitherKey) {
  fill(3);
  sql("INSERT INTO people VALUES (4, 'ada@example.org'), (5, 'YWJj'), (6, repeat('A', 48))");
  const auto before = sql("SELECT * FROM people ORDER BY id").rows;
  const ChildResult result = rotate();
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_EQ(result.output, "");
  EXPECT_EQ(result.errors,
            "warning: public.people.email, row id = 4, is not URL-safe base64\n"
            "warning: public.people.email, row id = 5, is shorter than a nonce and a tag\n"
            "warning: public.people.email, row id = 6, was encrypted with another key, or changed\n"
            "error: 3 values decrypt with neither key; nothing was changed\n"
            "  hint: look at the rows that are named, or go on without them with --leave-unreadable\n");
  EXPECT_EQ(sql("SELECT * FROM people ORDER BY id").rows, before);
}

TEST_F(CryptRotate, GoesOnWithoutUnreadableValuesWhenAsked) {
  fill(2);
  sql("INSERT INTO people VALUES (3, 'ada@example.org')");
  const ChildResult result = rotate({"people.email", "--leave-unreadable"});
  EXPECT_EQ(result.exit_status, 1) << "it is not proven that every row decrypts";
  EXPECT_EQ(decrypted("email", new_key), "mail 1;mail 2;?;");
  EXPECT_EQ(sql("SELECT email FROM people WHERE id = 3").rows[0][0], "ada@example.org");
  EXPECT_NE(result.output.find("2 decrypt with ENCRYPTION_KEY, 1 with neither key"), std::string::npos)
      << result.output;
}

TEST_F(CryptRotate, GoesOnAfterKill9) {
  fill(400);
  const std::string mails = decrypted("email", old_key);
  sql("CREATE TABLE before AS SELECT id, email FROM people");
  const Command call = command({"people.email", "--batch", "1"});
  const pid_t child = ::fork();
  if (child == 0) {
    ::clearenv();
    for (const auto& [name, value] : call.environment) ::setenv(name.c_str(), value.c_str(), 1);
    if (::chdir(call.folder.c_str()) != 0) ::_exit(126);
    std::vector<char*> words{const_cast<char*>(call.program.c_str())};
    for (const std::string& word : call.arguments) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execv(call.program.c_str(), words.data());
    ::_exit(127);
  }
  const auto changed = [&] {
    return std::stoi(
        *sql("SELECT count(*) FROM people JOIN before USING (id) WHERE people.email <> before.email")
             .rows[0][0]);
  };
  while (changed() < 20 && ::waitpid(child, nullptr, WNOHANG) == 0) std::this_thread::sleep_for(2ms);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  const int done = changed();
  ASSERT_GE(done, 20);
  ASSERT_LT(done, 400) << "it was too quick to be killed half-way";
  const ChildResult again = rotate({"people.email"});
  EXPECT_EQ(again.exit_status, 0) << again.errors;
  EXPECT_EQ(decrypted("email", new_key), mails);
  EXPECT_EQ(again.output.find("under the new key before, 0 NULL"),
            again.output.find(fmt::format("{} under", done)) + fmt::format("{} ", done).size())
      << again.output;
}

TEST_F(CryptRotate, FindsWhatIsWrittenWithTheOldKeyMeanwhile) {
  fill(3);
  // A trigger that writes another row's old value back stands for an application that goes on as before.
  sql("CREATE TABLE before AS SELECT id, email FROM people");
  sql("CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "NEW.email := (SELECT email FROM before WHERE id = NEW.id); RETURN NEW; END $$");
  sql("CREATE TRIGGER keep BEFORE UPDATE ON people FOR EACH ROW WHEN (OLD.id = 2) EXECUTE FUNCTION keep()");
  const ChildResult result = rotate({"people.email"});
  EXPECT_EQ(result.exit_status, 1);
  EXPECT_NE(result.errors.find("error: 1 value of public.people stays under the old key\n"),
            std::string::npos)
      << result.errors;
  EXPECT_EQ(decrypted("email", new_key), "mail 1;?;mail 3;");
}

TEST_F(CryptRotate, TakesKeysOfSeveralColumnsAndNamesThatNeedQuotes) {
  sql("CREATE SCHEMA \"Odd schema\"");
  sql("CREATE TABLE \"Odd schema\".\"Odd.table\" (a text, \"b c\" date, \"Se\"\"cret\" text, "
      "PRIMARY KEY (\"b c\", a))");
  Encryptor encryptor(key_of(old_key));
  for (const std::string& a :
       {std::string("x"), std::string("back\\slash \"quoted\", {braces}"), std::string("NULL")}) {
    const std::vector<Cell> row{a, encryptor.encrypt(a)};
    sql("INSERT INTO \"Odd schema\".\"Odd.table\" VALUES ($1, '2026-01-01', $2)", row);
  }
  const ChildResult result = rotate({R"("Odd schema"."Odd.table"."Se""cret")", "--batch", "2"});
  ASSERT_EQ(result.exit_status, 0) << result.errors;
  Decryptor decryptor(key_of(new_key));
  std::string plain;
  for (const auto& row : sql("SELECT a, \"Se\"\"cret\" FROM \"Odd schema\".\"Odd.table\"").rows) {
    EXPECT_EQ(decryptor.decrypt(*row[1], plain), std::nullopt);
    EXPECT_EQ(plain, *row[0]);
  }
}

TEST_F(CryptRotate, RefusesWhatItCannotRotate) {
  sql("CREATE TABLE keyless (secret text)");
  sql("CREATE VIEW seen AS SELECT * FROM people");
  sql("CREATE TABLE made (id text PRIMARY KEY, other text GENERATED ALWAYS AS (id) STORED)");
  const std::map<std::string, std::string> cases{
      {"people.emial", "'people.emial' is no column of this database"},
      {"people", "'people' is no column of this database"},
      {"people.email; DROP TABLE people", "'people.email; DROP TABLE people' is no column of this database"},
      {"people.id", "'people.id' cannot be rotated: it is of type bigint, and encrypted values are text"},
      {"keyless.secret", "'public.keyless' has no primary key"},
      {"seen.email", "'seen.email' cannot be rotated: it is not of a table"},
      {"made.other", "'made.other' cannot be rotated: it is generated"},
      {"made.id", "'public.made.id' cannot be rotated: it is part of the primary key"},
  };
  for (const auto& [name, message] : cases) {
    const ChildResult result = rotate({name});
    EXPECT_EQ(result.exit_status, 2) << name;
    EXPECT_TRUE(result.errors.starts_with("error: " + message + "\n")) << result.errors;
  }
}

TEST_F(CryptRotate, RefusesWhereRowsAreHiddenFromTheRole) {
  fill(1);
  sql("ALTER TABLE people ENABLE ROW LEVEL SECURITY");
  Session admin = database_.admin();
  admin.query("CREATE ROLE rotate_reader LOGIN; GRANT ALL ON people TO rotate_reader", "make a role");
  Command call = command({"people.email"});
  call.environment["DATABASE_URL"] = database_.url().with("user", "rotate_reader").uri();
  const ChildResult result = run_child(call);
  admin.query("DROP OWNED BY rotate_reader; DROP ROLE rotate_reader", "drop the role");
  EXPECT_EQ(result.exit_status, 3);
  EXPECT_TRUE(
      result.errors.starts_with("error: row-level security hides rows of public.people from this role"))
      << result.errors;
}

TEST_F(CryptRotate, SaysThatOthersKeepRowsLocked) {
  fill(1);
  Session other = database_.session();
  other.query("BEGIN; SELECT * FROM people FOR UPDATE", "lock a row");
  const ChildResult result = rotate({"people.email"});
  EXPECT_EQ(result.exit_status, 4) << result.errors;
  EXPECT_TRUE(result.errors.starts_with("error: others keep rows of public.people locked\n"))
      << result.errors;
  EXPECT_EQ(decrypted("email", old_key), "mail 1;");
}

TEST_F(CryptRotate, RefusesKeysBeforeItConnects) {
  const auto refused = [&](const std::string& variable, const std::string& value,
                           const std::string& message) {
    Command call = command({"people.email"});
    call.environment[variable] = value;
    call.environment["DATABASE_URL"] = "postgres://127.0.0.1:1/nowhere";
    const ChildResult result = run_child(call);
    EXPECT_EQ(result.exit_status, 2);
    EXPECT_TRUE(result.errors.starts_with("error: " + message)) << result.errors;
    EXPECT_EQ(result.errors.find(old_key), std::string::npos);
  };
  refused("ENCRYPTION_KEY", "", "ENCRYPTION_KEY is not set");
  refused("ENCRYPTION_KEY_OLD", "c2hvcnQ=", "ENCRYPTION_KEY_OLD holds 5 bytes, not 32");
  refused("ENCRYPTION_KEY", old_key, "ENCRYPTION_KEY_OLD and ENCRYPTION_KEY hold the same key");
}

TEST_F(CryptRotate, NeverRepeatsAKeyThatWasGivenForAVariablesName) {
  const ChildResult result = rotate({"people.email", "--from", old_key});
  EXPECT_EQ(result.exit_status, 2);
  EXPECT_EQ(result.errors.find(old_key.substr(0, 10)), std::string::npos) << result.errors;
}

TEST_F(CryptRotate, IsRefusedInAMergeRequestPipeline) {
  Command call = command({"people.email"});
  call.environment["CI_PIPELINE_SOURCE"] = "merge_request_event";
  EXPECT_EQ(run_child(call).exit_status, 5);
}

}  // namespace runner
