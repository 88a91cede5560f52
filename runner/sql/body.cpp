#include "runner/sql/body.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>

namespace runner {

using Tokens = std::span<const Token>;

static constexpr std::array<std::string_view, 24> sql_words{
    "ALTER",  "ANALYZE",  "CALL",   "CLUSTER", "COMMENT",  "COPY",    "CREATE",  "DELETE",
    "DROP",   "GRANT",    "INSERT", "LOCK",    "MERGE",    "REFRESH", "REINDEX", "RESET",
    "REVOKE", "SECURITY", "SELECT", "SET",     "TRUNCATE", "UPDATE",  "VACUUM",  "WITH"};
/// Words of PL/pgSQL behind which a statement starts.
static constexpr std::array<std::string_view, 4> openers{"BEGIN", "ELSE", "LOOP", "EXCEPTION"};

namespace {
/// Goes over the tokens of a body, which are without comments.
class BodyReader {
 public:
  BodyReader(std::string_view sql, std::vector<Token> tokens) : sql_(sql), tokens_(std::move(tokens)) {}

  std::vector<ParsedStatement> read() {
    while (at_ < tokens_.size()) step();
    return std::move(found_);
  }

 private:
  bool word(std::size_t i, std::string_view upper) const {
    return i < tokens_.size() && is_word(tokens_[i], sql_, upper);
  }
  bool one_of(std::size_t i, std::initializer_list<std::string_view> words) const {
    return std::any_of(words.begin(), words.end(), [&](std::string_view upper) { return word(i, upper); });
  }

  /// Behind the next `;` or, where one is given, the next of that word: outside parentheses and CASE … END.
  std::size_t behind(std::size_t i, std::string_view upper) const {
    int depth = 0;
    for (; i < tokens_.size(); ++i) {
      if (tokens_[i].is('(')) ++depth;
      if (tokens_[i].is(')')) --depth;
      if (!upper.empty() && word(i, "CASE")) ++depth;
      if (!upper.empty() && depth > 0 && word(i, "END")) --depth;
      if (depth <= 0 && (tokens_[i].is(';') || (!upper.empty() && word(i, upper)))) return i + 1;
    }
    return i;
  }

  void step() {
    if (std::any_of(openers.begin(), openers.end(),
                    [&](std::string_view upper) { return word(at_, upper); }) ||
        tokens_[at_].is(';')) {
      ++at_;
    } else if (word(at_, "DECLARE")) {
      for (++at_; at_ < tokens_.size() && !word(at_, "BEGIN");) at_ = behind(at_, {});
    } else if (one_of(at_, {"IF", "ELSIF", "ELSEIF", "WHEN"})) {
      at_ = behind(at_ + 1, "THEN");
    } else if (word(at_, "CASE")) {
      at_ = behind(at_ + 1, "WHEN");
      at_ = behind(at_, "THEN");
    } else if (one_of(at_, {"FOR", "WHILE", "FOREACH"})) {
      at_ = behind(at_ + 1, "LOOP");
    } else if (token_text(tokens_[at_], sql_) == "<<") {
      at_ = std::min(at_ + 3, tokens_.size());
    } else {
      const std::size_t end = behind(at_, {});
      statement(Tokens(tokens_).subspan(at_, end - at_));
      at_ = end;
    }
  }

  void statement(Tokens own) {
    if (!own.empty() && own.back().is(';')) own = own.first(own.size() - 1);
    if (own.empty()) return;
    if (is_word(own.front(), sql_, "EXECUTE")) return execute(own);
    const bool is_sql = std::any_of(sql_words.begin(), sql_words.end(), [&](std::string_view upper) {
      return is_word(own.front(), sql_, upper);
    });
    if (!is_sql || is_assignment(own)) return;
    ParsedStatement parsed = parse_statement(sql_, without_targets(own));
    // SELECT … INTO sets variables here, and makes no table.
    if (std::holds_alternative<CreateTableAs>(parsed.what) && is_word(own.front(), sql_, "SELECT"))
      parsed.what = NotModelled{};
    add(std::move(parsed));
  }

  /// A variable may be called like a word of SQL.
  bool is_assignment(Tokens own) const {
    if (own.size() < 2) return false;
    const std::string_view next = token_text(own[1], sql_);
    return next == ":=" || next == "=" || next == "[" || next == ".";
  }

  /// INSERT … RETURNING id INTO variable: without the variables, as the parser wants it.
  Tokens without_targets(Tokens own) const {
    const auto is = [&](std::string_view upper) {
      return [this, upper](const Token& token) { return is_word(token, sql_, upper); };
    };
    const auto returning = std::find_if(own.begin(), own.end(), is("RETURNING"));
    const auto into = std::find_if(returning, own.end(), is("INTO"));
    return own.first(static_cast<std::size_t>(into - own.begin()));
  }

  void execute(Tokens own) {
    if (own.size() > 1 && is_plain_text(own[1]) &&
        (own.size() == 2 || is_word(own[2], sql_, "USING") || is_word(own[2], sql_, "INTO"))) {
      const std::size_t quote = quote_size(own[1]);
      const std::size_t size = own[1].end - own[1].start - 2 * quote;
      const Scan scan = scan_at(own[1].start + quote, size);
      if (!scan.problem && !scan.tokens.empty()) return add(parse_statement(sql_, scan.tokens));
    }
    add({.offset = own.front().start, .end = own.back().end, .what = Call{}});
  }

  /// A constant whose text is the value as it is: no escapes, no doubled quotes.
  bool is_plain_text(const Token& token) const {
    const std::string_view text = token_text(token, sql_);
    if (text.front() == '$') return is_constant(token);
    return text.front() == '\'' && text.find('\'', 1) == text.size() - 1;
  }
  std::size_t quote_size(const Token& token) const {
    const std::string_view text = token_text(token, sql_);
    return text.front() == '$' ? text.find('$', 1) + 1 : 1;
  }

  Scan scan_at(std::size_t offset, std::size_t size) const {
    Scan scan = scan_tokens(std::string(sql_.substr(offset, size)));
    std::erase_if(scan.tokens, [](const Token& token) { return is_comment(token) || token.is(';'); });
    for (Token& token : scan.tokens) token = {token.start + offset, token.end + offset, token.kind};
    return scan;
  }

  void add(ParsedStatement parsed) {
    parsed.in_body = true;
    found_.push_back(std::move(parsed));
  }

  std::string_view sql_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::vector<ParsedStatement> found_{};
};
}  // namespace

Body parse_body(std::string_view sql, std::size_t offset, std::size_t size) {
  Body body;
  const Scan scan = scan_tokens(std::string(sql.substr(offset, size)));
  std::vector<Token> tokens;
  for (const Token& token : scan.tokens) {
    const Token here{token.start + offset, token.end + offset, token.kind};
    if (is_comment(here))
      body.comments.push_back({here.start, here.end});
    else
      tokens.push_back(here);
  }
  body.statements = BodyReader(sql, std::move(tokens)).read();
  return body;
}

}  // namespace runner
