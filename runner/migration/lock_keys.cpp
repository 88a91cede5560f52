#include "runner/migration/lock_keys.hpp"

#include "runner/crypto/sha256.hpp"

#include <string>
#include <string_view>

namespace runner {

/// 60 bits of a digest: positive, so that it looks the same everywhere.
static std::int64_t key(std::string_view purpose, const HistoryTable& history) {
  const std::string digest = sha256("runner\n" + std::string(purpose) + "\n" + history.shown());
  return static_cast<std::int64_t>(std::stoull(digest.substr(0, 15), nullptr, 16));
}

std::int64_t session_lock_key(const HistoryTable& history) {
  return key("session", history);
}

std::int64_t transaction_lock_key(const HistoryTable& history) {
  return key("transaction", history);
}

}  // namespace runner
