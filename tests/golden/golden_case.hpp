#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace runner::golden {

/// One `-- word argument --` line and the lines below it.
struct Section {
  std::string word{};
  std::string argument{};
  std::string body{};
};

/// A case file: some words on what it shows, then sections. Those that make the project and call it, in
/// order:
///
///   -- copy --           paths of this repository, one a line, that the project gets
///   -- file PATH --      a file of the project
///   -- commit --         git init where needed, and a commit of everything so far on branch main
///   -- env --            NAME=VALUE lines, beside the few that every call gets
///   -- run --            one line for sh, with `runner` on its PATH, in the project's folder
///
/// and below each run what it gave, all of it:
///
///   -- stdout --  -- stderr --  -- exit --
///   -- result PATH --    a file that the call wrote
struct Case {
  std::filesystem::path file{};
  std::string intro{};
  std::vector<Section> sections{};
};

/// Throws: std::runtime_error naming file and line.
Case read_case(const std::filesystem::path& file);
std::string to_text(const Case& c);

/// All case files, in order of their names.
std::vector<std::filesystem::path> case_files();

/// Makes the project, runs the commands, and returns the case with what they really gave.
Case run_case(const Case& expected);

/// Replaces what differs from run to run; `project` is the temporary folder. The whole list:
///   the project's folder → <project>        "12 ms", "1.4 s", "3 min 20 s" → <time>
///   "commit 1a2b3c4" → commit <id>          dates of reports → <date>
///   PostgreSQL's version → <version>        runner's version → <version>
///   time="0.012000" → time="<seconds>"      "duration_us": 12 → <us>
///   "(cached)" behind a shadow → nothing: the cases share a cache
///   where the local server listens → <socket>, because root's lies elsewhere
///   GitLab's section times → <unix>         ESC and CR, which editors spoil → ␛ and ␍
std::string normalised(std::string text, const std::filesystem::path& project);

}  // namespace runner::golden
