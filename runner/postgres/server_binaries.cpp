#include "runner/postgres/server_binaries.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/process/child.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;

namespace {
struct Installation {
  fs::path folder;
  int major = 0;
};
}  // namespace

static bool has_program(const fs::path& folder, const char* name) {
  return ::access((folder / name).c_str(), X_OK) == 0;
}

static bool has_server(const fs::path& folder) {
  return has_program(folder, "postgres") && has_program(folder, "initdb");
}

static int leading_number(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Where packages put several majors beside each other: Debian and Ubuntu, then PGDG on Red Hat. Newest
/// first.
static std::vector<Installation> packaged_installations() {
  std::vector<Installation> found;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator("/usr/lib/postgresql", ignored))
    if (const int major = leading_number(entry.path().filename().string()); major > 0)
      found.push_back({entry.path() / "bin", major});
  for (const fs::directory_entry& entry : fs::directory_iterator("/usr", ignored))
    if (const std::string name = entry.path().filename().string(); name.starts_with("pgsql-"))
      found.push_back({entry.path() / "bin", leading_number(std::string_view(name).substr(6))});
  std::sort(found.begin(), found.end(),
            [](const Installation& a, const Installation& b) { return a.major > b.major; });
  return found;
}

/// "15.20" of "postgres (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)".
static std::string version_of(const fs::path& program) {
  const ChildResult result = run_child({.program = program.string(),
                                        .arguments = {"--version"},
                                        .environment = minimal_environment({"LD_LIBRARY_PATH"}),
                                        .deadline = std::chrono::seconds(30)});
  static constexpr std::string_view before = "(PostgreSQL) ";
  const std::size_t start = result.output.find(before);
  if (!result.succeeded() || start == std::string::npos)
    throw Error{ExitCode::environment, fmt::format("cannot ask '{}' for its version", program.string())}
        .because(std::string(trimmed(result.output + result.errors)))
        .hint("reinstall PostgreSQL, or set RUNNER_PG_BIN to the folder of another installation");
  const std::string_view rest = std::string_view(result.output).substr(start + before.size());
  return std::string(rest.substr(0, rest.find_first_of(" \n")));
}

/// pg_config is a shell script on Debian and costs more than a server's start: asked only where needed.
static fs::path folder_of_pg_config() {
  if (find_program("pg_config").empty()) return {};
  const ChildResult result = run_child({.program = "pg_config",
                                        .arguments = {"--bindir"},
                                        .environment = minimal_environment(),
                                        .deadline = std::chrono::seconds(30)});
  return result.succeeded() ? fs::path(std::string(trimmed(result.output))) : fs::path{};
}

static ServerBinaries binaries_in(const fs::path& folder) {
  // The whole package has one version. This small program tells it in a tenth of the time that loading the
  // server's libraries takes.
  const bool small = has_program(folder, "pg_controldata");
  ServerBinaries found{
      .folder = folder, .version = version_of(folder / (small ? "pg_controldata" : "postgres")), .major = 0};
  found.major = leading_number(found.version);
  return found;
}

static const char* explicit_folder() {
  const char* folder = std::getenv("RUNNER_PG_BIN");
  return folder != nullptr && *folder != '\0' ? folder : nullptr;
}

ServerBinaries find_server_binaries(int wanted_major) {
  if (const char* folder = explicit_folder()) {
    if (!has_server(folder))
      throw Error{
          ExitCode::environment,
          fmt::format("RUNNER_PG_BIN names '{}', which lacks the programs postgres and initdb", folder)}
          .hint("set RUNNER_PG_BIN to a folder such as /usr/lib/postgresql/15/bin, or unset it");
    // Programs are started in other folders than ours.
    return binaries_in(fs::absolute(folder).lexically_normal());
  }
  std::vector<Installation> found = packaged_installations();
  std::erase_if(found, [](const Installation& one) { return !has_server(one.folder); });
  const auto wanted = std::find_if(found.begin(), found.end(),
                                   [&](const Installation& one) { return one.major == wanted_major; });
  if (wanted != found.end()) return binaries_in(wanted->folder);
  if (found.size() == 1) return binaries_in(found.front().folder);
  if (const fs::path folder = folder_of_pg_config(); !folder.empty() && has_server(folder))
    return binaries_in(folder);
  if (!found.empty()) return binaries_in(found.front().folder);
  throw Error{ExitCode::environment, "cannot find a PostgreSQL server on this machine"}
      .because(
          "RUNNER_PG_BIN is not set, and neither `pg_config --bindir` nor /usr/lib/postgresql/*/bin has the "
          "programs postgres and initdb")
      .hint(
          "install one (Debian, Ubuntu: `apt-get install postgresql`), set RUNNER_PG_BIN, or let "
          "shadow.server "
          "name a server");
}

fs::path find_pg_dump(int server_major) {
  std::vector<Installation> found = packaged_installations();
  if (const char* folder = explicit_folder())
    if (has_server(folder)) found.push_back({folder, binaries_in(folder).major});
  std::erase_if(found, [&](const Installation& one) {
    return one.major < server_major || !has_program(one.folder, "pg_dump");
  });
  // The nearest major writes what the server's own one would.
  const auto nearest =
      std::min_element(found.begin(), found.end(),
                       [](const Installation& a, const Installation& b) { return a.major < b.major; });
  if (nearest != found.end()) return nearest->folder / "pg_dump";
  const fs::path folder = folder_of_pg_config();
  if (!folder.empty() && has_program(folder, "pg_dump") &&
      leading_number(version_of(folder / "pg_dump")) >= server_major)
    return folder / "pg_dump";
  return {};
}

}  // namespace runner
