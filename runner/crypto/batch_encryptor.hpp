#pragma once

#include "runner/crypto/aes_gcm.hpp"
#include "runner/crypto/encryption_key.hpp"

#include <memory>
#include <span>
#include <string_view>

namespace runner {

/// Encrypts many values at a time, each as Encryptor does. Where the machine has a second processor, a thread
/// takes a part of them; it begins with the first batch that is worth it. A process that forks must not go on
/// with it in the child.
class BatchEncryptor {
 public:
  /// Throws: Error{environment} when OpenSSL has no AES-256-GCM.
  explicit BatchEncryptor(const EncryptionKey& key);
  ~BatchEncryptor();
  BatchEncryptor(const BatchEncryptor&) = delete;
  BatchEncryptor& operator=(const BatchEncryptor&) = delete;

  /// Replaces each value by what it becomes, which is valid until the next call.
  /// Throws: Error{environment} when OpenSSL fails, or gives no nonces.
  void encrypt(std::span<std::string_view> values);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace runner
