#include "stages/draft/catalogue_words.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace runner {

static constexpr std::array kinds{
    KindWords{"table", "TABLE", "TABLE"},
    KindWords{"foreign table", "FOREIGN TABLE", "TABLE"},
    KindWords{"view", "VIEW", "TABLE"},
    KindWords{"materialized view", "MATERIALIZED VIEW", "TABLE"},
    KindWords{"sequence", "SEQUENCE", "SEQUENCE"},
    KindWords{"index", "INDEX", ""},
    KindWords{"schema", "SCHEMA", "SCHEMA"},
    KindWords{"function", "FUNCTION", "FUNCTION"},
    KindWords{"procedure", "PROCEDURE", "PROCEDURE"},
    KindWords{"aggregate", "AGGREGATE", "FUNCTION"},
    KindWords{"type", "TYPE", "TYPE"},
    KindWords{"domain", "DOMAIN", "TYPE"},
    KindWords{"collation", "COLLATION", ""},
    KindWords{"conversion", "CONVERSION", ""},
    KindWords{"extension", "EXTENSION", ""},
    KindWords{"statistics", "STATISTICS", ""},
    KindWords{"trigger", "TRIGGER", ""},
    KindWords{"rule", "RULE", ""},
    KindWords{"policy", "POLICY", ""},
    KindWords{"operator", "OPERATOR", ""},
    KindWords{"operator class", "OPERATOR CLASS", ""},
    KindWords{"operator family", "OPERATOR FAMILY", ""},
    KindWords{"event trigger", "EVENT TRIGGER", ""},
    KindWords{"language", "LANGUAGE", "LANGUAGE"},
    KindWords{"publication", "PUBLICATION", ""},
    KindWords{"server", "SERVER", "FOREIGN SERVER"},
    KindWords{"foreign data wrapper", "FOREIGN DATA WRAPPER", "FOREIGN DATA WRAPPER"},
    KindWords{"text search configuration", "TEXT SEARCH CONFIGURATION", ""},
    KindWords{"text search dictionary", "TEXT SEARCH DICTIONARY", ""},
    KindWords{"text search parser", "TEXT SEARCH PARSER", ""},
    KindWords{"text search template", "TEXT SEARCH TEMPLATE", ""},
    KindWords{"access method", "ACCESS METHOD", ""},
    KindWords{"role", "ROLE", ""},
};

/// Kinds of their own form, which can stand in a key all the same.
static constexpr std::array<std::string_view, 3> other_kinds{"column", "constraint", "database"};

std::optional<KindWords> words_of_kind(std::string_view kind) {
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [kind](const KindWords& words) { return words.kind == kind; });
  return found == kinds.end() ? std::nullopt : std::optional(*found);
}

std::optional<CatalogueKey> split_key(std::string_view key) {
  std::string_view longest;
  const auto consider = [&](std::string_view kind) {
    if (kind.size() > longest.size() && key.size() > kind.size() && key.starts_with(kind) &&
        key[kind.size()] == ' ')
      longest = kind;
  };
  for (const KindWords& words : kinds) consider(words.kind);
  for (const std::string_view kind : other_kinds) consider(kind);
  if (longest.empty()) return std::nullopt;
  return CatalogueKey{longest, key.substr(longest.size() + 1)};
}

/// Calls `at(position)` for each byte outside of double quotes and parentheses until it returns true.
template <typename At>
static void scan_bare(std::string_view text, At at) {
  bool quoted = false;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!quoted && depth == 0 && at(i)) return;
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '(') ++depth;
    if (c == ')') --depth;
  }
}

std::optional<TwoParts> parts_around(std::string_view text, std::string_view separator) {
  std::optional<TwoParts> parts;
  scan_bare(text, [&](std::size_t at) {
    if (text.substr(at, separator.size()) != separator) return false;
    parts = TwoParts{text.substr(0, at), text.substr(at + separator.size())};
    return true;
  });
  return parts;
}

TwoParts table_and_column(std::string_view identity) {
  TwoParts parts{{}, identity};
  scan_bare(identity, [&](std::size_t at) {
    if (identity[at] == '.') parts = {identity.substr(0, at), identity.substr(at + 1)};
    return false;
  });
  return parts;
}

std::string role_word(std::string_view name) {
  const auto bare = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
  const bool simple =
      !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::all_of(name.begin(), name.end(), bare);
  if (simple || name == "PUBLIC") return std::string(name);
  std::string quoted = "\"";
  for (const char c : name) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

std::string string_constant(std::string_view text) {
  std::string constant = "'";
  for (const char c : text) constant += c == '\'' ? std::string("''") : std::string(1, c);
  return constant + '\'';
}

std::string do_block(std::string_view body) {
  std::string tag = "$undo$";  // one that does not stand in the text
  for (int i = 2; body.find(tag) != std::string_view::npos; ++i) tag = fmt::format("$undo{}$", i);
  return fmt::format("DO {}\nBEGIN\n{}END\n{}", tag, body, tag);
}

std::string guarded(std::string_view condition, const std::vector<std::string>& statements) {
  std::string body = fmt::format("  IF {} THEN\n", condition);
  for (const std::string& statement : statements) body += fmt::format("    {};\n", statement);
  return do_block(body + "  END IF;\n");
}

}  // namespace runner
