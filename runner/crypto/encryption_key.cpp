#include "runner/crypto/encryption_key.hpp"

#include "runner/core/error.hpp"
#include "runner/crypto/base64url.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace runner {

static constexpr std::string_view advice =
    "give it the application's key: 32 bytes in URL-safe base64, 44 characters with '=' at the end";

static std::string what_is_wrong(std::string_view text, std::size_t at) {
  if (at == text.size()) return fmt::format("it has {} characters, which is no multiple of 4", text.size());
  if (text[at] == '+' || text[at] == '/')
    return fmt::format("character {} is of ordinary base64; URL-safe base64 has '-' for '+' and '_' for '/'",
                       at + 1);
  if (text.find_first_of(" \t\r\n") == at) return fmt::format("character {} is whitespace", at + 1);
  return fmt::format("character {} cannot stand there", at + 1);
}

EncryptionKey EncryptionKey::parse(const Secret& text, std::string_view source) {
  register_secret(text);
  std::string bytes;
  const std::optional<std::size_t> wrong = decode_base64url(text.reveal(), bytes);
  const Secret decoded(std::move(bytes));  // wipes it
  if (wrong)
    throw Error{ExitCode::usage, fmt::format("{} is not URL-safe base64", source)}
        .because(what_is_wrong(text.reveal(), *wrong))
        .hint(std::string(advice));
  if (decoded.reveal().size() != size_bytes)
    throw Error{ExitCode::usage,
                fmt::format("{} holds {} bytes, not {}", source, decoded.reveal().size(), size_bytes)}
        .hint(std::string(advice));
  EncryptionKey key;
  std::copy(decoded.reveal().begin(), decoded.reveal().end(), key.bytes_.begin());
  return key;
}

EncryptionKey EncryptionKey::from_environment(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr || *value == '\0')
    throw Error{ExitCode::usage,
                fmt::format("{} is not set, and there is no encrypting or decrypting without it", variable)}
        .hint(std::string(advice));
  return parse(Secret(value), variable);
}

EncryptionKey EncryptionKey::random() {
  EncryptionKey key;
  if (RAND_bytes(key.bytes_.data(), static_cast<int>(key.bytes_.size())) != 1)
    throw Error{ExitCode::environment, "the system's random generator gives nothing"};
  return key;
}

EncryptionKey::~EncryptionKey() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

}  // namespace runner
