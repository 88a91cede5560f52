#pragma once

#include "runner/core/error.hpp"
#include "stages/apply/apply.hpp"
#include "tests/database/stages/step_call.hpp"

#include <string>

namespace runner {

/// A call of `apply` on a database of its own.
struct ApplyCall : StepCall {
  TestDatabase database{};
  ApplyCall() { target = database.session(); }

  std::string ask(const std::string& sql) {
    return database.admin().query(sql, "ask").rows.at(0).at(0).value_or("NULL");
  }
  std::string applied() {
    return ask(
        "SELECT coalesce(string_agg(version, ' ' ORDER BY version), '') "
        "FROM supabase_migrations.schema_migrations");
  }
  Error error() {
    try {
      run(apply);
    } catch (const Error& error) {
      return error;
    }
    return Error{ExitCode::passed, "no error"};
  }
};

}  // namespace runner
