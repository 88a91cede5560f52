#pragma once

#include "runner/core/finding.hpp"
#include "runner/migration/execute.hpp"
#include "runner/migration/migration.hpp"
#include "runner/migration/refused_statement.hpp"
#include "runner/sql/statement.hpp"

#include <optional>
#include <string>
#include <vector>

namespace runner {

/// A pending migration as it was read before anything was changed. Statements are views into `sql`, so it
/// stays where it is.
struct PendingFile {
  explicit PendingFile(const Migration& file);
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;

  const Migration& migration;
  std::string sql;
  std::string digest;
  std::vector<Statement> statements{};  ///< as the history keeps them
  TransactionShape shape = TransactionShape::ours;
  std::optional<std::string> rollback{};  ///< its file's text
  Findings problems{};                    ///< why it cannot be applied to a target

  SqlSource source() const { return {sql, migration.shown_path, migration.label()}; }
  /// What is executed in a transaction of ours: without a BEGIN and COMMIT of the file's own.
  std::vector<Statement> body() const;
  std::string begin() const;
  std::vector<std::string> history_statements() const;
  /// The rollback's statements, for the history's column; nothing without a rollback.
  std::optional<std::vector<std::string>> rollback_statements() const;
};

}  // namespace runner
