#include "runner/core/text.hpp"
#include "runner/sql/classify.hpp"
#include "runner/sql/cut.hpp"
#include "runner/sql/foreign_syntax.hpp"
#include "runner/sql/scan.hpp"
#include "runner/sql/statement.hpp"

#include <algorithm>
#include <span>

#include <fmt/format.h>
#include <pg_query.h>

namespace runner {

static constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// Where the statements end: byte offsets of the semicolons between them.
struct Cuts {
  std::vector<std::size_t> at{};
  bool ambiguous = false;  ///< a BEGIN ATOMIC body was seen
};

/// Semicolons outside parentheses (rules hold some) and outside BEGIN ATOMIC bodies.
static Cuts cuts_over_tokens(std::string_view sql, const std::vector<Token>& tokens) {
  Cuts cuts;
  int parentheses = 0;
  int body = 0;  // nesting of BEGIN ATOMIC and of CASE within it
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (token.is('(')) ++parentheses;
    if (token.is(')')) parentheses = std::max(parentheses - 1, 0);
    if (body == 0 && is_word(token, sql, "BEGIN") && i + 1 < tokens.size() &&
        is_word(tokens[i + 1], sql, "ATOMIC")) {
      cuts.ambiguous = true;
      body = 1;
    } else if (body > 0 && is_word(token, sql, "CASE")) {
      ++body;
    } else if (body > 0 && is_word(token, sql, "END")) {
      --body;
    }
    if (!token.is(';') || body > 0 || parentheses > 0) continue;
    cuts.at.push_back(token.start);
  }
  return cuts;
}

/// Where PostgreSQL's parser ends the statements; nothing when it refuses the text.
static std::vector<std::size_t> cuts_by_parser(const std::string& sql) {
  std::vector<std::size_t> cuts;
  const PgQuerySplitResult result = pg_query_split_with_parser(sql.c_str());
  if (result.error == nullptr) {
    for (int i = 0; i < result.n_stmts; ++i) {
      const PgQuerySplitStmt& statement = *result.stmts[i];
      if (statement.stmt_len > 0)
        cuts.push_back(static_cast<std::size_t>(statement.stmt_location + statement.stmt_len));
    }
  }
  pg_query_free_split_result(result);
  return cuts;
}

std::size_t Piece::start() const {
  return std::find_if_not(tokens.begin(), tokens.end(), is_comment)->start;
}

std::size_t Piece::end() const {
  return std::find_if_not(tokens.rbegin(), tokens.rend(), is_comment)->end;
}

/// The pieces between cuts, from byte `from` on; those without a token that is no comment are left out.
static std::vector<Piece> pieces_between(std::string_view sql, std::size_t from,
                                         std::span<const Token> tokens,
                                         const std::vector<std::size_t>& cuts) {
  std::vector<Piece> pieces;
  std::size_t token = 0;
  const auto add = [&](std::size_t to) {
    const std::size_t first = token;
    while (token < tokens.size() && tokens[token].start < to) ++token;
    const std::span<const Token> own = tokens.subspan(first, token - first);
    if (!std::all_of(own.begin(), own.end(), is_comment)) pieces.push_back({from, to, own});
    from = std::min(to + 1, sql.size());
    while (token < tokens.size() && tokens[token].start < from) ++token;  // the semicolon itself
  };
  for (const std::size_t cut : cuts) add(cut);
  add(sql.size());
  return pieces;
}

static SplitProblem encoding_problem(std::string_view sql, std::size_t offset) {
  if (sql.starts_with("\xFF\xFE") || sql.starts_with("\xFE\xFF"))
    return {"not-utf-8", 0, "the file is UTF-16, not UTF-8", "Save the file as UTF-8."};
  return {"not-utf-8", offset,
          fmt::format("byte 0x{:02X} is not valid UTF-8", static_cast<unsigned char>(sql[offset])),
          "Save the file as UTF-8."};
}

static std::vector<SplitProblem> problems_of_bytes(std::string_view sql) {
  if (const auto offset = find_invalid_utf8(sql)) return {encoding_problem(sql, *offset)};
  if (const std::size_t nul = sql.find('\0'); nul != std::string_view::npos)
    return {{"nul-byte", nul, "a NUL byte, which no SQL text can hold",
             "Remove the byte, or save the file as UTF-8 text."}};
  return {};
}

static std::string hint_for(std::string_view message) {
  if (message.find("dollar-quoted") != std::string_view::npos)
    return "Close the dollar quote with the tag that opened it.";
  if (message.find("quoted") != std::string_view::npos && message.find("unterminated") == 0)
    return "Close the quote; a quote within one is written twice.";
  if (message.find("comment") != std::string_view::npos) return "Close the comment with */.";
  return {};
}

static SplitProblem unreadable(const ScanProblem& problem) {
  return {"unreadable-sql", problem.offset, problem.message, hint_for(problem.message)};
}

/// The cuts of a text without a byte order mark.
static std::vector<std::size_t> cuts_of(std::string_view text, const std::string& copy,
                                        const std::vector<Token>& tokens) {
  Cuts cuts = cuts_over_tokens(text, tokens);
  if (cuts.ambiguous)
    if (auto exact = cuts_by_parser(copy); !exact.empty()) return exact;
  return std::move(cuts.at);
}

CutText cut_text(std::string_view sql) {
  CutText result;
  result.problems = problems_of_bytes(sql);
  if (!result.problems.empty()) return result;
  const std::size_t mark = sql.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  const std::string_view text = sql.substr(mark);
  const std::string copy(text);
  Scan scan = scan_tokens(copy);
  std::vector<std::size_t> cuts;
  if (scan.problem) {
    const auto cause = foreign_syntax_before_problem(copy);
    result.problems = {cause ? *cause : unreadable(*scan.problem)};
  } else {
    result.problems = foreign_syntax(text, scan.tokens);
    if (result.problems.empty()) cuts = cuts_of(text, copy, scan.tokens);
  }
  result.tokens = std::move(scan.tokens);
  if (mark > 0) {
    for (Token& token : result.tokens) token = {token.start + mark, token.end + mark, token.kind};
    for (SplitProblem& problem : result.problems) problem.offset += mark;
    for (std::size_t& cut : cuts) cut += mark;
  }
  if (result.problems.empty()) result.pieces = pieces_between(sql, mark, result.tokens, cuts);
  return result;
}

SplitResult split_statements(std::string_view sql) {
  CutText cut = cut_text(sql);
  SplitResult result{.problems = std::move(cut.problems)};
  for (const Piece& piece : cut.pieces) {
    const std::size_t start = piece.start();
    Classification meaning = classify(sql, piece.tokens);
    result.statements.push_back({.text = sql.substr(start, piece.end() - start),
                                 .offset = start,
                                 .kind = meaning.kind,
                                 .whole = trimmed(sql.substr(piece.from, piece.to - piece.from)),
                                 .object = std::move(meaning.object)});
  }
  return result;
}

}  // namespace runner
