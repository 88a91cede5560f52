#pragma once

#include "runner/migration/execute.hpp"
#include "runner/sql/parsed.hpp"
#include "stages/lint/locks.hpp"
#include "stages/lint/schema.hpp"
#include "stages/lint/statements_by_name.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace runner {

/// What the pipeline file says to the rules.
struct LintSettings {
  std::vector<std::string> exposed_schemas{};
  std::chrono::milliseconds max_lock_timeout{};
  std::chrono::milliseconds max_statement_timeout{};
};

/// What a rule gets to know of the file and of the database that the file meets.
class RuleContext {
 public:
  using Catalogue = std::function<std::optional<Schema>()>;

  /// `catalogue` gives the database's content before the file is executed, or nothing where nobody can tell;
  /// it is called at most once, and only when a rule asks. `undone` is the migration that a rollback takes
  /// back.
  RuleContext(const ParsedFile& file, std::string_view sql, TransactionShape shape,
              const LintSettings& settings, Catalogue catalogue, const ParsedFile* undone);

  const std::vector<ParsedStatement>& statements() const { return file_.statements; }
  const ParsedStatement& statement() const { return file_.statements[index_]; }
  std::size_t index() const { return index_; }
  /// The file's statements by the names that they are about.
  const StatementsByName& by_name() const;
  /// The same of the migration that this rollback takes back; nullptr where it is none.
  const StatementsByName* undone_by_name() const;
  /// The text of a statement.
  std::string_view text(const ParsedStatement& statement) const {
    return sql_.substr(statement.offset, statement.end - statement.offset);
  }
  TransactionShape shape() const { return shape_; }
  const LintSettings& settings() const { return settings_; }
  bool is_rollback() const { return undone_ != nullptr; }
  /// The migration that this rollback takes back.
  const ParsedFile* undone() const { return undone_; }

  /// True for a relation that the file itself has made before this statement: nobody else can wait for it.
  bool created(const QualifiedName& relation) const;
  /// True when the table was there before the file, as far as is known: what others use.
  bool existed(const QualifiedName& relation) const;
  /// What the file itself has made before this statement; asks nobody.
  const Schema& own() const { return own_; }
  /// Everything, as it stands before this statement. Reads the catalogue at the first call.
  const Schema& schema() const;
  /// The relation as it stands before this statement; nullptr where there is none or nobody knows.
  const SchemaTable* table(const QualifiedName& relation) const;

  /// The locks of this statement and of those before it, one entry a statement; of all behind the last one.
  const std::vector<std::vector<TableLock>>& locks() const { return locks_; }

  /// Goes on to the next statement; false behind the last one.
  bool next();

 private:
  const ParsedFile& file_;
  std::string_view sql_;
  TransactionShape shape_;
  const LintSettings& settings_;
  Catalogue catalogue_;
  const ParsedFile* undone_;
  std::size_t index_ = 0;
  std::vector<std::vector<TableLock>> locks_{};
  Schema own_{};  ///< what the file itself has made
  mutable std::optional<StatementsByName> by_name_{};
  mutable std::optional<StatementsByName> undone_by_name_{};
  mutable std::optional<Schema> schema_{};  ///< with the catalogue, once asked for
};

}  // namespace runner
