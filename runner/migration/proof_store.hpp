#pragma once

#include "runner/crypto/sha256.hpp"

#include <filesystem>
#include <set>
#include <string>
#include <string_view>

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

/// What a proof is about: a migration's and its rollback's texts, the versions that they stand on, in any
/// order, and the way of proving. The versions are read once, however many texts follow.
class ProofDigest {
 public:
  explicit ProofDigest(std::set<std::string> versions_before);
  /// One more version stands before what follows.
  void add(const std::string& version);
  /// Both are SHA-256 digests of the files.
  std::string of(std::string_view migration_digest, std::string_view rollback_digest) const;

 private:
  void begin();
  std::set<std::string> versions_;
  Sha256 begun_{};
};

}  // namespace runner
