#include "runner/crypto/nonce_pool.hpp"

#include "runner/core/error.hpp"

#include <openssl/rand.h>

namespace runner {

void NoncePool::draw() {
  static constexpr std::size_t nonces_at_once = 4096;
  drawn_.resize(nonces_at_once * nonce_size_bytes);
  used_ = drawn_.size();  // whatever happens below, no nonce is handed out twice
  if (RAND_bytes(drawn_.data(), static_cast<int>(drawn_.size())) != 1)
    throw Error{ExitCode::environment, "the system's random generator gives no nonces for the encryption"};
  used_ = 0;
}

}  // namespace runner
