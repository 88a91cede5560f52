#include "runner/sql/word_reader.hpp"

#include <algorithm>
#include <utility>

namespace runner {

WordReader::WordReader(std::string_view text) : text_(text), scan_(scan_tokens(text_)) {
  std::erase_if(scan_.tokens, is_comment);
}

bool WordReader::take(std::string_view word) {
  if (at_end() || !is_word(scan_.tokens[at_], text_, word)) return false;
  ++at_;
  return true;
}

bool WordReader::take_words(std::string_view words) {
  const std::size_t before = at_;
  while (!words.empty()) {
    const std::size_t space = words.find(' ');
    if (!take(words.substr(0, space))) {
      at_ = before;
      return false;
    }
    words.remove_prefix(space == std::string_view::npos ? words.size() : space + 1);
  }
  return true;
}

std::string WordReader::take_name() {
  std::string name;
  while (!at_end()) {
    name += token_text(scan_.tokens[at_++], text_);
    if (at_end() || !scan_.tokens[at_].is('.')) break;
    name += '.';
    ++at_;
  }
  return name;
}

std::string_view WordReader::skip() {
  if (at_end()) return {};
  return token_text(scan_.tokens[at_++], text_);
}

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

std::vector<std::string> leading_words(std::string_view statement, std::size_t count) {
  std::vector<std::string> words;
  while (words.size() < count) {
    statement.remove_prefix(std::min(statement.find_first_not_of(" \t\r\n\f"), statement.size()));
    std::string word;
    for (; !statement.empty() && is_letter(statement.front()); statement.remove_prefix(1))
      word += static_cast<char>(statement.front() >= 'a' ? statement.front() - 'a' + 'A' : statement.front());
    if (word.empty()) break;
    words.push_back(std::move(word));
  }
  return words;
}

}  // namespace runner
