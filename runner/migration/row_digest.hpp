#pragma once

#include "runner/postgres/session.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

struct ColumnDigest {
  std::string number{};     ///< attnum, which stays when the column is renamed
  std::int64_t values = 0;  ///< that are not null
  std::string sum{};
  std::string pairs{};  ///< "key:value key:value …", both hashes, in any order; "" of many rows
};

struct TableDigest {
  std::string number{};   ///< oid, which stays when the table is renamed
  std::string key{};      ///< the primary key's columns; "" without one
  std::string part_of{};  ///< the partitioned table at the top; "" for no partition
  std::int64_t rows = 0;
  std::map<std::string, ColumnDigest> columns{};  ///< quoted where needed; "" are whole rows
};

/// By the tables' qualified names.
using RowDigests = std::map<std::string, TableDigest>;

/// What tables hold, so far as they exist. Two digests of one table are the same when all its values are the
/// same in the same rows; where rows and columns lie is no part of it.
/// Throws: Error{environment}.
RowDigests digest_rows(Session& session, const std::vector<std::string>& tables);

/// The two statements that do it, for whoever sends them together with others: the second one's parameter is
/// a text array of names.
std::string_view row_digest_function();
inline constexpr std::string_view row_digest_call = "SELECT * FROM pg_temp.runner_digest($1)";
RowDigests row_digests_of(Rows rows);

/// How a table's data differ from what they were.
struct RowDifference {
  std::string table{};
  std::string column{};     ///< "": rows came or went, or (without a key) changed
  std::int64_t rows = 0;    ///< before
  std::int64_t values = 0;  ///< before; of "" the same as rows
  std::int64_t values_after = 0;
  std::optional<std::int64_t> differing{};  ///< rows whose value is another one; nothing where nobody counted

  bool lost() const { return values_after < values; }
  /// "public.invoices.notes: 40 of 40 rows had a value", "public.invoices.status: 12 of 40 rows have another
  /// value"
  std::string text() const;
};

/// Of tables and columns that both have.
std::vector<RowDifference> compare(const RowDigests& before, const RowDigests& after);

}  // namespace runner
