#include "runner/migration/name_in_statement.hpp"

#include "runner/sql/scan.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace runner {

namespace {
struct Name {
  std::string text{};
  std::size_t start = 0;
};
}  // namespace

static std::string_view first_quoted(std::string_view message) {
  const std::size_t open = message.find('"');
  const std::size_t close = open == std::string_view::npos ? open : message.find('"', open + 1);
  return close == std::string_view::npos ? std::string_view{} : message.substr(open + 1, close - open - 1);
}

/// As the server understands it: folded to lower case unless quoted.
static std::string unquoted(std::string_view token) {
  std::string name;
  const bool quoted = token.size() >= 2 && token.front() == '"';
  if (quoted) token = token.substr(1, token.size() - 2);
  for (std::size_t i = 0; i < token.size(); ++i) {
    const char c = token[i];
    name += !quoted && c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (quoted && c == '"') ++i;  // "" is one
  }
  return name;
}

/// A word after which something else is named than what an expression refers to.
static bool names_another(const Token& before, const std::string& sql) {
  static constexpr std::array<std::string_view, 4> words{"CONSTRAINT", "INDEX", "TRIGGER", "POLICY"};
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return is_word(before, sql, word); });
}

/// Every name, and every qualified one under its full text, in the order of the statement.
static std::vector<Name> names_of(const std::vector<Token>& tokens, const std::string& sql,
                                  bool in_expression) {
  std::vector<Name> names;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (is_constant(tokens[i])) continue;
    if (in_expression && i > 0 && names_another(tokens[i - 1], sql)) continue;
    names.push_back({unquoted(token_text(tokens[i], sql)), tokens[i].start});
    if (i + 2 < tokens.size() && tokens[i + 1].is('.'))
      names.push_back({names.back().text + '.' + unquoted(token_text(tokens[i + 2], sql)), tokens[i].start});
  }
  return names;
}

std::optional<std::size_t> name_in_statement(std::string_view message, std::string_view statement) {
  const std::string_view wanted = first_quoted(message);
  if (wanted.empty()) return std::nullopt;
  const std::string sql(statement);
  Scan scan = scan_tokens(sql);
  if (scan.problem) return std::nullopt;
  std::erase_if(scan.tokens, is_comment);
  const std::vector<Name> names = names_of(scan.tokens, sql, message.starts_with("column "));
  const auto found =
      std::find_if(names.begin(), names.end(), [&](const Name& name) { return name.text == wanted; });
  if (found == names.end()) return std::nullopt;
  return found->start;
}

}  // namespace runner
