#include "runner/crypto/sha256.hpp"

#include "runner/core/error.hpp"

#include <array>

#include <openssl/evp.h>

namespace runner {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() = default;
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

static void check(int done) {
  if (done != 1) throw Error{ExitCode::environment, "OpenSSL cannot make a SHA-256 digest"};
}

Sha256::Sha256() : state_(std::make_unique<State>()) {
  check(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr));
}
Sha256::~Sha256() = default;

Sha256::Sha256(const Sha256& other) : state_(std::make_unique<State>()) {
  check(EVP_MD_CTX_copy_ex(state_->context, other.state_->context));
}

Sha256& Sha256::operator=(const Sha256& other) {
  if (this != &other) check(EVP_MD_CTX_copy_ex(state_->context, other.state_->context));
  return *this;
}

void Sha256::add(std::string_view data) {
  check(EVP_DigestUpdate(state_->context, data.data(), data.size()));
}

std::string Sha256::digest() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  check(EVP_DigestFinal_ex(state_->context, bytes.data(), &size));
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(2 * std::size_t{size});
  for (unsigned i = 0; i < size; ++i) {
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

std::string sha256(std::string_view data) {
  Sha256 whole;
  whole.add(data);
  return whole.digest();
}

}  // namespace runner
