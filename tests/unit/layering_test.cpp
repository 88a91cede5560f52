// Holds the arrows of ARCHITECTURE.md: which folder may include which, and that a third-party library is
// known to one folder only. Reads the #include lines of the tree.

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

using Folders = std::set<std::string, std::less<>>;

static const Folders all_but_cli_and_pipeline{"core",     "sql",       "process", "crypto", "http",
                                              "postgres", "migration", "report",  "yaml",   "seed"};
static const Folders all_of_runner{"core",      "sql",      "process", "crypto", "http", "postgres",
                                   "migration", "pipeline", "report",  "cli",    "yaml", "seed"};
/// Each folder and what it may include beside itself.
static const std::map<std::string, Folders, std::less<>> arrows{
    {"core", {}},
    {"sql", {"core"}},
    {"process", {"core"}},
    {"crypto", {"core"}},
    {"http", {"core"}},
    {"report", {"crypto", "core"}},
    {"yaml", {"core"}},
    {"postgres", {"process", "crypto", "core"}},
    {"migration", {"sql", "postgres", "process", "crypto", "core"}},
    {"seed", {"yaml", "sql", "postgres", "process", "crypto", "core"}},
    {"pipeline", {"yaml", "migration", "postgres", "core"}},
    {"cli", all_of_runner},
};

struct Library {
  std::string_view prefix;  ///< of the included header
  std::array<std::string_view, 3> folders;
};
static constexpr std::array libraries{
    Library{"boost/program_options", {"cli", "", ""}},
    Library{"boost/", {"process", "", ""}},
    Library{"crypt.h", {"crypto", "", ""}},
    Library{"csv.h", {"seed", "", ""}},
    Library{"curl/", {"http", "", ""}},
    Library{"libpq-fe.h", {"postgres", "", ""}},
    Library{"nlohmann/", {"report", "http", "yaml"}},
    Library{"openssl/", {"crypto", "", ""}},
    Library{"pg_query", {"sql", "", ""}},
    Library{"pqxx/", {"postgres", "", ""}},
    Library{"pugixml", {"report", "", ""}},
    Library{"yaml-cpp/", {"yaml", "", ""}},
};
/// The system's own headers, and fmt, which stands in for the standard library's <format>.
static constexpr std::array free_for_all{"arpa/",    "dirent.h", "dlfcn.h",   "fcntl.h", "fmt/",
                                         "glob.h",   "iconv.h",  "grp.h",     "linux/",  "netdb.h",
                                         "netinet/", "poll.h",   "pwd.h",     "sched.h", "signal.h",
                                         "spawn.h",  "sys/",     "termios.h", "unistd.h"};

/// "runner/core/text.cpp" → "core", "stages/exec/exec.cpp" → "stages/exec", "stages/registry.cpp" →
/// "registry", "runner/main.cpp" → "main".
static std::string folder_of(const std::string& path) {
  const bool of_stages = path.starts_with("stages/");
  if (!of_stages && !path.starts_with("runner/")) return {};
  const std::size_t slash = path.find('/', 7);
  if (slash == std::string::npos) return of_stages ? "registry" : "main";
  return (of_stages ? "stages/" : "") + path.substr(7, slash - 7);
}

/// A handler's own subcommand: "stages/lint/explain_command.cpp".
static bool is_command(const std::string& path) {
  return path.ends_with("_command.cpp") || path.ends_with("_command.hpp");
}

static bool may_include(const std::string& path, const std::string& to) {
  const std::string from = folder_of(path);
  if (from == to) return true;
  if (from == "main") return to == "cli" || to == "core" || to == "registry";
  if (from == "registry") return to == "migration" || to == "cli" || to.starts_with("stages/");
  if (from.starts_with("stages/"))
    return all_but_cli_and_pipeline.contains(to) || (is_command(path) && (to == "cli" || to == "pipeline"));
  const auto allowed = arrows.find(from);
  return allowed != arrows.end() && allowed->second.contains(to);
}

static std::string complaint_about_ours(const std::string& path, const std::string& header) {
  const std::string to = folder_of(header);
  if (to.empty()) return "is not included by its path from the root";
  return may_include(path, to) ? "" : folder_of(path) + " may not use " + to;
}

static std::string complaint_about_library(const std::string& from, const std::string& header) {
  const auto starts = [&](std::string_view prefix) { return header.starts_with(prefix); };
  if (header.find_first_of("./") == std::string::npos) return {};  // the standard library
  if (std::any_of(free_for_all.begin(), free_for_all.end(), starts)) return {};
  for (const Library& library : libraries) {
    if (!starts(library.prefix)) continue;
    const bool owner =
        std::find(library.folders.begin(), library.folders.end(), from) != library.folders.end();
    return owner ? "" : "belongs to " + std::string(library.folders[0]) + " alone";
  }
  return "is a library without a folder of its own; name one in this test";
}

/// One line for each include of `text` that breaks a rule: "<path>:<line>: <header> <what is wrong>".
static std::vector<std::string> broken_rules(const std::string& path, const std::string& text) {
  std::vector<std::string> broken;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    const std::size_t hash = line.find_first_not_of(' ');
    if (hash == std::string::npos || line.compare(hash, 8, "#include") != 0) continue;
    const std::size_t open = line.find_first_of("\"<", hash);
    const std::size_t close = line.find_first_of("\">", open + 1);
    const std::string header = line.substr(open + 1, close - open - 1);
    const std::string complaint = line[open] == '"' ? complaint_about_ours(path, header)
                                                    : complaint_about_library(folder_of(path), header);
    if (!complaint.empty())
      broken.push_back(path + ":" + std::to_string(number) + ": " + header + " " + complaint);
  }
  return broken;
}

TEST(Layering, HoldsInTheWholeTree) {
  const std::filesystem::path root = RUNNER_SOURCE_DIR;
  std::size_t files = 0;
  for (const char* top : {"runner", "stages"})
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / top)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".cpp" && extension != ".hpp") continue;
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      for (const std::string& broken :
           broken_rules(entry.path().lexically_relative(root).string(), text.str()))
        ADD_FAILURE() << broken;
      ++files;
    }
  EXPECT_GT(files, 50U) << "the sources were not found";
}

struct BadInclude {
  const char* path;
  const char* line;
  const char* complaint;
};

class LayeringRefuses : public testing::TestWithParam<BadInclude> {};

TEST_P(LayeringRefuses, AnIncludeAgainstAnArrow) {
  const BadInclude& bad = GetParam();
  EXPECT_EQ(broken_rules(bad.path, std::string("#pragma once\n") + bad.line),
            std::vector<std::string>{std::string(bad.path) + ":2: " + bad.complaint});
}

INSTANTIATE_TEST_SUITE_P(
    Each, LayeringRefuses,
    testing::Values(
        BadInclude{"runner/core/text.cpp", "#include \"runner/sql/statement.hpp\"",
                   "runner/sql/statement.hpp core may not use sql"},
        BadInclude{"runner/postgres/session.cpp", "#include \"runner/migration/plan.hpp\"",
                   "runner/migration/plan.hpp postgres may not use migration"},
        BadInclude{"stages/exec/exec.cpp", "#include \"stages/query/query.hpp\"",
                   "stages/query/query.hpp stages/exec may not use stages/query"},
        BadInclude{"stages/exec/exec.cpp", "#include \"runner/pipeline/pipeline.hpp\"",
                   "runner/pipeline/pipeline.hpp stages/exec may not use pipeline"},
        BadInclude{"runner/cli/run.cpp", "#include \"stages/registry.hpp\"",
                   "stages/registry.hpp cli may not use registry"},
        BadInclude{"runner/main.cpp", "#include \"stages/exec/exec.hpp\"",
                   "stages/exec/exec.hpp main may not use stages/exec"},
        BadInclude{"runner/sql/split.cpp", "#include \"statement.hpp\"",
                   "statement.hpp is not included by its path from the root"},
        BadInclude{"runner/cli/status.cpp", "#include <pqxx/pqxx>", "pqxx/pqxx belongs to postgres alone"},
        BadInclude{"runner/cli/status.cpp", "  #include <nlohmann/json.hpp>",
                   "nlohmann/json.hpp belongs to report alone"},
        BadInclude{
            "runner/core/text.cpp", "#include <absl/strings/str_cat.h>",
            "absl/strings/str_cat.h is a library without a folder of its own; name one in this test"}));

TEST(Layering, AllowsWhatTheArrowsSay) {
  EXPECT_EQ(broken_rules("runner/cli/run.cpp",
                         "#include \"runner/pipeline/executor.hpp\"\n#include <fmt/format.h>\n"
                         "#include <boost/program_options.hpp>\n#include <vector>\n"),
            std::vector<std::string>{});
  EXPECT_EQ(broken_rules("stages/registry.cpp", "#include \"stages/exec/exec.hpp\"\n"),
            std::vector<std::string>{});
  EXPECT_EQ(broken_rules("stages/lint/explain_command.cpp", "#include \"runner/cli/project.hpp\"\n"),
            std::vector<std::string>{});
}

}  // namespace runner
