#include "tests/bench/encryption.hpp"

#include "runner/crypto/aes_gcm.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/rand.h>

namespace runner::bench {

static constexpr std::string_view value = "keuangan@ptmajubersama.example.co.id";
static const EncryptionKey key =
    EncryptionKey::parse(Secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="), "the bench's key");

static void ours(int count) {
  Encryptor encryptor(key);
  std::string text;
  for (int i = 0; i < count; ++i) {
    text.clear();
    encryptor.append(value, text);
  }
}

static void bare(int count) {
  static constexpr std::size_t nonce_size = 12;
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context(EVP_CIPHER_CTX_new(),
                                                                                &EVP_CIPHER_CTX_free);
  std::array<unsigned char, 4096 * nonce_size> nonces{};
  std::array<unsigned char, 64> cipher{};
  std::array<unsigned char, 16> tag{};
  std::size_t used = nonces.size();
  bool done = EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, key.data(), nullptr) == 1;
  for (int i = 0; i < count; ++i) {
    if (used == nonces.size()) {
      done = done && RAND_bytes(nonces.data(), static_cast<int>(nonces.size())) == 1;
      used = 0;
    }
    int size = 0;
    done = done && EVP_EncryptInit_ex(context.get(), nullptr, nullptr, nullptr, nonces.data() + used) == 1 &&
           EVP_EncryptUpdate(context.get(), cipher.data(), &size,
                             reinterpret_cast<const unsigned char*>(value.data()),
                             static_cast<int>(value.size())) == 1 &&
           EVP_EncryptFinal_ex(context.get(), cipher.data() + size, &size) == 1 &&
           EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag.size()),
                               tag.data()) == 1;
    used += nonce_size;
  }
  if (!done) throw std::runtime_error("OpenSSL cannot encrypt");
}

Pair encryption_beside_evp(int count) {
  return compare(
      15, [&] { ours(count); }, [&] { bare(count); });
}

}  // namespace runner::bench
