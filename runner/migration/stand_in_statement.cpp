#include "runner/migration/stand_in_statement.hpp"

#include "runner/postgres/stand_ins.hpp"
#include "runner/sql/scan.hpp"
#include "runner/sql/word_reader.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace runner {

static bool creates_index(std::string_view statement) {
  const std::vector<std::string> words = leading_words(statement, 3);
  return words.size() > 1 && words[0] == "CREATE" &&
         (words[1] == "INDEX" || (words.size() > 2 && words[2] == "INDEX"));
}

/// The tokens that stand in no brackets, and a bracket's two ends.
static std::vector<Token> outer_tokens(const Scan& scan) {
  std::vector<Token> outer;
  int depth = 0;
  for (const Token& token : scan.tokens) {
    if (is_comment(token)) continue;
    if (token.is(')') && --depth > 0) continue;
    if (depth == 0) outer.push_back(token);
    if (token.is('(')) ++depth;
  }
  return outer;
}

std::optional<IndexOptions> index_options(const std::string& statement) {
  if (!creates_index(statement)) return std::nullopt;
  const Scan scan = scan_tokens(statement);
  const std::vector<Token> tokens = outer_tokens(scan);
  IndexOptions options;
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    if (is_word(tokens[i], statement, "USING")) options.method = token_text(tokens[i + 1], statement);
    if (!is_word(tokens[i], statement, "WITH") || !tokens[i + 1].is('(')) continue;
    options.from = tokens[i].start;
    options.to = tokens[i + 2].end;
  }
  if (options.method.empty()) return std::nullopt;
  return options;
}

static bool is_stand_in(Session& session, const std::string& method) {
  static constexpr std::array<std::string_view, 6> own{"btree", "hash", "gist", "gin", "spgist", "brin"};
  if (std::ranges::find(own, method) != own.end()) return false;
  const std::array<Cell, 2> parameters{method, std::string(stand_in_version)};
  return !session
              .query(
                  "SELECT FROM pg_catalog.pg_am AS a JOIN pg_catalog.pg_depend AS d "
                  "ON d.classid = 'pg_catalog.pg_am'::pg_catalog.regclass AND d.objid = a.oid AND d.deptype "
                  "= 'e' "
                  "JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid "
                  "WHERE a.amname = pg_catalog.lower($1) AND e.extversion = $2",
                  "look for a stand-in", parameters)
              .rows.empty();
}

std::optional<NamedVersion> named_version(const std::string& statement) {
  const std::vector<std::string> words = leading_words(statement, 2);
  if (words.size() < 2 || words[1] != "EXTENSION" || (words[0] != "CREATE" && words[0] != "ALTER"))
    return std::nullopt;
  WordReader reader{statement};
  reader.skip();
  reader.skip();
  reader.take_words("IF NOT EXISTS");
  NamedVersion named{.extension = reader.take_name()};
  if (named.extension.size() > 2 && named.extension.front() == '"')
    named.extension = named.extension.substr(1, named.extension.size() - 2);
  const std::string_view before = words[0] == "CREATE" ? "VERSION" : "TO";
  const Scan scan = scan_tokens(statement);
  for (std::size_t i = 3; i + 1 < scan.tokens.size(); ++i)
    if (is_word(scan.tokens[i], statement, before)) {
      named.from = scan.tokens[i].start;
      named.to = scan.tokens[i + 1].end;
      return named;
    }
  return std::nullopt;
}

static bool has_only_stand_in(Session& session, const std::string& extension) {
  const std::array<Cell, 2> parameters{extension, std::string(stand_in_version)};
  return !session
              .query(
                  "SELECT FROM pg_catalog.pg_available_extensions WHERE name = $1 AND default_version = $2",
                  "look for a stand-in", parameters)
              .rows.empty();
}

static void blank(std::string& text, std::size_t from, std::size_t to) {
  std::fill(text.begin() + static_cast<std::ptrdiff_t>(from), text.begin() + static_cast<std::ptrdiff_t>(to),
            ' ');
}

std::optional<StandInStatement> stand_in_statement(Session& session, std::string_view statement) {
  const std::vector<std::string> words = leading_words(statement, 3);
  if (words.size() < 2 || (words[0] != "CREATE" && words[0] != "ALTER")) return std::nullopt;
  if (words[1] != "EXTENSION" && words[1] != "INDEX" && words[1] != "UNIQUE") return std::nullopt;
  StandInStatement found{.statement = std::string(statement)};
  if (const auto version = named_version(found.statement)) {
    if (!has_only_stand_in(session, version->extension)) return std::nullopt;
    blank(found.statement, version->from, version->to);
    return found;
  }
  const auto options = index_options(found.statement);
  if (!options || !is_stand_in(session, options->method)) return std::nullopt;
  blank(found.statement, options->from, options->to);
  found.method = options->method;
  return found;
}

}  // namespace runner
