#pragma once

#include <filesystem>

namespace runner {

/// <root>/.runner, made when it is not there, with a .gitignore that keeps databases out of commits.
/// Throws nothing: whoever needs a folder in it sees for himself that there is none.
void make_runner_folder(const std::filesystem::path& root);

}  // namespace runner
