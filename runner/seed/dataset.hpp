#pragma once

#include "runner/core/place.hpp"
#include "runner/seed/date_format.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace runner {

/// A table as the catalogue names it, letter case included.
struct TableName {
  std::string schema = "public";
  std::string table{};

  /// "public.invoices"; without a dot, the schema is public.
  static TableName parse(std::string_view text);
  std::string shown() const { return schema + "." + table; }
  /// For SQL: quoted where it must be.
  std::string written() const;
  bool operator==(const TableName&) const = default;
};

/// Replaces natural keys by the id of the row that has them.
struct Lookup {
  TableName table{};
  std::vector<std::string> key{};  ///< columns of that table, one for each CSV column that is read
  std::string id = "id";
  Place place{};
};

/// How a field's text is read. An empty field, or one of spaces only, is NULL in each of them.
enum class FieldType { text, trim, number, date };

/// A column of the table, and where its value comes from.
struct DatasetColumn {
  std::string name{};
  Place place{};
  std::vector<std::string> from{};  ///< CSV columns: one; as many as a lookup's key; two of days_between
  FieldType as = FieldType::text;
  DateFormat format{};            ///< of dates, also those of days_between
  std::optional<int> decimals{};  ///< of a number: more are refused
  std::vector<std::string> null_if{};
  bool required = false;
  std::vector<std::pair<std::string, std::string>> map{};
  std::optional<std::string> otherwise{};  ///< `else`: what a value becomes that the map lacks
  std::optional<std::string> constant{};
  bool encrypt = false;
  bool days_between = false;  ///< days from the first to the second date of `from`
  std::optional<Lookup> lookup{};
};

/// A CSV row that stays out, and why.
struct SkipRule {
  std::string column{};               ///< of the CSV file
  std::vector<std::string> values{};  ///< none: when the field is empty
  std::string reason{};
  Place place{};
};

/// A class of values: one value, or a range of numbers.
struct ValueClass {
  std::string shown{};  ///< as it is written: "<0", "0..10", "PAID"
  /// Numbers in canonical form; both empty: `shown` is the value.
  std::string above{}, below{};       ///< excluded
  std::string at_least{}, at_most{};  ///< included
  bool is_range() const { return !(above + below + at_least + at_most).empty(); }
};

/// A column whose values must cover all classes, perhaps for each value of another column.
struct Expectation {
  std::string column{};
  std::vector<ValueClass> covers{};
  /// "invoice_id.client_id.current_risk_category": the way to the other column; empty: none.
  std::vector<std::string> by{};
  std::vector<std::string> by_covers{};  ///< values of the other column that must each cover all classes
  Place place{};
};

enum class OnConflict { error, skip, update };
std::string_view to_string(OnConflict choice);

/// One YAML file: how a CSV file becomes rows of a table.
struct Dataset {
  std::string name{};  ///< the file's name without extension
  std::string shown_path{};
  TableName table{};
  std::vector<std::string> key{};  ///< the natural key: columns of the table
  OnConflict on_conflict = OnConflict::error;
  std::vector<std::string> depends_on{};
  std::vector<Place> depends_on_places{};

  std::filesystem::path csv{};
  std::string shown_csv{};
  char delimiter = ',';
  std::string encoding = "utf-8";
  Place encoding_place{};
  std::vector<std::string> unused{};  ///< CSV columns that are left out on purpose

  std::vector<DatasetColumn> columns{};
  std::vector<SkipRule> skip_when{};
  std::vector<Expectation> expect{};

  const DatasetColumn* find_column(std::string_view column) const;
  bool encrypts() const;
  /// True when the CSV column is encrypted on its way: its values must not be shown.
  bool is_private(std::string_view csv_column) const;
};

}  // namespace runner
