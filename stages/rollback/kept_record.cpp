#include "stages/rollback/kept_record.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace runner {

static constexpr std::string_view apply_action = "apply";

std::optional<Batch> KeptRecord::batch() {
  Batch batch;
  const char* pipeline = std::getenv("CI_PIPELINE_ID");
  if (pipeline != nullptr && *pipeline != '\0') {
    batch.name = LedgerRun::of_environment().batch;
    batch.described = fmt::format("pipeline {}", pipeline);
  } else {
    // The newest one, also when it is rolled back already: a double click must not undo a second one.
    const std::vector<LedgerEntry> newest =
        read_ledger(target_, history_, {.action = std::string(apply_action), .limit = 1});
    if (newest.empty()) return std::nullopt;
    batch.name = newest.front().run.batch;
    batch.described = fmt::format("batch {}", batch.name);
  }
  for (const LedgerEntry& entry :
       read_ledger(target_, history_, {.batch = batch.name, .action = std::string(apply_action)}))
    if (std::ranges::find(batch.versions, entry.version) == batch.versions.end())
      batch.versions.push_back(entry.version);
  return batch;
}

bool KeptRecord::knows(const std::string& version) {
  return !read_ledger(target_, history_, {.version = version, .limit = 1}).empty();
}

std::optional<std::string> KeptRecord::of(const std::string& version) {
  return read_saved_rollback(target_, history_, version);
}

bool KeptRecord::proven(const WayBack& way) {
  const std::vector<LedgerEntry> applied = read_ledger(
      target_, history_, {.version = way.of.row.version, .action = std::string(apply_action), .limit = 1});
  if (applied.empty() || applied.front().proof != "proven") return false;
  return way.saved || applied.front().rollback_digest == way.digest;
}

}  // namespace runner
