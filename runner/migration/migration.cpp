#include "runner/migration/migration.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/text.hpp"

#include <algorithm>

#include <fmt/format.h>

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

/// Short, on one line, and without what could steer a terminal.
static std::string shown(std::string_view text) {
  static constexpr std::size_t longest_chars = 40;
  std::string clean = clean_text(text);
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  const std::size_t end = byte_offset(clean, longest_chars + 1);
  return end < clean.size() ? clean.substr(0, end) + "…" : clean;
}

const std::string& checked_version(const std::string& text, std::string_view from) {
  if (is_version(text)) return text;
  const std::string given = fmt::format("'{}'", shown(text));
  throw Error{ExitCode::usage, from.empty() ? fmt::format("{} is no version", given)
                                            : fmt::format("{} is no version: {}", from, given)}
      .hint(fmt::format("give 1 to {} digits and nothing else, such as 20260309060000", max_version_digits));
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
