#pragma once

#include "runner/core/finding.hpp"
#include "runner/migration/row_digest.hpp"
#include "runner/migration/row_fill.hpp"
#include "runner/migration/touched_tables.hpp"
#include "stages/round_trip/trial_files.hpp"
#include "stages/round_trip/trial_seeds.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace runner {

/// What the tables hold before the migrations.
enum class Filling {
  varied,  ///< the project's seeds, and rows made up in RowStyle::varied where they leave a table empty
  plain,   ///< the same in RowStyle::plain
  seeds,   ///< only these
  none,
};

/// The rows of a trial: in the tables that the migrations or their rollbacks touch, and in what these refer
/// to.
class TrialRows {
 public:
  TrialRows(Workplace& place, const std::vector<SqlFile>& ups, const std::vector<SqlFile>& downs,
            std::size_t rows, const std::string& history_schema, TrialSeeds& seeds);

  /// Fills the tables. What could not be loaded or filled is told by take_findings(), the first time.
  void fill(Filling filling);
  /// The migrations ran in one transaction, on trial, and were rolled back.
  bool rehearsed() const { return touched_.rehearsed; }
  /// True when the server's message names a column that the migrations add to a table with NOT NULL: no row
  /// that was there before could have a value.
  bool names_required_column(const std::string& message) const;
  bool any() const { return inserted_ > 0 || seeded_; }
  bool seeded() const { return seeded_; }
  std::size_t inserted() const { return inserted_; }  ///< made-up rows
  bool varied() const { return inserted_ > 0 && filling_ == Filling::varied; }
  Findings take_findings() { return std::exchange(findings_, {}); }

  /// Those whose rows are looked at: what is touched, what that refers to, and what the migrations make.
  const std::vector<std::string>& tables() const { return tables_; }
  RowDigests look() { return digest_rows(place_.admin(), tables_); }
  /// False when all of them are among tables() already.
  bool add_tables(const std::vector<std::string>& names);
  /// Adds rows as the application may write them once the migrations are applied: nulls where they were
  /// forbidden, values that were too long, and rows of new tables.
  void write_as_application();

 private:
  void load_seeds();
  void make_up(RowStyle style);
  void tell(const std::vector<FilledTable>& filled);

  Workplace& place_;
  std::size_t rows_;
  TrialSeeds& seeds_;
  std::string history_schema_;
  TouchedTables touched_;
  RowShapes shapes_;
  std::vector<std::string> tables_{};
  Filling filling_ = Filling::none;
  std::size_t inserted_ = 0;
  bool seeded_ = false;
  bool told_ = false;        ///< what could not be filled
  bool told_seeds_ = false;  ///< what could not be loaded
  Findings findings_{};
};

/// Names; no column for a table as a whole.
using TableColumn = std::pair<std::string, std::string>;

/// What tables and columns that `up` has and neither `before` nor `after` held: "table public.notes: 40 of 40
/// rows", "public.invoices.level: 40 of 40 rows had a value", by table and column.
std::map<TableColumn, std::string> gone_with_rollback(const RowDigests& before, const RowDigests& up,
                                                      const RowDigests& after);

}  // namespace runner
