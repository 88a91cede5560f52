#pragma once

#include "runner/crypto/aes_gcm.hpp"
#include "runner/crypto/encryption_key.hpp"

#include <memory>
#include <span>
#include <string_view>

namespace runner {

/// Encrypts many values at a time, each as Encryptor does, while the caller does something else: where the
/// machine has a second processor, a thread works on them, which begins with the first batch that is worth
/// it. A process that forks must not go on with it in the child.
class BatchEncryptor {
 public:
  /// Throws: Error{environment} when OpenSSL has no AES-256-GCM.
  explicit BatchEncryptor(const EncryptionKey& key);
  ~BatchEncryptor();
  BatchEncryptor(const BatchEncryptor&) = delete;
  BatchEncryptor& operator=(const BatchEncryptor&) = delete;

  /// Begins with these values, of which nothing may be read, moved or changed before `finish`. One batch at a
  /// time.
  void begin(std::span<std::string_view> values);
  /// Helps with what is left. Then each value is what it becomes, which stays valid while one further batch
  /// is encrypted. Throws: Error{environment} when OpenSSL fails, or gives no nonces.
  void finish();
  /// Lets go of the values, whatever has become of them.
  void abandon() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace runner
