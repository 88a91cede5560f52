#include "runner/crypto/encryption_key.hpp"

#include "runner/core/error.hpp"

#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

namespace runner {

static const std::string good = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

TEST(EncryptionKey, IsReadFromUrlSafeBase64) {
  const EncryptionKey key = EncryptionKey::parse(Secret(good), "ENCRYPTION_KEY");
  for (unsigned char i = 0; i < 32; ++i) EXPECT_EQ(key.data()[i], i);
}

TEST(EncryptionKey, IsReadFromTheEnvironment) {
  ::setenv("ENCRYPTION_KEY", good.c_str(), 1);
  EXPECT_EQ(EncryptionKey::from_environment(), EncryptionKey::parse(Secret(good), "here"));
  ::unsetenv("ENCRYPTION_KEY");
}

struct BadKey {
  std::string text;
  std::string message;
  std::string reason;
};

class EncryptionKeyRefuses : public testing::TestWithParam<BadKey> {};

TEST_P(EncryptionKeyRefuses, WhatIsNoKeyWithoutShowingIt) {
  try {
    EncryptionKey::parse(Secret(GetParam().text), "ENCRYPTION_KEY");
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_EQ(error.message(), GetParam().message);
    EXPECT_EQ(error.reason(), GetParam().reason);
    EXPECT_NE(error.advice(), "");
    EXPECT_EQ(error.text().find(GetParam().text), std::string::npos);
    EXPECT_EQ(error.text().find(GetParam().text.substr(0, 8)), std::string::npos);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Each, EncryptionKeyRefuses,
    testing::Values(
        BadKey{"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==", "ENCRYPTION_KEY holds 31 bytes, not 32", ""},
        BadKey{"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g", "ENCRYPTION_KEY holds 33 bytes, not 32", ""},
        BadKey{"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", "ENCRYPTION_KEY is not URL-safe base64",
               "it has 43 characters, which is no multiple of 4"},
        BadKey{"AAECAwQFBgc+CQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "ENCRYPTION_KEY is not URL-safe base64",
               "character 12 is of ordinary base64; URL-safe base64 has '-' for '+' and '_' for '/'"},
        BadKey{"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", "ENCRYPTION_KEY is not URL-safe base64",
               "character 44 cannot stand there"},
        BadKey{"AAECAwQF gcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "ENCRYPTION_KEY is not URL-safe base64",
               "character 9 is whitespace"},
        BadKey{"correct horse battery staple", "ENCRYPTION_KEY is not URL-safe base64",
               "character 8 is whitespace"}));

TEST(EncryptionKeyRefuses, AnUnsetVariable) {
  for (const char* value : {static_cast<const char*>(nullptr), ""}) {
    ::unsetenv("ENCRYPTION_KEY_OLD");
    if (value != nullptr) ::setenv("ENCRYPTION_KEY_OLD", value, 1);
    try {
      EncryptionKey::from_environment("ENCRYPTION_KEY_OLD");
      FAIL() << "it was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      EXPECT_EQ(error.message(),
                "ENCRYPTION_KEY_OLD is not set, and there is no encrypting or decrypting without it");
    }
  }
}

TEST(EncryptionKey, IsHiddenFromWhateverIsShownLater) {
  EncryptionKey::parse(Secret(good), "ENCRYPTION_KEY");
  EXPECT_EQ(hide_secrets("the library said: " + good), "the library said: [hidden]");
}

TEST(EncryptionKey, ThatIsMadeUpIsAnotherEachTime) {
  EXPECT_FALSE(EncryptionKey::random() == EncryptionKey::random());
}

}  // namespace runner
