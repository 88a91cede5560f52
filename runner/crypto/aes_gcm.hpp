#pragma once

#include "runner/crypto/encryption_key.hpp"
#include "runner/crypto/nonce_pool.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_cipher_ctx_st;

namespace runner {

struct CipherContextDeleter {
  void operator()(evp_cipher_ctx_st* context) const;
};
using CipherContext = std::unique_ptr<evp_cipher_ctx_st, CipherContextDeleter>;

/// Encrypts values as the application does: URL-safe base64 (padded) of a random nonce of 12 bytes, the
/// AES-256-GCM ciphertext, and the tag of 16 bytes, without further data under the tag. Keep one for many
/// values: it keeps its cipher context and draws nonces in batches.
/// A key should not see more than 2^32 values. Source: NIST SP 800-38D, section 8.3.
class Encryptor {
 public:
  static constexpr std::size_t tag_size_bytes = 16;

  /// Throws: Error{environment} when OpenSSL has no AES-256-GCM.
  explicit Encryptor(const EncryptionKey& key);

  /// Of a value of so many bytes.
  static constexpr std::size_t size_of_encrypted(std::size_t plain_bytes) {
    return (NoncePool::nonce_size_bytes + plain_bytes + tag_size_bytes + 2) / 3 * 4;
  }
  /// Appends the encrypted `plain` to `out`. Throws: Error{environment} when OpenSSL fails.
  void append(std::string_view plain, std::string& out);
  std::string encrypt(std::string_view plain);
  /// NULL stays NULL.
  std::optional<std::string> encrypt_nullable(const std::optional<std::string>& plain);

 private:
  CipherContext context_;
  NoncePool nonces_;
  std::string sealed_;  // nonce, ciphertext, tag: kept for its capacity
};

/// Why a value cannot be read.
enum class DecryptFailure {
  not_base64,  ///< it is not URL-safe base64: most likely plaintext
  too_short,   ///< it has fewer bytes than nonce and tag take
  wrong_tag,   ///< another key encrypted it, or it was changed
};
/// A clause about the value: "is not URL-safe base64".
std::string_view to_string(DecryptFailure failure);

/// Reads what Encryptor, or the application, has written.
class Decryptor {
 public:
  /// Throws: Error{environment} when OpenSSL has no AES-256-GCM.
  explicit Decryptor(const EncryptionKey& key);

  /// Replaces `plain` by what `value` holds. Returns why it cannot, then `plain` is empty.
  std::optional<DecryptFailure> decrypt(std::string_view value, std::string& plain);

 private:
  CipherContext context_;
  std::string sealed_;
};

}  // namespace runner
