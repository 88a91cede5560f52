#include "stages/history/file_content.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/remedy.hpp"
#include "runner/sql/statement.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace runner {

static constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
/// A larger file has a statement, or somebody wrote a book into comments: not worth parsing it twice.
static constexpr std::size_t parsed_for_emptiness_bytes = 16 * 1024;

static bool is_utf16(std::string_view text) {
  return text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
}

static std::string convert_command(std::string_view encoding, std::string_view shown_path) {
  const std::string file = shell_word(shown_path);
  return fmt::format("iconv -f {} -t UTF-8 {} > {}.utf8 && mv {}.utf8 {}", encoding, file, file, file, file);
}

static std::optional<Finding> not_utf8(std::string_view text, const std::string& shown_path) {
  Finding finding{.rule = "not-utf-8", .severity = Severity::error};
  if (is_utf16(text)) {
    finding.place.path = shown_path;
    finding.message = "is encoded in UTF-16; PostgreSQL reads UTF-8";
    finding.remedy = convert_command("UTF-16", shown_path);
    return finding;
  }
  const std::optional<std::size_t> bad = find_invalid_utf8(text);
  if (!bad) return std::nullopt;
  finding.place = place_at(shown_path, text, *bad);
  finding.message = fmt::format("byte 0x{:02X} is not UTF-8", static_cast<unsigned char>(text[*bad]));
  finding.remedy =
      fmt::format("if it was written on Windows: {}", convert_command("WINDOWS-1252", shown_path));
  return finding;
}

static bool has_no_statement(std::string_view text) {
  if (trimmed(text).empty()) return true;
  if (text.size() > parsed_for_emptiness_bytes) return false;
  const SplitResult cut = split_statements(text);
  return cut.statements.empty() && cut.problems.empty();
}

Findings check_content(const std::filesystem::path& path, const std::string& shown_path,
                       const std::string& subject) {
  std::string text;
  try {
    text = read_file(path);
  } catch (const Error&) {
    return {};
  }
  Findings found;
  const auto tell = [&](Finding finding) {
    if (!finding.place.known()) finding.place.path = shown_path;
    finding.subject = subject;
    found.push_back(std::move(finding));
  };
  if (std::optional<Finding> finding = not_utf8(text, shown_path)) {
    tell(std::move(*finding));
    return found;
  }
  if (text.starts_with(byte_order_mark))
    tell({.rule = "byte-order-mark",
          .severity = Severity::warning,
          .message = "starts with a byte order mark, which not every tool skips",
          .remedy = fmt::format("sed -i '1s/^\\xEF\\xBB\\xBF//' {}", shell_word(shown_path))});
  if (const std::size_t line_end = text.find("\r\n"); line_end != std::string::npos)
    tell({.rule = "windows-line-ends",
          .severity = Severity::info,
          .place = Place{.path = shown_path, .line = place_at(shown_path, text, line_end).line},
          .message = "has line ends of Windows, which become part of function bodies and texts",
          .remedy = fmt::format("sed -i 's/\\r$//' {}", shell_word(shown_path))});
  if (has_no_statement(text))
    tell({.rule = "empty-file",
          .severity = Severity::warning,
          .message = "holds no statement",
          .remedy = fmt::format("write its SQL, or remove it: git rm {}", shell_word(shown_path))});
  return found;
}

}  // namespace runner
