#include "runner/migration/proof_store.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/crypto/sha256.hpp"

#include <algorithm>
#include <system_error>

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

std::string proof_digest(std::vector<std::string> versions_before, std::string_view migration_sql,
                         std::string_view rollback_sql) {
  std::sort(versions_before.begin(), versions_before.end());
  std::string text{way_of_proving};
  for (const std::string& version : versions_before) text += "\n" + version;
  return sha256(text + "\n\n" + sha256(migration_sql) + "\n" + sha256(rollback_sql));
}

}  // namespace runner
