// The application encrypts in Python: what either side writes, the other has to read.

#include "runner/crypto/aes_gcm.hpp"
#include "runner/process/child.hpp"

#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

static const std::string key = "9-GH9l5vDNdWdyY3y1pZy9UtY0d8cPPYe_zsq0eYqQw=";

/// The application's encrypt and decrypt, a value a line, hexadecimal on the plain side.
static const std::string program = R"(
import base64, os, sys
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

aead = AESGCM(base64.urlsafe_b64decode(os.environ["ENCRYPTION_KEY"]))

def encrypt(plain):
    nonce = os.urandom(12)
    return base64.urlsafe_b64encode(nonce + aead.encrypt(nonce, plain, None)).decode()

def decrypt(value):
    sealed = base64.urlsafe_b64decode(value)
    return aead.decrypt(sealed[:12], sealed[12:], None)

for line in sys.stdin.read().splitlines():
    if sys.argv[1] == "encrypt":
        print(encrypt(bytes.fromhex(line)))
    else:
        print(decrypt(line).hex())
)";

static const std::vector<std::string> texts{"",
                                            "x",
                                            "01.234.567.8-901.000",
                                            "PT Żółć \xE2\x80\x93 \xF0\x9F\x98\x80",
                                            std::string("\0\n\xFF", 3),
                                            std::string(4096, 'q')};

static std::string hex(std::string_view bytes) {
  std::string digits;
  for (const char c : bytes)
    for (const int nibble : {c >> 4 & 15, c & 15}) digits += "0123456789abcdef"[nibble];
  return digits;
}

static ChildResult python(const std::vector<std::string>& arguments, const std::string& input = {}) {
  Command command{.program = find_program("python3"),
                  .arguments = arguments,
                  .environment = minimal_environment(),
                  .input = input};
  command.environment["ENCRYPTION_KEY"] = key;
  return run_child(command);
}

static std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

class PythonInterop : public testing::Test {
 protected:
  void SetUp() override {
    if (find_program("python3").empty() || !python({"-c", "import cryptography"}).succeeded())
      GTEST_SKIP() << "needs python3 with the module cryptography (Debian: python3-cryptography)";
  }

  static std::vector<std::string> converted(const std::string& way, const std::string& input) {
    const ChildResult result = python({"-c", program, way}, input);
    EXPECT_TRUE(result.succeeded()) << result.errors;
    return lines_of(result.output);
  }
};

TEST_F(PythonInterop, DecryptsWhatWeEncrypt) {
  Encryptor encryptor(EncryptionKey::parse(Secret(key), "key"));
  std::string input;
  std::vector<std::string> expected;
  for (const std::string& text : texts) {
    encryptor.append(text, input);
    input += '\n';
    expected.push_back(hex(text));
  }
  EXPECT_EQ(converted("decrypt", input), expected);
}

TEST_F(PythonInterop, EncryptsWhatWeDecrypt) {
  std::string input;
  for (const std::string& text : texts) input += hex(text) + '\n';
  const std::vector<std::string> values = converted("encrypt", input);
  ASSERT_EQ(values.size(), texts.size());
  Decryptor decryptor(EncryptionKey::parse(Secret(key), "key"));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::string plain;
    EXPECT_EQ(decryptor.decrypt(values[i], plain), std::nullopt);
    EXPECT_EQ(plain, texts[i]);
  }
}

}  // namespace runner
