#include "runner/migration/pattern_sample.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace runner {

namespace {

/// Writes a sample while it reads the pattern. An alternative that isn't chosen is read, too, and its text
/// dropped.
class Sampler {
 public:
  Sampler(std::string_view pattern, std::size_t number) : rest_(pattern), number_(number) {}
  std::optional<std::string> run() {
    std::string text = alternatives();
    if (failed_ || !rest_.empty()) return std::nullopt;
    return text;
  }

 private:
  bool at(char c) const { return !rest_.empty() && rest_.front() == c; }
  char take() {
    if (rest_.empty()) {
      failed_ = true;
      return ' ';
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  /// Digits of a number in the base of how many there are to choose from: all texts come up in turn.
  std::size_t choose(std::size_t count) {
    const std::size_t chosen = number_ % count;
    number_ = number_ / count;
    return chosen;
  }

  std::string alternatives();
  std::string sequence();
  std::string repeated();
  std::string atom();
  std::string group();
  std::string one_of(std::string candidates);
  std::string bracket();
  std::string escaped();
  std::size_t times();

  std::string_view rest_;
  std::size_t number_;
  bool failed_ = false;
};

constexpr std::string_view digits = "0123456789";
constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";

std::string Sampler::alternatives() {
  std::vector<std::string> all{sequence()};
  while (at('|')) {
    take();
    all.push_back(sequence());
  }
  return all[choose(all.size())];
}

std::string Sampler::sequence() {
  std::string text;
  while (!rest_.empty() && !at('|') && !at(')') && !failed_) text += repeated();
  return text;
}

/// What is repeated is read again for each time, so that each time may be another text.
std::string Sampler::repeated() {
  if (at('^') || at('$')) {
    take();
    return {};
  }
  const std::string_view begin = rest_;
  std::string text = atom();
  const std::string_view source = begin.substr(0, begin.size() - rest_.size());
  std::size_t count = times();
  if (count == 0) return {};
  const std::string_view behind = rest_;
  while (--count > 0 && !failed_) {
    rest_ = source;
    text += atom();
  }
  rest_ = behind;
  return text;
}

std::size_t Sampler::times() {
  static constexpr std::size_t most = 1000;
  std::size_t least = 1;
  if (at('*') || at('?')) {
    take();
    least = 0;
  } else if (at('+')) {
    take();
  } else if (at('{')) {
    take();
    const auto [end, problem] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), least);
    failed_ = failed_ || problem != std::errc() || least > most;
    const std::size_t close = rest_.find('}');
    if (close == std::string_view::npos) failed_ = true;
    rest_.remove_prefix(std::min(close, rest_.size() - 1) + 1);
  } else {
    return 1;
  }
  if (at('?')) take();  // not greedy: the same texts
  return least;
}

std::string Sampler::atom() {
  const char c = take();
  switch (c) {
    case '(':
      return group();
    case '[':
      return bracket();
    case '\\':
      return escaped();
    case '.':
      return one_of(std::string(letters));
    default:
      return {c};
  }
}

std::string Sampler::group() {
  if (at('?')) {
    take();
    if (take() != ':') failed_ = true;
  }
  std::string text = alternatives();
  if (take() != ')') failed_ = true;
  return text;
}

std::string Sampler::one_of(std::string candidates) {
  if (candidates.empty()) {
    failed_ = true;
    return {};
  }
  return {candidates[choose(candidates.size())]};
}

std::string Sampler::escaped() {
  const char c = take();
  switch (c) {
    case 'd':
      return one_of(std::string(digits));
    case 'w':
      return one_of(std::string(letters));
    case 's':
      return " ";
    case 'y':
    case 'm':
    case 'M':
    case 'A':
    case 'Z':
      return {};  // places, not characters
    default:
      if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) failed_ = true;
      return {c};
  }
}

std::string named_class(std::string_view name) {
  if (name == "digit" || name == "xdigit") return std::string(digits);
  if (name == "alpha" || name == "lower" || name == "alnum") return std::string(letters);
  if (name == "upper") return "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  if (name == "space" || name == "blank") return " ";
  if (name == "punct") return "-";
  return {};
}

std::string Sampler::bracket() {
  const bool negated = at('^');
  if (negated) take();
  std::string members;
  for (bool first = true; !failed_ && (first || !at(']')); first = false) {
    char c = take();
    if (c == '[' && at(':')) {
      const std::size_t end = rest_.find(":]");
      if (end == std::string_view::npos) {
        failed_ = true;
        break;
      }
      members += named_class(rest_.substr(1, end - 1));
      rest_.remove_prefix(end + 2);
      continue;
    }
    if (c == '\\') {
      const char escape = take();
      if (escape == 'd') members += digits;
      if (escape == 'w') members += std::string(letters) + "_";
      if (escape == 's') members += ' ';
      if (escape == 'd' || escape == 'w' || escape == 's') continue;
      c = escape;
    }
    if (at('-') && rest_.size() > 1 && rest_[1] != ']') {
      take();
      const int last = static_cast<unsigned char>(take());
      for (int member = static_cast<unsigned char>(c); member <= last; ++member)
        members += static_cast<char>(member);
    } else {
      members += c;
    }
  }
  if (take() != ']') failed_ = true;
  if (!negated) return one_of(members);
  std::string others;
  for (const char c : std::string(letters) + std::string(digits) + "-_ ")
    if (members.find(c) == std::string::npos) others += c;
  return one_of(others);
}

}  // namespace

std::optional<std::string> pattern_sample(std::string_view pattern, std::size_t number) {
  return Sampler(pattern, number).run();
}

}  // namespace runner
