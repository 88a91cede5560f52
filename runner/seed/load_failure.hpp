#pragma once

#include "runner/core/finding.hpp"
#include "runner/postgres/session.hpp"
#include "runner/seed/row_maker.hpp"
#include "runner/seed/staging.hpp"
#include "runner/seed/table_facts.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace runner {

/// True for what a row's values can be guilty of: data exceptions, constraints, triggers that RAISE.
/// Source: PostgreSQL manual, "PostgreSQL Error Codes".
bool is_about_rows(const SqlError& error);

/// Throws: Error{busy} for a lock that was not to be had, Error{environment} for anything else.
[[noreturn]] void throw_seed_error(const Session& session, const Dataset& dataset,
                                   const StatementResult& result);

/// An INSERT … SELECT within a savepoint, deferred constraints included: the error, if any; then nothing is
/// left of it. Throws: throw_seed_error's for what is not about rows.
std::optional<SqlError> try_insert(Session& session, const Dataset& dataset, const std::string& insert,
                                   std::string* command_tag = nullptr);

/// Finds the rows because of which a dataset cannot be inserted: those whose keys find nothing, those whose
/// natural key is there already, then by halves of the file those that the server refuses. The staging table
/// is used up.
class LoadFailure {
 public:
  LoadFailure(Session& session, const Dataset& dataset, const TableFacts& facts, const Staging& staging,
              const RowMaker& maker, std::size_t limit)
      : session_(session),
        dataset_(dataset),
        facts_(facts),
        staging_(staging),
        maker_(maker),
        limit_(limit) {}

  /// `error` is what the whole INSERT met; nothing when rows were missing in it only.
  Findings explain(const std::optional<SqlError>& error);

 private:
  void find_unresolved();
  void find_known_keys();
  void find_refused(std::int64_t from, std::int64_t to);
  void note(std::int64_t line, const DatasetColumn* column, std::string_view rule, std::string message,
            std::string remedy);
  void note_refused(std::int64_t line, const SqlError& error);
  const DatasetColumn* guilty_column(std::int64_t line, const SqlError& error);
  bool fails(const DatasetColumn& column, std::int64_t line);
  std::optional<Rows> asked(const std::string& sql);
  void drop_noted();
  bool full() const { return found_.size() >= limit_; }

  Session& session_;
  const Dataset& dataset_;
  const TableFacts& facts_;
  const Staging& staging_;
  const RowMaker& maker_;
  std::size_t limit_;
  std::vector<FieldFinding> found_{};
  std::vector<std::int64_t> noted_{};  ///< lines that are still in the staging table
};

}  // namespace runner
