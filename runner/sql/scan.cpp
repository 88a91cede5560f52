#include "runner/sql/scan.hpp"

#include "runner/core/text.hpp"

#include <algorithm>

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

namespace runner {

/// PostgreSQL repeats the rest of the text after "at or near": in a file that may be all of it.
static std::string without_rest(std::string_view message) {
  return std::string(message.substr(0, message.find(" at or near ")));
}

/// The scanner gives strings and names with Unicode escapes (U&'…') no length: they reach to the next token.
static void mend_lengths(std::vector<Token>& tokens, std::string_view sql) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].end > tokens[i].start) continue;
    const std::size_t next = i + 1 < tokens.size() ? tokens[i + 1].start : sql.size();
    tokens[i].end = tokens[i].start + trimmed(sql.substr(tokens[i].start, next - tokens[i].start)).size();
  }
}

Scan scan_tokens(const std::string& sql) {
  Scan scan;
  PgQueryScanResult raw = pg_query_scan(sql.c_str());
  if (raw.error != nullptr) {
    const auto position = static_cast<std::size_t>(std::max(raw.error->cursorpos, 1));
    scan.problem = ScanProblem{byte_offset(sql, position), without_rest(raw.error->message)};
    pg_query_free_scan_result(raw);
    return scan;
  }
  PgQuery__ScanResult* result = pg_query__scan_result__unpack(
      nullptr, raw.pbuf.len, reinterpret_cast<const std::uint8_t*>(raw.pbuf.data));
  pg_query_free_scan_result(raw);
  if (result == nullptr) {
    scan.problem = ScanProblem{0, "the scanner's answer cannot be read"};
    return scan;
  }
  scan.tokens.reserve(result->n_tokens);
  for (std::size_t i = 0; i < result->n_tokens; ++i) {
    const PgQuery__ScanToken& token = *result->tokens[i];
    scan.tokens.push_back({static_cast<std::size_t>(token.start), static_cast<std::size_t>(token.end),
                           static_cast<int>(token.token)});
  }
  pg_query__scan_result__free_unpacked(result, nullptr);
  mend_lengths(scan.tokens, sql);
  return scan;
}

bool is_comment(const Token& token) {
  return token.kind == PG_QUERY__TOKEN__SQL_COMMENT || token.kind == PG_QUERY__TOKEN__C_COMMENT;
}

bool is_name(const Token& token) {
  return token.kind == PG_QUERY__TOKEN__IDENT || token.kind == PG_QUERY__TOKEN__UIDENT;
}

bool is_constant(const Token& token) {
  switch (token.kind) {
    case PG_QUERY__TOKEN__FCONST:
    case PG_QUERY__TOKEN__SCONST:
    case PG_QUERY__TOKEN__USCONST:
    case PG_QUERY__TOKEN__BCONST:
    case PG_QUERY__TOKEN__XCONST:
    case PG_QUERY__TOKEN__ICONST:
      return true;
    default:
      return false;
  }
}

static char upper_ascii(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool is_word(const Token& token, std::string_view sql, std::string_view upper) {
  if (is_comment(token) || is_constant(token)) return false;
  const std::string_view text = token_text(token, sql);
  return std::equal(text.begin(), text.end(), upper.begin(), upper.end(),
                    [](char a, char b) { return upper_ascii(a) == b; });
}

}  // namespace runner
