#include "runner/core/secret.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include <fmt/format.h>

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

static std::string percent_encoded(std::string_view text) {
  static constexpr std::string_view unreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char c : text)
    encoded += unreserved.find(c) != std::string_view::npos
                   ? std::string(1, c)
                   : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return encoded;
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

}  // namespace runner
