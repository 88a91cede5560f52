#pragma once

#include "runner/core/stop_signal.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace runner {

/// The commit that the working tree is compared with, and the migration files there.
struct BaseCommit {
  std::string commit{};  ///< full id
  std::string reason{};  ///< "--base", "CI_MERGE_REQUEST_DIFF_BASE_SHA", "merge base with main"
  bool is_head = false;  ///< nothing was committed since
  std::map<std::string, std::string> blobs{};  ///< file name in the migrations folder → git blob id
};

/// Finds the base: `asked` (--base), else CI_MERGE_REQUEST_DIFF_BASE_SHA, else the merge base of HEAD with
/// the default branch (CI_DEFAULT_BRANCH, origin/HEAD, main, master). Nothing without git or a commit.
/// Throws: Error{environment} with the hint GIT_DEPTH: 0 when the commit is not in a shallow clone,
/// Error{usage} when `asked` is no commit.
std::optional<BaseCommit> find_base(const std::string& asked, const std::filesystem::path& migrations,
                                    const StopSignal* stop);

/// The blob ids that the files of the folder have now, as git would store them, by file name.
std::map<std::string, std::string> blobs_now(const std::filesystem::path& migrations, const StopSignal* stop);

}  // namespace runner
