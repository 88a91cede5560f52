#include "runner/migration/base.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/remedy.hpp"
#include "runner/process/child.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;

static constexpr std::string_view merge_request_variable = "CI_MERGE_REQUEST_DIFF_BASE_SHA";
static constexpr std::string_view depth_hint =
    "fetch the whole history: set the variable GIT_DEPTH: 0 in the GitLab job, or run git fetch --unshallow";

static std::string variable(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value == nullptr ? "" : value;
}

/// What decides which repositories git may read stays as the user has it; GIT_DIR and kin do not: in a hook
/// they would lead git to another repository than the folder's.
static std::map<std::string, std::string> git_environment() {
  std::vector<std::string> names{"GIT_CONFIG_GLOBAL",
                                 "GIT_CONFIG_SYSTEM",
                                 "GIT_CONFIG_NOSYSTEM",
                                 "GIT_CEILING_DIRECTORIES",
                                 "XDG_CONFIG_HOME",
                                 "GIT_CONFIG_COUNT",
                                 "GIT_DISCOVERY_ACROSS_FILESYSTEM"};
  const std::string count = variable("GIT_CONFIG_COUNT");
  const bool number =
      !count.empty() && count.size() < 4 && count.find_first_not_of("0123456789") == std::string::npos;
  for (int i = 0, n = number ? std::stoi(count) : 0; i < n; ++i) {
    names.push_back(fmt::format("GIT_CONFIG_KEY_{}", i));
    names.push_back(fmt::format("GIT_CONFIG_VALUE_{}", i));
  }
  std::map<std::string, std::string> environment = minimal_environment(names);
  environment["GIT_OPTIONAL_LOCKS"] = "0";
  environment["GIT_TERMINAL_PROMPT"] = "0";
  environment["GIT_LITERAL_PATHSPECS"] = "1";
  return environment;
}

namespace {

class Git {
 public:
  Git(fs::path folder, const StopSignal* stop)
      : folder_(std::move(folder)), stop_(stop), environment_(git_environment()) {}

  ChildResult run(std::vector<std::string> arguments, std::string input = {}) const {
    Command command;
    command.program = "git";
    command.arguments = std::move(arguments);
    command.environment = environment_;
    command.folder = folder_;
    command.input = std::move(input);
    command.output_limit_bytes = std::size_t{1} << 28;
    return run_child(command, stop_);
  }

  /// Throws: Error{environment} when git fails.
  std::string output(std::vector<std::string> arguments, std::string_view doing) const {
    ChildResult result = run(std::move(arguments));
    if (!result.succeeded() || result.output_cut)
      throw Error{ExitCode::environment, fmt::format("git could not {}", doing)}.because(
          result.output_cut ? "its output is too long" : clean_text(trimmed(result.errors)));
    return std::move(result.output);
  }

 private:
  fs::path folder_;
  const StopSignal* stop_;
  std::map<std::string, std::string> environment_;
};

struct Repository {
  std::string prefix{};  ///< of the folder: "migrations/"
  bool shallow = false;
  std::string head{};  ///< commit id; empty before the first commit
};

}  // namespace

static std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return parts;
}

static Error foreign_repository(const fs::path& folder, const std::string& errors) {
  // git prints the remedy with the exact folder, which is not always the one we asked about.
  static constexpr std::string_view command = "git config --global --add safe.directory";
  std::string remedy = fmt::format("{} {}", command, shell_word(folder.string()));
  if (const std::size_t at = errors.find(command); at != std::string::npos)
    remedy = std::string(trimmed(std::string_view(errors).substr(at, errors.find('\n', at) - at)));
  return Error{ExitCode::environment,
               fmt::format("git does not read the repository of '{}': another user owns it", folder.string())}
      .hint(fmt::format("if you trust it, run {}", remedy));
}

/// Nothing when the folder lies in no work tree.
static std::optional<Repository> look_at_repository(const Git& git, const fs::path& folder) {
  const ChildResult result = git.run(
      {"rev-parse", "--show-prefix", "--is-shallow-repository", "--verify", "--quiet", "HEAD^{commit}"});
  if (result.errors.find("dubious ownership") != std::string::npos)
    throw foreign_repository(folder, result.errors);
  const std::vector<std::string_view> lines = split(result.output, '\n');
  if (lines.size() < 2) return std::nullopt;
  return Repository{std::string(lines[0]), lines[1] == "true",
                    lines.size() > 2 && result.succeeded() ? std::string(lines[2]) : ""};
}

static std::string commit_of(const Git& git, const std::string& name) {
  if (name.empty() || name.front() == '-') return "";
  const ChildResult result = git.run({"rev-parse", "--verify", "--quiet", name + "^{commit}"});
  return result.succeeded() ? std::string(trimmed(result.output)) : "";
}

static BaseCommit named_base(const Git& git, const Repository& repository, const std::string& name,
                             std::string_view source, ExitCode code) {
  BaseCommit base;
  base.commit = commit_of(git, name);
  base.reason = source;
  if (!base.commit.empty()) return base;
  const std::string shown = clean_text(name);
  if (repository.shallow)
    throw Error{ExitCode::environment,
                fmt::format("the base commit '{}' ({}) is not in this shallow clone", shown, source)}
        .hint(std::string(depth_hint));
  throw Error{code, fmt::format("the base '{}' ({}) is no commit of this repository", shown, source)}.hint(
      code == ExitCode::usage ? "name a commit, branch or tag that git log shows"
                              : "fetch it: git fetch origin " + shell_word(shown));
}

/// The first of the default branches that exists: "refs/remotes/origin/main", …; "" when none does.
static std::string default_branch(const Git& git) {
  std::vector<std::string> wanted;
  const auto want = [&](const std::string& branch) {
    wanted.push_back("refs/remotes/origin/" + branch);
    wanted.push_back("refs/heads/" + branch);
  };
  if (const std::string named = variable("CI_DEFAULT_BRANCH"); !named.empty()) want(named);
  wanted.emplace_back("refs/remotes/origin/HEAD");
  want("main");
  want("master");
  std::vector<std::string> arguments{"for-each-ref", "--format=%(refname) %(symref)", "--"};
  arguments.insert(arguments.end(), wanted.begin(), wanted.end());
  const std::string output = git.output(std::move(arguments), "list branches");
  std::map<std::string_view, std::string_view> found;  // name → where it points, or ""
  for (const std::string_view line : split(output, '\n')) {
    const std::size_t space = line.find(' ');
    found.emplace(line.substr(0, space), line.substr(std::min(space, line.size() - 1) + 1));
  }
  for (const std::string& name : wanted)
    if (const auto at = found.find(name); at != found.end())
      return std::string(at->second.empty() ? at->first : at->second);
  return "";
}

static std::optional<BaseCommit> implied_base(const Git& git, const Repository& repository) {
  const std::string ref = default_branch(git);
  if (ref.empty()) return std::nullopt;
  std::string shown = ref;
  for (const std::string_view prefix : {"refs/remotes/", "refs/heads/"})
    if (shown.starts_with(prefix)) shown.erase(0, prefix.size());
  const ChildResult result = git.run({"merge-base", ref, repository.head});
  BaseCommit base;
  base.commit = trimmed(result.output);
  base.branch = shown;
  base.reason = "merge base with " + shown;
  if (result.succeeded() && !base.commit.empty()) return base;
  if (repository.shallow)
    throw Error{ExitCode::environment,
                fmt::format("the merge base with {} is not in this shallow clone", shown)}
        .hint(std::string(depth_hint));
  return std::nullopt;  // histories that never met
}

/// The files directly in the folder, as the commit has them. Links are left out: what they lead to is not
/// stored with them.
static std::map<std::string, std::string> blobs_of(const Git& git, const std::string& commit) {
  std::map<std::string, std::string> blobs;
  const std::string output = git.output({"ls-tree", "-z", commit}, "list the files of the base commit");
  for (const std::string_view entry : split(output, '\0')) {
    const std::size_t tab = entry.find('\t');
    const std::vector<std::string_view> fields = split(entry.substr(0, tab), ' ');
    if (tab == std::string_view::npos || fields.size() < 3 || fields[1] != "blob") continue;
    const bool link = fields[0] == "120000";
    blobs.emplace(entry.substr(tab + 1), link ? std::string_view{} : fields[2]);
  }
  return blobs;
}

std::optional<BaseCommit> find_base(const std::string& asked, const fs::path& migrations,
                                    const StopSignal* stop) {
  const std::string merge_request = variable(merge_request_variable);
  if (find_program("git").empty()) {
    if (asked.empty() && merge_request.empty()) return std::nullopt;
    throw Error{ExitCode::environment, "git is not installed, so nothing can be compared with a base commit"}
        .hint("install git");
  }
  const Git git(migrations, stop);
  const std::optional<Repository> repository = look_at_repository(git, migrations);
  if (!repository) {
    if (asked.empty()) return std::nullopt;
    throw Error{ExitCode::usage,
                fmt::format("'{}' is in no git repository, so --base means nothing", migrations.string())}
        .hint("leave --base out, or run inside the repository");
  }
  std::optional<BaseCommit> base;
  if (!asked.empty())
    base = named_base(git, *repository, asked, "--base", ExitCode::usage);
  else if (!merge_request.empty())
    base = named_base(git, *repository, merge_request, merge_request_variable, ExitCode::environment);
  else if (!repository->head.empty())
    base = implied_base(git, *repository);
  if (!base) return std::nullopt;
  base->prefix = repository->prefix;
  base->is_head = base->commit == repository->head;
  base->blobs = blobs_of(git, base->commit);
  return base;
}

/// As hash-object --stdin-paths reads it: C style where a plain line could not say it.
/// Source: git, quote.c, unquote_c_style.
static std::string path_line(const std::string& name) {
  if (!name.starts_with('"') && name.find('\n') == std::string::npos && !name.ends_with('\r'))
    return name + '\n';
  std::string line = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\')
      (line += '\\') += c;
    else if (static_cast<unsigned char>(c) < 0x20)
      line += fmt::format("\\{:03o}", static_cast<unsigned char>(c));
    else
      line += c;
  }
  return line + "\"\n";
}

/// Those of the names that git would be able to hash.
static std::vector<std::string> readable_files(const fs::path& folder,
                                               const std::vector<std::string>& names) {
  std::vector<std::string> readable;
  for (const std::string& name : names) {
    std::error_code problem;
    const fs::path path = folder / name;
    if (fs::is_regular_file(path, problem) && ::access(path.c_str(), R_OK) == 0) readable.push_back(name);
  }
  return readable;
}

std::map<std::string, std::string> blobs_now(const BaseCommit& base, const fs::path& migrations,
                                             const std::vector<std::string>& names, const StopSignal* stop) {
  const Git git(migrations, stop);
  const auto hash = [&](const std::vector<std::string>& files) {
    std::string paths;
    for (const std::string& name : files) paths += path_line(base.prefix + name);  // it goes to the top first
    return git.run({"hash-object", "--stdin-paths"}, paths);
  };
  if (names.empty()) return {};
  std::vector<std::string> files = names;
  ChildResult result = hash(files);
  if (!result.succeeded()) {  // one file that cannot be read fails all of them
    files = readable_files(migrations, names);
    if (files.empty()) return {};
    result = hash(files);
  }
  const std::vector<std::string_view> ids = split(result.output, '\n');
  if (!result.succeeded() || ids.size() != files.size())
    throw Error{ExitCode::environment, "git could not compute the ids of the migration files"}.because(
        clean_text(trimmed(result.errors)));
  std::map<std::string, std::string> blobs;
  for (std::size_t i = 0; i < ids.size(); ++i) blobs.emplace(files[i], ids[i]);
  return blobs;
}

}  // namespace runner
