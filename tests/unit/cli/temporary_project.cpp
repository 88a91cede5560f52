#include "temporary_project.hpp"

#include "runner/cli/command.hpp"
#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "stages/registry.hpp"

#include <stdexcept>

#include <stdlib.h>

namespace runner {

namespace fs = std::filesystem;

TemporaryProject::TemporaryProject() : before_(fs::current_path()) {
  for (const char* name : {"RUNNER_PIPELINE", "DATABASE_URL", "SUPABASE_DB_URL", "SHADOW_DATABASE_URL", "CI",
                           "CI_PIPELINE_SOURCE", "CI_COMMIT_BRANCH", "CI_DEFAULT_BRANCH", "GITLAB_CI",
                           "CI_MERGE_REQUEST_DIFF_BASE_SHA", "RUNNER_CHECK_URL"})
    ::unsetenv(name);
  std::string pattern = (fs::temp_directory_path() / "runner-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  path_ = fs::canonical(pattern);
  fs::current_path(path_);
}

TemporaryProject::~TemporaryProject() {
  std::error_code ignored;
  fs::current_path(before_, ignored);
  fs::remove_all(path_, ignored);
}

void TemporaryProject::write(const std::string& name, std::string_view text) const {
  fs::create_directories((path_ / name).parent_path());
  write_file(path_ / name, text);
}

std::string TemporaryProject::read(const std::string& name) const {
  return read_file(path_ / name);
}

int TemporaryProject::call(const std::vector<std::string>& arguments) {
  out_.str("");
  log_.str("");
  CliContext context{stage_handlers(), out_, log_, stage_commands()};
  try {
    return run_cli(arguments, context);
  } catch (const Error& error) {
    log_ << error.text();
    return to_int(error.code());
  }
}

}  // namespace runner
