#include "runner/crypto/batch_encryptor.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

static EncryptionKey the_key() {
  return EncryptionKey::parse(Secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="), "the test's key");
}

/// "0", "1x", "2xx", … again and again up to 100 letters.
static std::vector<std::string> some_texts(std::size_t count) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) texts.push_back(std::to_string(i) + std::string(i % 100, 'x'));
  return texts;
}

static std::vector<std::string> decrypted(const std::vector<std::string_view>& values) {
  Decryptor decryptor(the_key());
  std::vector<std::string> texts;
  for (const std::string_view value : values)
    EXPECT_EQ(decryptor.decrypt(value, texts.emplace_back()), std::nullopt);
  return texts;
}

static void encrypt(BatchEncryptor& encryptor, std::vector<std::string_view>& values) {
  encryptor.begin(values);
  encryptor.finish();
}

class BatchOf : public testing::TestWithParam<std::size_t> {};

TEST_P(BatchOf, ValuesStaysInItsOrder) {
  const std::vector<std::string> texts = some_texts(GetParam());
  std::vector<std::string_view> values(texts.begin(), texts.end());
  BatchEncryptor encryptor(the_key());
  encrypt(encryptor, values);
  EXPECT_EQ(decrypted(values), texts);
}
INSTANTIATE_TEST_SUITE_P(Each, BatchOf, testing::Values(0, 1, 64, 65, 255, 256, 257, 20'000));

TEST(BatchEncryptor, UsesNoNonceTwiceWhoeverEncrypts) {
  static constexpr std::size_t letters_of_nonce = 16;  // 12 bytes
  const std::vector<std::string> texts = some_texts(5'000);
  BatchEncryptor encryptor(the_key());
  std::set<std::string> nonces;
  for (int round = 0; round < 20; ++round) {
    std::vector<std::string_view> values(texts.begin(), texts.end());
    encrypt(encryptor, values);
    for (const std::string_view value : values) nonces.emplace(value.substr(0, letters_of_nonce));
  }
  EXPECT_EQ(nonces.size(), 100'000U);
}

TEST(BatchEncryptor, GoesOnWithSmallBatchesBetweenLargeOnes) {
  BatchEncryptor encryptor(the_key());
  for (const std::size_t count : {1000U, 3U, 4000U, 0U, 300U, 64U}) {
    const std::vector<std::string> texts = some_texts(count);
    std::vector<std::string_view> values(texts.begin(), texts.end());
    encrypt(encryptor, values);
    EXPECT_EQ(decrypted(values), texts);
  }
}

TEST(BatchEncryptor, KeepsABatchWhileTheNextIsEncrypted) {
  BatchEncryptor encryptor(the_key());
  const std::vector<std::string> texts = some_texts(2000);
  std::vector<std::string_view> last(texts.begin(), texts.end());
  encrypt(encryptor, last);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::string_view> next(texts.begin(), texts.end());
    encryptor.begin(next);
    EXPECT_EQ(decrypted(last), texts);
    encryptor.finish();
    EXPECT_EQ(decrypted(last), texts);
    last = next;
  }
}

TEST(BatchEncryptor, LetsGoOfABatchAtOnce) {
  BatchEncryptor encryptor(the_key());
  for (int round = 0; round < 100; ++round) {
    {
      const std::vector<std::string> gone = some_texts(5000);
      std::vector<std::string_view> values(gone.begin(), gone.end());
      encryptor.begin(values);
      encryptor.abandon();
    }
    const std::vector<std::string> texts = some_texts(300);
    std::vector<std::string_view> values(texts.begin(), texts.end());
    encrypt(encryptor, values);
    EXPECT_EQ(decrypted(values), texts);
  }
}

TEST(BatchEncryptor, WritesAsManyBytesAsItSays) {
  const std::vector<std::string> texts = some_texts(300);
  std::vector<std::string_view> values(texts.begin(), texts.end());
  BatchEncryptor encryptor(the_key());
  encrypt(encryptor, values);
  for (std::size_t i = 0; i < texts.size(); ++i)
    EXPECT_EQ(values[i].size(), Encryptor::size_of_encrypted(texts[i].size()));
}

}  // namespace runner
