#pragma once

#include "runner/postgres/session.hpp"
#include "tests/faults/program.hpp"
#include "tests/support/test_server.hpp"

#include <memory>
#include <string>

namespace runner {

/// Migrations with rollbacks, and a pipeline file with the stages `migrate` and `migrate:rollback`.
class FaultProject {
 public:
  FaultProject();
  /// SQL without its last semicolon.
  void add(const std::string& version, const std::string& sql, const std::string& rollback = "SELECT 1");
  /// Adds what is missing of so many migrations; each leaves a row in the table `noted`.
  void add_up_to(int count);
  static std::string version(int number);  ///< of one of those, from 1

  std::unique_ptr<Program> apply(const DatabaseUrl& url, const Program::Variables& variables = {}) const;
  /// What is newer than the version; what could not be proven, or drops rows, is allowed.
  std::unique_ptr<Program> roll_back(const DatabaseUrl& url, const std::string& to,
                                     const Program::Variables& variables = {}) const;
  const std::filesystem::path& path() const { return folder_.path(); }

 private:
  void add_one(int number);
  TestFolder folder_{};
  int count_ = 0;
};

/// What counts in a database, as lines: history, ledger without times and numbers, progress, columns,
/// constraints, indexes, and a digest of each table's rows.
std::string records_of(Session& admin);
/// The same with the whole catalogue.
std::string state_of(Session& admin);

std::string ask(Session& session, const std::string& sql);
/// Waits until the query gives true.
void wait_until(Session& session, const std::string& sql);
/// Waits until nobody but `session` is connected to its database.
void wait_until_alone(Session& session);

}  // namespace runner
