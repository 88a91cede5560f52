#include "runner/sql/written_name.hpp"

#include "runner/sql/scan.hpp"

#include <algorithm>

#include <pg_query/pg_query.pb-c.h>

namespace runner {

static bool is_plain(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  return !name.empty() && letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

/// The scanner knows the keywords of PostgreSQL: they are no identifiers to it.
static bool is_keyword(std::string_view name) {
  const Scan scan = scan_tokens(std::string(name));
  return scan.tokens.size() != 1 || scan.tokens.front().kind != PG_QUERY__TOKEN__IDENT;
}

std::string written_name(std::string_view name) {
  if (is_plain(name) && !is_keyword(name)) return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"') quoted += c;
    quoted += c;
  }
  return quoted + '"';
}

void append_literal(std::string_view text, std::string& sql) {
  const bool escaped = text.find('\\') != std::string_view::npos;
  const bool plain = !escaped && text.find('\'') == std::string_view::npos;
  if (escaped) sql += " E";  // the space keeps it apart from a word before it
  sql += '\'';
  if (plain) {
    sql += text;
  } else {
    for (const char c : text) {
      if (c == '\'' || c == '\\') sql += c;
      sql += c;
    }
  }
  sql += '\'';
}

std::string written_literal(std::string_view text) {
  std::string sql;
  append_literal(text, sql);
  return sql;
}

}  // namespace runner
