#include "runner/sql/statement_pieces.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace runner {

static bool is_word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static bool controls_transaction(std::string_view word) {
  static constexpr std::array<std::string_view, 6> words{"BEGIN", "START",    "COMMIT",
                                                         "END",   "ROLLBACK", "ABORT"};
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::optional<std::string_view> StatementPieces::next() {
  const std::string_view handed_out = std::string_view(text_).substr(0, handed_out_);
  lines_before_ += static_cast<std::size_t>(std::count(handed_out.begin(), handed_out.end(), '\n'));
  text_.erase(0, handed_out_);
  scanned_ -= handed_out_;
  cut_ -= std::min(cut_, handed_out_);
  handed_out_ = 0;
  control_.reset();
  for (; scanned_ < text_.size() && cut_ < wanted_bytes_; ++scanned_) step(scanned_);
  if (cut_ < wanted_bytes_) {
    if (!ended_ || text_.empty()) return std::nullopt;
    cut_ = text_.size();
  }
  handed_out_ = cut_;
  control_ = std::exchange(next_control_, std::nullopt);
  return std::string_view(text_).substr(0, handed_out_);
}

void StatementPieces::end_word(std::size_t at) {
  if (word_start_ == std::string::npos) return;
  std::string word = text_.substr(word_start_, at - word_start_);
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  if (at_statement_start_ && controls_transaction(word) && !next_control_) next_control_ = word_start_;
  at_statement_start_ = false;
  if (body_ == 0 && word == "ATOMIC" && last_word_ == "BEGIN")
    body_ = 1;
  else if (body_ > 0 && word == "CASE")
    ++body_;
  else if (body_ > 0 && word == "END")
    --body_;
  last_word_ = std::move(word);
  word_start_ = std::string::npos;
}

void StatementPieces::end_statement(std::size_t at) {
  if (parentheses_ > 0 || body_ > 0) return;
  cut_ = at + 1;
  at_statement_start_ = true;
  last_word_.clear();
}

void StatementPieces::step(std::size_t at) {
  const char c = text_[at];
  const char before = at > 0 ? text_[at - 1] : '\n';
  switch (state_) {
    case State::normal:
      return step_normal(c, before, at);
    case State::quote:  // a doubled quote ends and opens again
      if (c == '\'') state_ = State::normal;
      return;
    case State::escape_quote:
      if (opened_ == at) return;  // the character behind a backslash
      if (c == '\\') opened_ = at + 1;
      if (c == '\'') state_ = State::normal;
      return;
    case State::name:
      if (c == '"') state_ = State::normal;
      return;
    case State::line_comment:
      if (c == '\n') state_ = State::normal;
      return;
    case State::block_comment:
      // A character that ends one mark begins no other: "/*/" opens only.
      if (at <= opened_ + 1 || (c != '*' && c != '/') || before == c) return;
      if (c == '*' && before == '/') {
        ++comments_;
        opened_ = at;
      } else if (c == '/' && before == '*') {
        opened_ = at;
        if (--comments_ == 0) state_ = State::normal;
      }
      return;
    case State::dollar_tag:
      if (c == '$') {
        dollar_ = text_.substr(opened_, at + 1 - opened_);
        opened_ = at;
        state_ = State::dollar_body;
      } else if (!is_word_character(c) || (at == opened_ + 1 && c >= '0' && c <= '9')) {
        state_ = State::normal;  // a parameter such as $1
        step_normal(c, before, at);
      }
      return;
    case State::dollar_body:
      if (c == '$' && at >= opened_ + dollar_.size() &&
          text_.compare(at + 1 - dollar_.size(), dollar_.size(), dollar_) == 0)
        state_ = State::normal;
      return;
  }
}

void StatementPieces::step_normal(char c, char before, std::size_t at) {
  if (is_word_character(c)) {
    if (word_start_ == std::string::npos) word_start_ = at;
    return;
  }
  const bool within_word = word_start_ != std::string::npos;
  if (c == '$' && within_word) return;  // a dollar may be part of a name
  const bool escapes = within_word && at - word_start_ == 1 && (before == 'e' || before == 'E');
  end_word(at);
  const bool may_be_comment = c == '-' || c == '/' || (c == '*' && before == '/');
  if (!is_space(c) && c != ';' && !may_be_comment) at_statement_start_ = false;
  if (c == '\'') {
    state_ = escapes ? State::escape_quote : State::quote;
    opened_ = 0;
  } else if (c == '"') {
    state_ = State::name;
  } else if (c == '-' && before == '-') {
    state_ = State::line_comment;
  } else if (c == '*' && before == '/') {
    state_ = State::block_comment;
    comments_ = 1;
    opened_ = at;
  } else if (c == '$') {
    state_ = State::dollar_tag;
    opened_ = at;
  } else if (c == '(') {
    ++parentheses_;
  } else if (c == ')') {
    parentheses_ = std::max(parentheses_ - 1, 0);
  } else if (c == ';') {
    end_statement(at);
  }
}

}  // namespace runner
