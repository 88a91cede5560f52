#pragma once

#include "runner/seed/dataset.hpp"
#include "runner/seed/row_maker.hpp"

#include <functional>
#include <string>
#include <vector>

namespace runner {

/// Writes a dataset's rows as SQL that people review: INSERTs of many rows, foreign keys as subqueries on
/// natural keys, and a closing comment with what was written and what was left out.
class SqlText {
 public:
  /// Gets the text in pieces of some hundred kilobytes, each of which it may take.
  using Sink = std::function<void(std::string&)>;
  SqlText(const Dataset& dataset, Sink write);

  void begin();
  void add(const RowBatch& batch);
  void finish(const RowCounts& counts);

 private:
  void begin_insert();
  void end_insert();
  void add_literal(const Value& value, bool plain);
  void add_lookup(const DatasetColumn& column, const RowBatch& batch, std::size_t row, std::size_t slot);
  void flush_when_large();

  const Dataset& dataset_;
  Sink write_;
  std::string head_;                               ///< "INSERT INTO … VALUES"
  std::string tail_;                               ///< "ON CONFLICT …"
  std::vector<std::vector<std::string>> lookups_;  ///< by column: the text before each part of its key
  std::vector<bool> plain_{};  ///< by column: its values need no escaping, whatever the file holds
  std::string text_{};
  std::size_t rows_in_insert_ = 0;
};

/// "ON CONFLICT (…) DO …", behind a space; empty where a conflict is an error.
std::string conflict_clause(const Dataset& dataset);
/// "INSERT INTO public.invoices (client_id, …)"
std::string insert_head(const Dataset& dataset);

}  // namespace runner
