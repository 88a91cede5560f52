#pragma once

#include "runner/postgres/session.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace runner {

/// A table with columns that hold encrypted texts, as the catalogue has it.
struct EncryptedTable {
  struct Column {
    std::string name{};    ///< for people
    std::string quoted{};  ///< for SQL
    std::string type{};    ///< for SQL: what a text is cast to
  };
  std::string name{};         ///< with its schema, for people
  std::string quoted{};       ///< for SQL
  std::vector<Column> key{};  ///< of the primary key, in its order
  std::vector<Column> columns{};
};

/// Looks `table.column` and `schema.table.column` up, written as in SQL; the columns of one table are kept
/// together. Throws: Error{usage} for what is no column, no text, generated, part of the primary key, or in a
/// table without one; Error{environment} where row-level security would hide rows from this role.
std::vector<EncryptedTable> find_encrypted_tables(Session& session, const std::vector<std::string>& names);

/// A row's values of the columns, and what finds it again.
struct EncryptedRow {
  std::vector<Cell> key{};
  std::vector<Cell> values{};
  /// "id = 7": for people.
  std::string describe(const EncryptedTable& table) const;
};

/// Reads a table batch by batch in the order of its key, so that neither side has to hold all of it.
class EncryptedRows {
 public:
  EncryptedRows(Session& session, const EncryptedTable& table, std::size_t batch_rows);

  /// Empty at the end. Throws: Error{environment}.
  std::vector<EncryptedRow> next();

 private:
  std::string query() const;

  Session& session_;
  const EncryptedTable& table_;
  std::size_t batch_rows_;
  std::vector<Cell> last_key_{};
};

}  // namespace runner
