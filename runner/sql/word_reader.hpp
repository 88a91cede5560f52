#pragma once

#include "runner/sql/scan.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// Reads a statement's words one after the other, comments left out: for statements of few forms, and where a
/// parse tree says less than the words.
class WordReader {
 public:
  explicit WordReader(std::string_view text);

  bool at_end() const { return at_ >= scan_.tokens.size(); }
  /// Takes the next word when it is this one; `word` is in upper case, or a single character such as "(".
  bool take(std::string_view word);
  /// Takes the next words when they are exactly these: "IF EXISTS".
  bool take_words(std::string_view words);
  /// One name, or several with dots between, as written. "" at the end.
  std::string take_name();
  /// Takes whatever comes next. "" at the end.
  std::string_view skip();

 private:
  std::string text_;
  Scan scan_;
  std::size_t at_ = 0;
};

/// The first words in upper case, at most `count`, up to the first sign: {"ALTER", "TABLE"}. Looks no
/// further, so that a text of any size may be asked.
std::vector<std::string> leading_words(std::string_view statement, std::size_t count);

}  // namespace runner
