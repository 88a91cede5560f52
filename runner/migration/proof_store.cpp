#include "runner/migration/proof_store.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"

#include <system_error>
#include <utility>

namespace runner {

/// Counted up when a way back that passed before may be refuted by now.
static constexpr std::string_view way_of_proving = "1";

void ProofStore::keep(const std::string& digest) const {
  if (cache_.empty()) return;
  std::error_code ignored;
  std::filesystem::create_directories(file(digest).parent_path(), ignored);
  try {
    write_file(file(digest), "proven\n");
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): see the declaration
  }
}

bool ProofStore::has(const std::string& digest) const {
  std::error_code ignored;
  return !cache_.empty() && std::filesystem::is_regular_file(file(digest), ignored);
}

ProofDigest::ProofDigest(std::set<std::string> versions_before) : versions_(std::move(versions_before)) {
  begin();
}

void ProofDigest::begin() {
  begun_ = Sha256();
  begun_.add(way_of_proving);
  for (const std::string& version : versions_) begun_.add("\n" + version);
}

void ProofDigest::add(const std::string& version) {
  const bool newest = versions_.empty() || version > *versions_.rbegin();
  if (!versions_.insert(version).second) return;
  newest ? begun_.add("\n" + version) : begin();
}

std::string ProofDigest::of(std::string_view migration_digest, std::string_view rollback_digest) const {
  Sha256 whole = begun_;
  whole.add("\n\n");
  whole.add(migration_digest);
  whole.add("\n");
  whole.add(rollback_digest);
  return whole.digest();
}

}  // namespace runner
