#pragma once

#include "runner/postgres/session.hpp"
#include "runner/seed/dataset.hpp"
#include "runner/seed/row_maker.hpp"
#include "runner/seed/table_facts.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// The temporary table between the CSV file and a dataset's table: the line of each row and its values as
/// texts. Knows the SQL that goes from there on.
class Staging {
 public:
  Staging(const Dataset& dataset, const TableFacts& facts);

  std::string create() const;
  std::string copy() const;
  /// INSERT … SELECT of the rows for which `condition` holds (over s.line); empty: all.
  std::string insert(std::string_view condition = {}) const;
  /// s.line and the key of rows whose lookup finds nothing: one query for each column with a lookup.
  std::string unresolved(const DatasetColumn& column, std::size_t limit) const;
  /// Lines with a natural key that an earlier line has, and that line; needs sound values.
  std::string twice_in_file(std::size_t limit) const;
  /// Lines whose natural key the table has already.
  std::string already_there(std::size_t limit) const;
  /// The value of one column on one line as its type: fails where the text does not fit it.
  std::string probe(const DatasetColumn& column, std::int64_t line) const;
  std::string count_between(std::int64_t from, std::int64_t to) const;
  std::string drop() const;
  std::string drop_lines(const std::vector<std::int64_t>& lines) const;

  static constexpr std::string_view table = "pg_temp.runner_seed";

 private:
  struct Part {
    const DatasetColumn* column;
    std::size_t slot = 0;  ///< first of its values
    std::string alias{};   ///< of the joined table, for lookups
    std::string value{};   ///< the expression that gives the column's value
    std::string joined{};  ///< "l0.npwp = s.c0::text"
  };
  std::string joins(bool keep_unresolved) const;
  const Part& part_of(std::string_view column) const;

  const Dataset& dataset_;
  const TableFacts& facts_;
  std::vector<Part> parts_;
  std::size_t slots_ = 0;
};

/// Appends a batch in the text format of COPY. Source: PostgreSQL manual, "COPY", "Text Format".
void append_copy_rows(const RowBatch& batch, std::string& out);

}  // namespace runner
