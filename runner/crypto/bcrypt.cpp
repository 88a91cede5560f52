#include "runner/crypto/bcrypt.hpp"

#include "runner/core/error.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>

#include <crypt.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace runner {

namespace {
/// crypt_r's work space, which holds the password until it is wiped.
struct WorkSpace {
  std::unique_ptr<crypt_data> data = std::make_unique<crypt_data>();
  WorkSpace() = default;
  WorkSpace(const WorkSpace&) = delete;
  WorkSpace& operator=(const WorkSpace&) = delete;
  ~WorkSpace() { OPENSSL_cleanse(data.get(), sizeof *data); }
};
}  // namespace

/// Empty when libxcrypt refuses the setting.
static std::string hashed(const Secret& password, const std::string& setting) {
  WorkSpace space;
  const char* hash = ::crypt_r(password.reveal().c_str(), setting.c_str(), space.data.get());
  return hash == nullptr || *hash == '*' ? std::string() : std::string(hash);
}

static void check_password(const std::string& password) {
  const auto refuse = [](std::string_view why) {
    throw Error{ExitCode::usage, fmt::format("a password {}", why)};
  };
  if (password.empty()) refuse("is empty");
  if (password.size() > bcrypt_most_bytes)
    refuse(fmt::format("is longer than {} bytes, which is all that bcrypt looks at", bcrypt_most_bytes));
  if (password.find('\0') != std::string::npos) refuse("holds a NUL byte");
}

static void draw(unsigned char* bytes, std::size_t size) {
  if (RAND_bytes(bytes, static_cast<int>(size)) != 1)
    throw Error{ExitCode::environment, "the system's random generator gives nothing"};
}

std::string bcrypt_hash(const Secret& password, int cost) {
  check_password(password.reveal());
  std::array<unsigned char, 16> salt{};
  draw(salt.data(), salt.size());
  std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
  const char* made =
      ::crypt_gensalt_rn("$2b$", static_cast<unsigned long>(cost), reinterpret_cast<const char*>(salt.data()),
                         static_cast<int>(salt.size()), setting.data(), static_cast<int>(setting.size()));
  std::string hash = made == nullptr ? std::string() : hashed(password, setting.data());
  if (hash.empty()) throw Error{ExitCode::environment, "libxcrypt cannot do bcrypt"};
  return hash;
}

bool bcrypt_matches(const Secret& password, const std::string& hash) {
  if (!hash.starts_with("$2")) return false;
  const std::string again = hashed(password, hash);
  return again.size() == hash.size() && CRYPTO_memcmp(again.data(), hash.data(), hash.size()) == 0;
}

// --- making one
// ----------------------------------------------------------------------------------------------

/// Without 0, O, 1, l and I: people type these.
static constexpr std::string_view alphabet = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

static char random_letter() {
  // Bytes from here on would make the first letters likelier than the others.
  static constexpr unsigned limit = 256 - 256 % alphabet.size();
  unsigned char byte = 0;
  do draw(&byte, 1);
  while (byte >= limit);
  return alphabet[byte % alphabet.size()];
}

static bool has_each_class(const std::string& text) {
  const auto has = [&](int (*is)(int)) {
    return std::any_of(text.begin(), text.end(), [&](unsigned char c) { return is(c) != 0; });
  };
  return has(std::islower) && has(std::isupper) && has(std::isdigit);
}

Secret random_password() {
  static constexpr std::size_t groups = 4;
  static constexpr std::size_t letters_each = 5;
  for (;;) {
    std::string text;
    for (std::size_t i = 0; i < groups * letters_each; ++i) {
      if (i > 0 && i % letters_each == 0) text += '-';
      text += random_letter();
    }
    const bool good = has_each_class(text);
    Secret password(std::move(text));
    if (!good) continue;
    register_secret(password);
    return password;
  }
}

}  // namespace runner
