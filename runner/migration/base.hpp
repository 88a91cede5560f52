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
  std::string reason{};  ///< "--base", "CI_MERGE_REQUEST_DIFF_BASE_SHA", "merge base with origin/main"
  std::string branch{};  ///< "origin/main"; empty when a commit was named
  std::string prefix{};  ///< of the migrations folder in the repository: "migrations/"
  bool is_head = false;  ///< nothing was committed since
  std::map<std::string, std::string> blobs{};  ///< file name in the migrations folder → git blob id,
                                               ///< "" for a link: what it leads to isn't stored with it

  bool implied() const { return !branch.empty(); }
};

/// Finds the base: `asked` (--base), else CI_MERGE_REQUEST_DIFF_BASE_SHA, else the merge base of HEAD with
/// the default branch (CI_DEFAULT_BRANCH, origin/HEAD, main, master). Nothing without git or a commit.
/// Throws: Error{environment} with the hint GIT_DEPTH: 0 when the commit is not in a shallow clone, and when
/// git refuses the repository because another user owns it; Error{usage} when `asked` is no commit.
std::optional<BaseCommit> find_base(const std::string& asked, const std::filesystem::path& migrations,
                                    const StopSignal* stop);

/// The blob ids that these files of the folder have now, as git would store them (line ends and filters of
/// .gitattributes included), by file name. Left out: files that do not exist or cannot be read.
std::map<std::string, std::string> blobs_now(const BaseCommit& base, const std::filesystem::path& migrations,
                                             const std::vector<std::string>& names, const StopSignal* stop);

}  // namespace runner
