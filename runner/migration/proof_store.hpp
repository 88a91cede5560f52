#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// Remembers ways back that `round-trip` has proven, beside the prepared data directories, so that `apply`
/// can write it to the ledger and `rollback` can rely on it where no shadow can be made. Like all of the
/// cache it may be deleted at any time: then nothing is known.
class ProofStore {
 public:
  /// `cache`: empty for none.
  explicit ProofStore(std::filesystem::path cache) : cache_(std::move(cache)) {}

  /// Cannot fail: a proof that is not kept costs the next one's time.
  void keep(const std::string& digest) const;
  bool has(const std::string& digest) const;

 private:
  std::filesystem::path file(const std::string& digest) const { return cache_ / "proofs" / digest; }

  std::filesystem::path cache_;
};

/// What a proof is about: these texts, behind these versions, in any order, and the way of proving.
std::string proof_digest(std::vector<std::string> versions_before, std::string_view migration_sql,
                         std::string_view rollback_sql);

}  // namespace runner
