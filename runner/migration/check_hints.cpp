#include "runner/migration/check_hints.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace runner {

void CheckHints::operator+=(const CheckHints& other) {
  words.insert(words.end(), other.words.begin(), other.words.end());
  mentioned.insert(mentioned.end(), other.mentioned.begin(), other.mentioned.end());
  patterns.insert(patterns.end(), other.patterns.begin(), other.patterns.end());
  likes.insert(likes.end(), other.likes.begin(), other.likes.end());
  numbers.insert(numbers.end(), other.numbers.begin(), other.numbers.end());
}

static bool is_operator(char c) {
  return std::string_view("~*!<>=").find(c) != std::string_view::npos;
}

static bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Takes the constant whose opening quote was taken; two quotes stand for one.
static std::string take_constant(std::string_view& rest) {
  std::string text;
  while (!rest.empty()) {
    const char c = rest.front();
    rest.remove_prefix(1);
    if (c == '\'') {
      if (rest.empty() || rest.front() != '\'') break;
      rest.remove_prefix(1);
    }
    text += c;
  }
  return text;
}

static void add_constant(const std::string& text, std::string_view compared, CheckHints& hints) {
  if (compared == "~" || compared == "~*")
    hints.patterns.push_back(text);
  else if (compared == "~~" || compared == "~~*")
    hints.likes.push_back(text);
  else if (compared == "=")
    hints.words.push_back(text);
  else if (!compared.starts_with('!') && compared != "<>")
    hints.mentioned.push_back(text);
  long long number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem == std::errc() && end == text.data() + text.size()) hints.numbers.push_back(number);
}

static void take_number(std::string_view& rest, CheckHints& hints) {
  long long number = 0;
  const auto [end, problem] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (problem == std::errc()) hints.numbers.push_back(number);
  rest.remove_prefix(static_cast<std::size_t>(std::max<std::ptrdiff_t>(end - rest.data(), 1)));
}

static std::string_view take_while(std::string_view& rest, bool (*belongs)(char)) {
  std::size_t end = 0;
  while (end < rest.size() && belongs(rest[end])) ++end;
  const std::string_view taken = rest.substr(0, end);
  rest.remove_prefix(end);
  return taken;
}

CheckHints check_hints(std::string_view expression) {
  CheckHints hints;
  std::string_view compared;  // the operator that was read last
  while (!expression.empty()) {
    const char c = expression.front();
    if (c == '\'') {
      expression.remove_prefix(1);
      add_constant(take_constant(expression), compared, hints);
    } else if (is_operator(c)) {
      compared = take_while(expression, is_operator);
    } else if (c >= '0' && c <= '9') {
      take_number(expression, hints);
    } else if (is_word(c)) {
      take_while(expression, is_word);
    } else {
      expression.remove_prefix(1);
    }
  }
  return hints;
}

}  // namespace runner
