#include "stages/crypt/crypt_command.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/crypto/aes_gcm.hpp"

#include <array>
#include <iostream>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace runner {

static constexpr std::array options{
    CliOption{.name = "null",
              .letter = '0',
              .help = "values end with a NUL byte instead of a line's end, there and here"},
};

namespace {

/// The values on stdin. They are never arguments: everybody on the machine may read those.
class Values {
 public:
  Values(const CliArguments& given, const CliContext& context) : end_(given.has("null") ? '\0' : '\n') {
    if (::isatty(STDIN_FILENO) == 1)
      context.log << "type a value a line; end with Ctrl-D on a line of its own\n";
  }

  std::optional<std::string> next() {
    std::string value;
    if (!std::getline(std::cin, value, end_)) return std::nullopt;
    ++number_;
    return value;
  }
  char end() const { return end_; }
  std::string shown_number() const { return fmt::format("{} {}", end_ == '\n' ? "line" : "value", number_); }

 private:
  char end_;
  std::size_t number_ = 0;
};

}  // namespace

static int encrypt(const CliArguments& given, CliContext& context) {
  Encryptor encryptor(EncryptionKey::from_environment());
  Values values(given, context);
  while (const std::optional<std::string> value = values.next()) {
    if (values.end() == '\n' && value->ends_with('\r'))
      throw Error{ExitCode::usage, fmt::format("{} ends with CR and LF, and CR would be part of the value",
                                               values.shown_number())}
          .hint("convert the lines' ends first, as by `tr -d '\\r'`");
    if (find_invalid_utf8(*value))
      throw Error{ExitCode::usage, fmt::format("{} is not UTF-8", values.shown_number())}.because(
          "the application could not read it");
    context.out << encryptor.encrypt(*value) << values.end();
  }
  return 0;
}

static int decrypt(const CliArguments& given, CliContext& context) {
  Decryptor decryptor(EncryptionKey::from_environment());
  Values values(given, context);
  std::string plain;
  while (const std::optional<std::string> value = values.next()) {
    if (const auto failure = decryptor.decrypt(*value, plain))
      throw Error{ExitCode::failed, fmt::format("{} {}", values.shown_number(), to_string(*failure))};
    if (plain.find(values.end()) != std::string::npos)
      throw Error{ExitCode::usage, values.end() == '\n'
                                       ? fmt::format("{} holds more than one line", values.shown_number())
                                       : fmt::format("{} holds a NUL byte", values.shown_number())}
          .hint(values.end() == '\n' ? "use --null" : "leave --null out");
    context.out << plain << values.end();
  }
  return 0;
}

const CliCommand crypt_encrypt_command{
    .name = "crypt encrypt",
    .summary = "Encrypt the lines of stdin as the application does",
    .options = options,
    .details =
        "The key is in ENCRYPTION_KEY: 32 bytes in URL-safe base64. An empty line is an\n"
        "empty text. Nothing is written unless every line can be encrypted.\n",
    .run = encrypt,
};

const CliCommand crypt_decrypt_command{
    .name = "crypt decrypt",
    .summary = "Decrypt the lines of stdin",
    .options = options,
    .details =
        "The key is in ENCRYPTION_KEY: 32 bytes in URL-safe base64. Nothing is written\n"
        "unless every line can be decrypted.\n",
    .run = decrypt,
};

}  // namespace runner
