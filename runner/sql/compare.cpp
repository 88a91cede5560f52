#include "runner/core/text.hpp"
#include "runner/sql/scan.hpp"
#include "runner/sql/statement.hpp"

#include <algorithm>
#include <cstddef>

#include <fmt/format.h>

namespace runner {

static constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

static std::string prepared(std::string_view sql) {
  if (sql.starts_with(byte_order_mark)) sql.remove_prefix(byte_order_mark.size());
  return std::string(sql);
}

static bool can_be_scanned(std::string_view sql) {
  return sql.find('\0') == std::string_view::npos && !find_invalid_utf8(sql);
}

/// Without comments and without the semicolons of empty statements.
static std::vector<Token> telling_tokens(const std::vector<Token>& tokens) {
  std::vector<Token> kept;
  for (const Token& token : tokens) {
    if (is_comment(token) || (token.is(';') && (kept.empty() || kept.back().is(';')))) continue;
    kept.push_back(token);
  }
  if (!kept.empty() && kept.back().is(';')) kept.pop_back();
  return kept;
}

static bool folds_case(const Token& token, std::string_view text) {
  return !is_constant(token) && !text.starts_with('"');
}

static char lower_ascii(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Line ends within strings are layout, too: git changes them on checkout.
static std::string comparable(const Token& token, std::string_view sql) {
  const std::string_view text = token_text(token, sql);
  std::string result;
  result.reserve(text.size());
  const bool fold = folds_case(token, text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    result += fold ? lower_ascii(text[i]) : text[i];
  }
  return result;
}

bool same_tokens(std::string_view one, std::string_view other) {
  if (one == other) return true;
  if (!can_be_scanned(one) || !can_be_scanned(other)) return false;
  const std::string first = prepared(one);
  const std::string second = prepared(other);
  const Scan first_scan = scan_tokens(first);
  const Scan second_scan = scan_tokens(second);
  if (first_scan.problem || second_scan.problem) return trimmed(first) == trimmed(second);
  const std::vector<Token> a = telling_tokens(first_scan.tokens);
  const std::vector<Token> b = telling_tokens(second_scan.tokens);
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const Token& x, const Token& y) {
    return x.kind == y.kind && comparable(x, first) == comparable(y, second);
  });
}

std::string normalized(std::string_view sql) {
  std::string text = prepared(sql);
  if (!can_be_scanned(text)) return "[not parsed]";
  Scan scan = scan_tokens(text);
  const bool cut = scan.problem.has_value();
  if (cut) {  // pg_stat_activity keeps the first 1,024 bytes of a long statement
    text.resize(scan.problem->offset);
    scan = scan_tokens(text);
    if (scan.problem) return "[not parsed]";
  }
  std::string shown;
  std::size_t constants = 0;
  std::size_t end_before = 0;
  for (const Token& token : scan.tokens) {
    if (is_comment(token)) continue;
    if (!shown.empty() && token.start > end_before) shown += ' ';
    end_before = token.end;
    shown += is_constant(token) ? fmt::format("${}", ++constants) : std::string(token_text(token, text));
  }
  return cut ? shown + (shown.empty() ? "…" : " …") : shown;
}

}  // namespace runner
