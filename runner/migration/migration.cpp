#include "runner/migration/migration.hpp"

#include "runner/core/file.hpp"

#include <algorithm>

namespace runner {

static constexpr std::string_view sql_end = ".sql";

std::string Migration::read_sql() const {
  return read_file(path);
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_version(std::string_view text) {
  return !text.empty() && text.size() <= max_version_digits &&
         std::all_of(text.begin(), text.end(), is_digit);
}

std::optional<MigrationFileName> parse_label(std::string_view label) {
  std::size_t digits = 0;
  while (digits < label.size() && is_digit(label[digits])) ++digits;
  if (digits == 0 || digits == label.size() || label[digits] != '_' ||
      label.find('\n') != std::string_view::npos)
    return std::nullopt;
  return MigrationFileName{std::string(label.substr(0, digits)), std::string(label.substr(digits + 1))};
}

std::optional<MigrationFileName> parse_file_name(std::string_view file_name) {
  if (!file_name.ends_with(sql_end)) return std::nullopt;
  return parse_label(file_name.substr(0, file_name.size() - sql_end.size()));
}

}  // namespace runner
