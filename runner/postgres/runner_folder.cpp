#include "runner/postgres/runner_folder.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"

namespace runner {

namespace fs = std::filesystem;

void make_runner_folder(const fs::path& root) {
  const fs::path folder = root / ".runner";
  std::error_code problem;
  if (!fs::create_directory(folder, problem) || problem) return;
  try {
    write_file(folder / ".gitignore", "*\n");
  } catch (const Error&) {
    // A courtesy only.
  }
}

}  // namespace runner
