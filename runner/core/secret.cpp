#include "runner/core/secret.hpp"

#include "runner/core/text.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include <sys/prctl.h>

namespace runner {

Secret::~Secret() {
  // volatile: an ordinary write to memory that is about to go would be optimised away.
  volatile char* bytes = text_.data();
  for (std::size_t i = 0; i < text_.size(); ++i) bytes[i] = '\0';
}

static std::vector<std::string>& registered() {
  static std::vector<std::string> texts;
  return texts;
}

void forbid_core_dumps() {
#ifndef __SANITIZE_ADDRESS__  // LeakSanitizer looks at us as a debugger does, which this would forbid
  ::prctl(PR_SET_DUMPABLE, 0);
#endif
}

void register_secret(const Secret& secret) {
  if (secret.reveal().size() < 4) return;  // shorter ones would blot out ordinary words
  for (std::string text : {secret.reveal(), percent_encoded(secret.reveal())})
    if (std::find(registered().begin(), registered().end(), text) == registered().end())
      registered().push_back(std::move(text));
  // Longest first: a secret that contains another must go whole.
  std::sort(registered().begin(), registered().end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::string hide_secrets(std::string text) {
  static constexpr std::string_view hidden = "[hidden]";
  for (const std::string& secret : registered())
    for (std::size_t at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + hidden.size()))
      text.replace(at, secret.size(), hidden);
  return text;
}

/// The part of `text` that starts at `from` and ends before one of `ends`.
static std::string_view token(std::string_view text, std::size_t from, std::string_view ends) {
  return text.substr(from, std::min(text.find_first_of(ends, from), text.size()) - from);
}

struct Range {
  std::size_t from = 0;
  std::size_t size = 0;
};

/// The password of the URL whose "://" ends at `from`. Passwords with characters that a URL may not hold
/// as they are, such as '/', are passwords all the same.
static Range url_password(std::string_view text, std::size_t from) {
  const std::string_view address = token(text, from, " \t\n\"'");
  const std::size_t colon = address.find(':');
  const std::size_t at = address.rfind('@');
  if (colon == std::string_view::npos || at == std::string_view::npos || at <= colon + 1) return {};
  if (address.find('@') < colon) return {};  // the colon before the port
  const std::string_view password = address.substr(colon + 1, at - colon - 1);
  const std::size_t digits = password.find_first_not_of("0123456789");
  if (digits != std::string_view::npos && digits > 0 && password[digits] == '/')
    return {};  // host:port/path@
  return {from + colon + 1, password.size()};
}

static Range next_password(std::string_view text, std::size_t from) {
  static constexpr std::string_view keyword = "password=";
  for (std::size_t at = from; at < text.size(); ++at) {
    Range found;
    if (text.substr(at).starts_with("://")) {
      found = url_password(text, at + 3);
    } else if (text.substr(at).starts_with(keyword) || text.substr(at).starts_with("PASSWORD=")) {
      std::size_t value = at + keyword.size();
      if (value < text.size() && (text[value] == '\'' || text[value] == '"'))
        found = {value + 1, token(text, value + 1, text.substr(value, 1)).size()};
      else
        found = {value, token(text, value, " \t\n&\"'").size()};
    }
    if (found.size > 0 && !text.substr(found.from).starts_with("${")) return found;
  }
  return {};
}

std::string passwords_blotted(std::string text) {
  for (Range found = next_password(text, 0); found.size > 0;
       found = next_password(text, found.from + found.size))
    text.replace(found.from, found.size, found.size, '*');
  return text;
}

bool holds_password(std::string_view text) {
  return next_password(text, 0).size > 0;
}

}  // namespace runner
