#include "runner/seed/dataset.hpp"

#include "runner/sql/written_name.hpp"

#include <algorithm>

namespace runner {

TableName TableName::parse(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return {.table = std::string(text)};
  return {std::string(text.substr(0, dot)), std::string(text.substr(dot + 1))};
}

std::string TableName::written() const {
  return written_name(schema) + "." + written_name(table);
}

std::string_view to_string(OnConflict choice) {
  switch (choice) {
    case OnConflict::error:
      return "error";
    case OnConflict::skip:
      return "skip";
    case OnConflict::update:
      return "update";
  }
  return "error";
}

const DatasetColumn* Dataset::find_column(std::string_view column) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const DatasetColumn& c) { return c.name == column; });
  return found == columns.end() ? nullptr : &*found;
}

bool Dataset::encrypts() const {
  return std::any_of(columns.begin(), columns.end(), [](const DatasetColumn& c) { return c.encrypt; });
}

bool Dataset::is_private(std::string_view csv_column) const {
  return std::any_of(columns.begin(), columns.end(), [&](const DatasetColumn& c) {
    return c.encrypt && std::find(c.from.begin(), c.from.end(), csv_column) != c.from.end();
  });
}

}  // namespace runner
