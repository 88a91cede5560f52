#pragma once

#include "runner/postgres/session.hpp"
#include "runner/seed/dataset.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// What the catalogue says of a column that a dataset fills.
struct ColumnFacts {
  std::string type{};       ///< for a cast, without length: pg_catalog."varchar"
  std::string full_type{};  ///< with it: "character varying(20)", "numeric(15,2)"
  int longest_chars = 0;    ///< of varchar(n) and char(n); 0: any
};

/// The tables of a dataset as they are in the database, checked against what the dataset says of them.
struct TableFacts {
  std::map<std::string, ColumnFacts, std::less<>> columns{};
  /// Columns of each constraint and unique index, by its name.
  std::map<std::string, std::vector<std::string>, std::less<>> constraints{};
  /// Types of each lookup's key, by the dataset's column.
  std::map<std::string, std::vector<std::string>, std::less<>> lookup_types{};
};

/// Throws: Error{usage} at the dataset's place for a table or column that is not there, one whose value the
/// database makes itself, a key that is not unique; Error{environment} when the catalogue cannot be read.
TableFacts read_table_facts(Session& session, const Dataset& dataset);

}  // namespace runner
