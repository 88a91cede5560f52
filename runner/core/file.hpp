#pragma once

#include "runner/core/exit_code.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace runner {

/// Reads a whole file. Throws: Error{code} naming the file and what the system said.
std::string read_file(const std::filesystem::path& path, ExitCode code = ExitCode::environment);

/// Writes beside the file and renames, so that a reader sees the old text or the new one.
/// Throws: Error{ExitCode::environment}.
void write_file(const std::filesystem::path& path, std::string_view text, unsigned mode = 0644);

/// `path` as seen from `root` when it lies inside, else as it is; for messages and reports.
std::string display_path(const std::filesystem::path& path, const std::filesystem::path& root);

}  // namespace runner
