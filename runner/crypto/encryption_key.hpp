#pragma once

#include "runner/core/secret.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace runner {

/// The key of AES-256. Wiped when it goes; no message shows any of it.
class EncryptionKey {
 public:
  static constexpr std::size_t size_bytes = 32;

  /// Reads URL-safe base64 of 32 bytes, as Python's `base64.urlsafe_b64encode` writes it: 44 characters.
  /// `source` names where the text came from, such as "ENCRYPTION_KEY".
  /// Throws: Error{usage} for another length and for what is not base64.
  static EncryptionKey parse(const Secret& text, std::string_view source);
  /// The same for an environment variable. Throws: Error{usage} also when it is unset or empty.
  static EncryptionKey from_environment(const char* variable = "ENCRYPTION_KEY");

  /// One that nobody else has, for values that nobody will read.
  static EncryptionKey random();

  EncryptionKey(const EncryptionKey&) = default;
  EncryptionKey& operator=(const EncryptionKey&) = default;
  ~EncryptionKey();

  const unsigned char* data() const { return bytes_.data(); }
  bool operator==(const EncryptionKey&) const = default;

 private:
  EncryptionKey() = default;

  std::array<unsigned char, size_bytes> bytes_{};
};

}  // namespace runner
