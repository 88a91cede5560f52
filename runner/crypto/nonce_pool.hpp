#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace runner {

/// Random 96-bit nonces, each handed out once. They are drawn from OpenSSL's generator many at a time: one
/// call for each value would cost three times the encryption. A copy would hand out the same nonces again, so
/// there is none; for the same reason a process that forks must not go on with it in both halves.
class NoncePool {
 public:
  static constexpr std::size_t nonce_size_bytes = 12;
  using Nonce = std::span<const unsigned char, nonce_size_bytes>;

  NoncePool() = default;
  NoncePool(const NoncePool&) = delete;
  NoncePool& operator=(const NoncePool&) = delete;

  /// Valid until the next call. Throws: Error{environment} when the generator has no entropy.
  Nonce next() {
    if (used_ == drawn_.size()) draw();
    const Nonce nonce(drawn_.data() + used_, nonce_size_bytes);
    used_ += nonce_size_bytes;
    return nonce;
  }

 private:
  void draw();

  std::vector<unsigned char> drawn_;
  std::size_t used_ = 0;
};

}  // namespace runner
