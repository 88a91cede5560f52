#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// One token of PostgreSQL's scanner. Offsets are bytes.
struct Token {
  std::size_t start = 0;
  std::size_t end = 0;
  int kind = 0;  ///< PgQuery__Token; single characters are their ASCII code
  bool is(char c) const { return kind == c; }
};

struct ScanProblem {
  std::size_t offset = 0;
  std::string message{};  ///< PostgreSQL's words, such as "unterminated quoted string"
};

struct Scan {
  std::vector<Token> tokens{};  ///< with comments, in order; empty beside a problem
  std::optional<ScanProblem> problem{};
};

/// `sql` must be valid UTF-8 without NUL bytes.
Scan scan_tokens(const std::string& sql);

bool is_comment(const Token& token);
bool is_constant(const Token& token);
/// True for a name, quoted or not, that is no keyword.
bool is_name(const Token& token);
/// True when the token is this word, quoted names and strings excluded. `upper` is in upper case.
bool is_word(const Token& token, std::string_view sql, std::string_view upper);

inline std::string_view token_text(const Token& token, std::string_view sql) {
  return sql.substr(token.start, token.end - token.start);
}

}  // namespace runner
