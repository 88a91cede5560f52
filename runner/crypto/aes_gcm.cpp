#include "runner/crypto/aes_gcm.hpp"

#include "runner/core/error.hpp"
#include "runner/crypto/base64url.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

namespace runner {

static constexpr std::size_t nonce_size = NoncePool::nonce_size_bytes;
static constexpr std::size_t tag_size = Encryptor::tag_size_bytes;

void CipherContextDeleter::operator()(evp_cipher_ctx_st* context) const {
  EVP_CIPHER_CTX_free(context);  // wipes the key
}

static void need(bool done) {
  if (!done) throw Error{ExitCode::environment, "OpenSSL cannot do AES-256-GCM"};
}

static unsigned char* bytes_of(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

static const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

static int as_int(std::size_t size) {
  need(size <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
  return static_cast<int>(size);
}

Encryptor::Encryptor(const EncryptionKey& key) : context_(EVP_CIPHER_CTX_new()) {
  need(context_ && EVP_EncryptInit_ex(context_.get(), EVP_aes_256_gcm(), nullptr, key.data(), nullptr) == 1);
}

void Encryptor::append(std::string_view plain, std::string& out) {
  const NoncePool::Nonce nonce = nonces_.next();
  sealed_.resize(nonce_size + plain.size() + tag_size);
  std::copy(nonce.begin(), nonce.end(), sealed_.begin());
  unsigned char* cipher = bytes_of(sealed_) + nonce_size;
  // What EVP_CTRL_GCM_GET_TAG does in the end, without its way there.
  std::array tag{
      OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, cipher + plain.size(), tag_size),
      OSSL_PARAM_construct_end()};
  int written = 0;
  int rest = 0;
  need(EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr, nonce.data()) == 1 &&
       EVP_EncryptUpdate(context_.get(), cipher, &written, bytes_of(plain), as_int(plain.size())) == 1 &&
       EVP_EncryptFinal_ex(context_.get(), cipher + written, &rest) == 1 &&
       EVP_CIPHER_CTX_get_params(context_.get(), tag.data()) == 1);
  append_base64url(sealed_, out);
}

std::string Encryptor::encrypt(std::string_view plain) {
  std::string value;
  append(plain, value);
  return value;
}

std::optional<std::string> Encryptor::encrypt_nullable(const std::optional<std::string>& plain) {
  if (!plain) return std::nullopt;
  return encrypt(*plain);
}

std::string_view to_string(DecryptFailure failure) {
  switch (failure) {
    case DecryptFailure::not_base64:
      return "is not URL-safe base64";
    case DecryptFailure::too_short:
      return "is shorter than a nonce and a tag";
    case DecryptFailure::wrong_tag:
      return "was encrypted with another key, or changed";
  }
  return "";
}

Decryptor::Decryptor(const EncryptionKey& key) : context_(EVP_CIPHER_CTX_new()) {
  need(context_ && EVP_DecryptInit_ex(context_.get(), EVP_aes_256_gcm(), nullptr, key.data(), nullptr) == 1);
}

std::optional<DecryptFailure> Decryptor::decrypt(std::string_view value, std::string& plain) {
  plain.clear();
  if (decode_base64url(value, sealed_)) return DecryptFailure::not_base64;
  if (sealed_.size() < nonce_size + tag_size) return DecryptFailure::too_short;
  const std::size_t size = sealed_.size() - nonce_size - tag_size;
  plain.resize(size);
  unsigned char* cipher = bytes_of(sealed_) + nonce_size;
  int written = 0;
  int rest = 0;
  need(EVP_DecryptInit_ex(context_.get(), nullptr, nullptr, nullptr, bytes_of(sealed_)) == 1 &&
       EVP_DecryptUpdate(context_.get(), bytes_of(plain), &written, cipher, as_int(size)) == 1 &&
       EVP_CIPHER_CTX_ctrl(context_.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_size), cipher + size) ==
           1);
  if (EVP_DecryptFinal_ex(context_.get(), bytes_of(plain) + written, &rest) == 1) return std::nullopt;
  // What a wrong key makes of it is nobody's text.
  plain.assign(plain.size(), '\0');
  plain.clear();
  return DecryptFailure::wrong_tag;
}

}  // namespace runner
