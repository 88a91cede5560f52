#include "runner/crypto/sha256.hpp"

#include <gtest/gtest.h>

namespace runner {

// The examples of FIPS 180-2.
TEST(Sha256, AgreesWithTheStandardsExamples) {
  EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, TakesBytesOfAnyValue) {
  EXPECT_NE(sha256(std::string_view("a\0b", 3)), sha256("a"));
}

TEST(Sha256, GoesOnInACopy) {
  Sha256 begun;
  begun.add("a");
  Sha256 copy = begun;
  copy.add("bc");
  EXPECT_EQ(copy.digest(), sha256("abc"));
  copy = begun;
  copy.add("b");
  EXPECT_EQ(copy.digest(), sha256("ab"));
  EXPECT_EQ(begun.digest(), sha256("a"));
}

}  // namespace runner
