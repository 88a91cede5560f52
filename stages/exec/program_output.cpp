#include "stages/exec/program_output.hpp"

#include "runner/core/secret.hpp"
#include "runner/core/text.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

namespace runner {

std::string last_lines(std::string_view output, std::size_t lines) {
  const std::string clean = hide_secrets(clean_text(output));
  std::string_view rest = clean;
  while (rest.ends_with('\n')) rest.remove_suffix(1);
  if (rest.empty()) return {};
  std::vector<std::string_view> all;
  for (std::size_t at = 0; at <= rest.size();) {
    const std::size_t end = std::min(rest.find('\n', at), rest.size());
    all.push_back(rest.substr(at, end - at));
    at = end + 1;
  }
  const std::size_t skipped = all.size() - std::min(all.size(), lines);
  std::string shown = skipped > 0 ? fmt::format("({} before)\n", count_of(skipped, "line")) : std::string();
  for (std::size_t i = skipped; i < all.size(); ++i) shown += fmt::format("{}\n", all[i]);
  return shown;
}

static bool speaks_of_a_secret(std::string_view name) {
  static constexpr std::array<std::string_view, 6> words{"PASS", "TOKEN",      "SECRET",
                                                         "KEY",  "CREDENTIAL", "AUTH"};
  std::string upper(name);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return upper.find(word) != std::string::npos; });
}

/// "scheme://user:password@host": the password, as it is written there.
static std::string_view password_in_url(std::string_view value) {
  const std::size_t scheme = value.find("://");
  if (scheme == std::string_view::npos) return {};
  const std::string_view authority = value.substr(scheme + 3, value.find('/', scheme + 3) - (scheme + 3));
  const std::size_t at = authority.rfind('@');
  const std::size_t colon = authority.find(':');
  if (at == std::string_view::npos || colon == std::string_view::npos || colon > at) return {};
  return authority.substr(colon + 1, at - colon - 1);
}

static std::string percent_decoded(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape =
        text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
    if (!escape) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
    i += 2;
  }
  return decoded;
}

void register_secrets_of(std::string_view name, std::string_view value) {
  if (speaks_of_a_secret(name)) register_secret(Secret{std::string(value)});
  if (const std::string_view password = password_in_url(value); !password.empty()) {
    register_secret(Secret{std::string(password)});
    register_secret(Secret{percent_decoded(password)});
  }
}

}  // namespace runner
