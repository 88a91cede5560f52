#include "runner/report/markdown_text.hpp"

#include "runner/core/text.hpp"
#include "runner/report/shown_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace runner {

static bool is_plain(char c) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return letter || c == ' ' || static_cast<unsigned char>(c) >= 0x80;
}

/// Signs that mean nothing within a word, so that names and paths can be read in the file, too.
static bool is_within_word(std::string_view text, std::size_t at) {
  if (std::string_view("._-/").find(text[at]) == std::string_view::npos) return false;
  return at > 0 && at + 1 < text.size() && is_plain(text[at - 1]) && text[at - 1] != ' ' &&
         is_plain(text[at + 1]) && text[at + 1] != ' ';
}

std::string markdown_text(std::string_view raw) {
  const std::string shown = shown_text(raw);
  std::string text;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const char c = shown[i];
    if (c == '\n' || c == '\t')
      text += ' ';
    else if (is_plain(c) || std::string_view(",;'\"?").find(c) != std::string_view::npos ||
             is_within_word(shown, i))
      text += c;
    else if (c == '<' || c == '>' || c == '&' || c == '|')  // which a table or HTML would see first
      text += fmt::format("&#{};", static_cast<int>(c));
    else
      text += {'\\', c};
  }
  return text;
}

static std::size_t longest_run(std::string_view text, char of) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == of ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

std::string markdown_block(std::string_view raw, std::size_t margin, std::size_t lines) {
  const std::string shown = shown_text(raw);
  std::string_view rest = shown;
  while (!rest.empty() && rest.back() == '\n') rest.remove_suffix(1);
  const std::string in(margin, ' ');
  const std::string fence = in + std::string(std::max<std::size_t>(3, longest_run(rest, '`') + 1), '`');
  std::string block = fence + "text\n";
  for (std::size_t n = 0; !rest.empty(); ++n) {
    if (n == lines) {
      block += in + "…\n";
      break;
    }
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    block += in + std::string(line) + '\n';
  }
  return block + fence + '\n';
}

std::string mermaid_label(std::string_view raw) {
  std::string label = "\"";
  for (const char c : shown_text(raw)) {
    if (is_plain(c) || c == '_' || c == '-' || c == '.' || c == ':')
      label += c;
    else
      label += fmt::format("#{};", static_cast<int>(c));
  }
  return label + '"';
}

}  // namespace runner
