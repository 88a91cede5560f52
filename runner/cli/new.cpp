#include "runner/cli/new.hpp"

#include "runner/cli/project.hpp"
#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/migration/migration.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <ostream>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;

static constexpr std::array arguments{CliArgument{
    .name = "name", .help = "what it does: letters, digits and '_', such as add_due_date", .required = true}};
static constexpr std::array options{pipeline_option, variable_option};

static constexpr std::size_t longest_name = 100;
static constexpr std::size_t longest_version = 20;

/// "Add due-date" → "add_due_date".
static std::string clean_name(const std::string& given) {
  std::string name;
  for (const char c : given) {
    if (c >= 'A' && c <= 'Z')
      name += static_cast<char>(c - 'A' + 'a');
    else if (c == ' ' || c == '-')
      name += '_';
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')
      name += c;
    else
      throw Error{ExitCode::usage, fmt::format("'{}' is no name for a migration", given)}.hint(
          "use letters, digits and '_', such as add_due_date");
  }
  if (name.empty() || name.size() > longest_name)
    throw Error{ExitCode::usage, name.empty()
                                     ? "the migration's name is empty"
                                     : fmt::format("the migration's name has {} characters", name.size())}
        .hint(fmt::format("use 1 to {} letters, digits and '_'", longest_name));
  return name;
}

static std::string version_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y%m%d%H%M%S", &utc)};
}

/// The next version as strings are ordered: one more in the last digit, or a digit longer after nines.
static std::string version_after(std::string newest) {
  for (std::size_t i = newest.size(); i-- > 0;) {
    if (newest[i] != '9') {
      ++newest[i];
      std::fill(newest.begin() + static_cast<std::ptrdiff_t>(i) + 1, newest.end(), '0');
      return newest;
    }
  }
  if (newest.size() >= longest_version)
    throw Error{ExitCode::usage, fmt::format("no version comes after {}", newest)}.hint(
        "rename that migration: its version is the last there can be");
  return newest + '0';
}

/// Now, unless the folder holds a version from the future. Rollbacks count, too: an orphan must not get a
/// migration by chance.
static std::string fresh_version(const MigrationFolder& folder) {
  std::string newest;
  for (const Migration& migration : folder.migrations) newest = std::max(newest, migration.version);
  for (const FolderProblem& problem : folder.problems)
    if (is_version(problem.version)) newest = std::max(newest, problem.version);
  std::string version = version_now();
  return version > newest ? version : version_after(newest);
}

static void make_folder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem)
    throw Error{ExitCode::environment, fmt::format("cannot make the folder '{}'", folder.string())}.because(
        problem.message());
}

/// Never overwrites. Throws: Error{environment}.
static void create_file(const fs::path& path, std::string_view text) {
  make_folder(path.parent_path());
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  const bool written = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int problem = errno;
  if (fd >= 0) ::close(fd);
  if (written) return;
  if (fd >= 0) ::unlink(path.c_str());
  throw Error{ExitCode::environment, fmt::format("cannot make '{}'", path.string())}.because(
      std::strerror(problem));
}

static int run(const CliArguments& given, CliContext& context) {
  const std::string name = clean_name(given.positional(0));
  const Project project = find_project(given);
  const Pipeline pipeline = load_project_pipeline(project, context.handlers);
  make_folder(pipeline.migrations);
  const std::string version =
      fresh_version(read_folder(pipeline.migrations, pipeline.rollbacks, pipeline.root));
  const std::string label = version + "_" + name;
  const fs::path migration = pipeline.migrations / (label + ".sql");
  const fs::path rollback = pipeline.rollbacks / (label + ".rollback.sql");
  create_file(migration, "-- What this migration changes.\n");
  try {
    create_file(
        rollback,
        fmt::format("-- The way back from {}, in reverse order. It must do no harm when it runs twice\n"
                    "-- (IF EXISTS), and lose no rows that were there before.\n",
                    label));
  } catch (...) {
    std::error_code ignored;
    fs::remove(migration, ignored);
    throw;
  }
  context.out << display_path(migration, pipeline.root) << '\n'
              << display_path(rollback, pipeline.root) << '\n';
  return 0;
}

const CliCommand new_command{
    .name = "new",
    .summary = "Make the files of a migration and its rollback, with a fresh version",
    .arguments = arguments,
    .options = options,
    .details = "The version is the time in UTC, or one after the newest file's if that is later.\n",
    .run = run,
};

}  // namespace runner
