#include "runner/crypto/aes_gcm.hpp"

#include "runner/crypto/base64url.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

static std::string from_hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return bytes;
}

static std::string base64url(std::string_view bytes) {
  std::string text;
  append_base64url(bytes, text);
  return text;
}

static EncryptionKey key_of(std::string_view bytes) {
  return EncryptionKey::parse(Secret(base64url(bytes)), "the test's key");
}

static EncryptionKey any_key() {
  return key_of(std::string(32, 'k'));
}

struct Vector {
  std::string_view key;
  std::string_view nonce;
  std::string_view plain;
  std::string_view cipher;
  std::string_view tag;
};

class NistVector : public testing::TestWithParam<Vector> {};

TEST_P(NistVector, IsDecrypted) {
  const Vector& vector = GetParam();
  std::string plain;
  Decryptor decryptor(key_of(from_hex(vector.key)));
  const std::string value =
      base64url(from_hex(vector.nonce) + from_hex(vector.cipher) + from_hex(vector.tag));
  EXPECT_EQ(decryptor.decrypt(value, plain), std::nullopt);
  EXPECT_EQ(plain, from_hex(vector.plain));
}

// AES-256 without further data: cases 13 to 15 of the submission of GCM to NIST, and of NIST's
// gcmEncryptExtIV256.rsp the first of a plaintext of 0 and of 128 bits.
INSTANTIATE_TEST_SUITE_P(
    Each, NistVector,
    testing::Values(
        Vector{"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
               "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
        Vector{"0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000",
               "00000000000000000000000000000000", "cea7403d4d606b6e074ec5d3baf39d18",
               "d0d1c8a799996bf0265b98b5d48ab919"},
        Vector{
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
            "b16aedf5aa0de657ba637b391aafd255",
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838"
            "c5f61e6393ba7a0abcc9f662898015ad",
            "b094dac5d93471bdec1a502270e3cc6c"},
        Vector{"b52c505a37d78eda5dd34f20c22540ea1b58963cf8e5bf8ffa85f9f2492505b4", "516c33929df5a3284ff463d7",
               "", "", "bdc1ac884d332457a1d2664f168c76f0"},
        Vector{"31bdadd96698c204aa9ce1448ea94ae1fb4a9a0b3c9d773b51bb1822666b8f22", "0d18e06c7c725ac9e362e1ce",
               "2db5168e932556f8089a0622981d017d", "fa4362189661d163fcd6a56d8bf0405a",
               "d636ac1bbedd5cc3ee727dc2ab4a9489"}));

TEST(AesGcm, ReadsBackWhatItWrote) {
  Encryptor encryptor(any_key());
  Decryptor decryptor(any_key());
  for (const std::string& text :
       {std::string(), std::string("x"), std::string("01.234.567.8-901.000"),
        std::string("Żółć \xF0\x9F\x98\x80"), std::string("a\0b\n\xFF", 5), std::string(100'000, 'q')}) {
    std::string plain = "left over";
    EXPECT_EQ(decryptor.decrypt(encryptor.encrypt(text), plain), std::nullopt);
    EXPECT_EQ(plain, text);
  }
}

TEST(AesGcm, WritesNonceCiphertextAndTagInPaddedBase64) {
  Encryptor encryptor(any_key());
  for (const std::size_t size : {0U, 1U, 2U, 3U, 20U}) {
    const std::string value = encryptor.encrypt(std::string(size, 'x'));
    EXPECT_EQ(value.size(), (12 + size + 16 + 2) / 3 * 4);
    EXPECT_EQ(value.find_first_of("+/ \n"), std::string::npos);
  }
}

TEST(AesGcm, AppendsToWhatIsThere) {
  Encryptor encryptor(any_key());
  std::string line = "1\t";
  encryptor.append("secret", line);
  std::string plain;
  EXPECT_EQ(line.substr(0, 2), "1\t");
  EXPECT_EQ(Decryptor(any_key()).decrypt(std::string_view(line).substr(2), plain), std::nullopt);
  EXPECT_EQ(plain, "secret");
}

TEST(AesGcm, GivesTheSameTextAnotherFormEachTime) {
  Encryptor encryptor(any_key());
  EXPECT_NE(encryptor.encrypt("same"), encryptor.encrypt("same"));
}

TEST(AesGcm, LeavesNullNull) {
  Encryptor encryptor(any_key());
  EXPECT_EQ(encryptor.encrypt_nullable(std::optional<std::string>()), std::nullopt);
  EXPECT_NE(encryptor.encrypt_nullable(std::optional<std::string>("")), std::nullopt);
}

static std::optional<DecryptFailure> failure_of(std::string_view value) {
  std::string plain = "left over";
  const auto failure = Decryptor(any_key()).decrypt(value, plain);
  EXPECT_EQ(plain, "");
  return failure;
}

TEST(AesGcm, SaysWhyAValueCannotBeRead) {
  EXPECT_EQ(failure_of("PT Maju Jaya"), DecryptFailure::not_base64);
  EXPECT_EQ(failure_of(""), DecryptFailure::too_short);
  EXPECT_EQ(failure_of("deadbeef"), DecryptFailure::too_short);
  EXPECT_EQ(failure_of(base64url(std::string(27, 'x'))), DecryptFailure::too_short);
  EXPECT_EQ(failure_of(base64url(std::string(28, 'x'))), DecryptFailure::wrong_tag);
  EXPECT_EQ(failure_of(Encryptor(key_of(std::string(32, 'o'))).encrypt("of another key")),
            DecryptFailure::wrong_tag);
}

TEST(AesGcm, FindsEveryFlippedBit) {
  std::string sealed;
  ASSERT_EQ(decode_base64url(Encryptor(any_key()).encrypt("abc"), sealed), std::nullopt);
  for (std::size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
    std::string changed = sealed;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    EXPECT_EQ(failure_of(base64url(changed)), DecryptFailure::wrong_tag) << "bit " << bit;
  }
}

TEST(AesGcm, GoesOnAfterAValueThatCannotBeRead) {
  Decryptor decryptor(any_key());
  std::string plain;
  EXPECT_EQ(decryptor.decrypt(base64url(std::string(40, 'x')), plain), DecryptFailure::wrong_tag);
  EXPECT_EQ(decryptor.decrypt(Encryptor(any_key()).encrypt("good"), plain), std::nullopt);
  EXPECT_EQ(plain, "good");
}

/// A set of nonces that is quick also without optimisation: open addressing, the zero nonce means "free".
class NonceSet {
 public:
  /// False when it was there already.
  bool insert(const unsigned char* nonce) {
    std::uint64_t hash = 0;
    std::memcpy(&hash, nonce, sizeof hash);
    unsigned char* slot = slots_.data() + hash % slot_count * size;
    while (std::memcmp(slot, zero.data(), size) != 0) {
      if (std::memcmp(slot, nonce, size) == 0) return false;
      slot += size;
      if (slot == slots_.data() + slots_.size()) slot = slots_.data();
    }
    std::memcpy(slot, nonce, size);
    return true;
  }

 private:
  static constexpr std::size_t size = NoncePool::nonce_size_bytes;
  static constexpr std::size_t slot_count = 1 << 24;
  static constexpr std::array<unsigned char, size> zero{};
  std::vector<unsigned char> slots_ = std::vector<unsigned char>(slot_count * size);
};

TEST(NoncePool, NeverRepeatsANonceInTenMillion) {
  NoncePool pool;
  NonceSet seen;
  int repeated = 0;
  for (int i = 0; i < 10'000'000; ++i)
    if (!seen.insert(pool.next().data())) ++repeated;
  EXPECT_EQ(repeated, 0);
}

TEST(NoncePool, IsFoundOutByTheSetWhenItRepeats) {
  NonceSet seen;
  NoncePool pool;
  const auto nonce = pool.next();
  EXPECT_TRUE(seen.insert(nonce.data()));
  EXPECT_FALSE(seen.insert(nonce.data()));
}

TEST(NoncePool, GivesEachValueItsNonce) {
  Encryptor encryptor(any_key());
  NonceSet seen;
  for (int i = 0; i < 10'000; ++i) {
    std::string sealed;
    ASSERT_EQ(decode_base64url(encryptor.encrypt("x"), sealed), std::nullopt);
    ASSERT_TRUE(seen.insert(reinterpret_cast<const unsigned char*>(sealed.data()))) << "value " << i;
  }
}

}  // namespace runner
