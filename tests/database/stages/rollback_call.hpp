#pragma once

#include "runner/core/error.hpp"
#include "runner/migration/ledger.hpp"
#include "stages/rollback/rollback.hpp"
#include "tests/database/stages/step_call.hpp"

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

/// Two applied migrations with rollbacks, on a database of its own.
class RollbackTest : public testing::Test {
 protected:
  RollbackTest() {
    for (const char* name : {"CI", "CI_PIPELINE_ID", "CI_PIPELINE_SOURCE", "RUNNER_ALLOW"}) ::unsetenv(name);
    call_.target = database_.session();
    call_.options.set("when_empty",
                      std::string("refuse"));  // the default is a variable's, which the file's reader takes
    call_.applied("1", "clients", "CREATE TABLE clients (id int PRIMARY KEY, mail text);");
    call_.rollback_file("DROP TABLE clients;");
    call_.applied("2", "bills", "CREATE TABLE bills (id int PRIMARY KEY); CREATE INDEX ON clients (mail);");
    call_.rollback_file("DROP INDEX clients_mail_idx;\nDROP TABLE bills;\n");
    prepare_ledger(*call_.target, call_.history);
  }

  Outcome run_it(const std::string& version = "") {
    call_.options.set("version", version);
    Outcome outcome = call_.run(roll_back);
    EXPECT_EQ(call_.target->state(), TransactionState::idle);
    call_.look_again();
    return outcome;
  }
  /// The refusal; the target is as it was.
  Error refusal(const std::string& version = "") {
    const std::string before = state();
    call_.options.set("version", version);
    try {
      call_.run(roll_back);
    } catch (const Error& error) {
      EXPECT_EQ(call_.target->state(), TransactionState::idle);
      EXPECT_EQ(state(), before);
      return error;
    }
    ADD_FAILURE() << "no error";
    return {ExitCode::passed, "no error"};
  }
  void allow(const std::string& word) { call_.options.set("allow", std::vector<std::string>{word}); }
  std::string ask(const std::string& sql) {
    Session session = database_.session();
    return session.query(sql, "look").rows.at(0).at(0).value_or("(null)");
  }
  /// "1,2: bills,clients"
  std::string state() {
    return ask(
        "SELECT coalesce((SELECT string_agg(version, ',' ORDER BY version) FROM "
        "supabase_migrations.schema_migrations), '') || ': ' || coalesce((SELECT string_agg(relname, ',' "
        "ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'), "
        "'')");
  }
  void on_target(const std::string& sql) { database_.session().query(sql, "prepare"); }
  /// As if apply had recorded it.
  void logged_as_applied(const std::string& version, const std::string& batch,
                         const std::optional<std::string>& proof = {}) {
    LedgerEntry entry{.action = "apply", .version = version};
    entry.run = LedgerRun::of_environment();
    entry.run.batch = batch;
    entry.proof = proof;
    const SqlCall call = add_entry(*call_.target, call_.history, entry);
    call_.target->query(call.sql, "write the ledger", call.parameters);
  }

  TestDatabase database_;
  StepCall call_;
};

}  // namespace runner
