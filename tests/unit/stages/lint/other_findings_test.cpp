// Every name that a report may show beside a finding is known to `runner explain`.
#include "stages/lint/other_findings.hpp"

#include "stages/lint/rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace runner {

/// Hyphenated words of the sources that name no finding. A new finding is none of them, whatever function
/// makes it.
static const std::set<std::string, std::less<>> other_words{
    "admin-api",     "aes-256-gcm",      "allow-plain-http", "auth-users",     "cat-file",
    "data-loss",     "dry-run",          "dollar-quoted",    "edited-history", "for-each-ref",
    "hash-object",   "leave-unreadable", "ls-tree",          "merge-base",     "not-newest",
    "pipeline-4711", "rev-parse",        "round-trip",       "sql-out",        "utf-8"};

static std::string text_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

/// Handlers, rules, options and Git's words have names of their own; they are not made into findings.
static bool may_find(const std::filesystem::path& path) {
  const std::string text = path.generic_string();
  if (path.extension() != ".cpp" && path.extension() != ".hpp") return false;
  static constexpr std::array<std::string_view, 5> elsewhere{
      "/runner/cli/", "/runner/core/", "/runner/postgres/", "/stages/lint/", "/runner/report/"};
  return std::none_of(elsewhere.begin(), elsewhere.end(),
                      [&](std::string_view folder) { return text.find(folder) != std::string::npos; });
}

static std::set<std::string> hyphenated_words() {
  static const std::regex literal(R"re("([a-z]+(-[a-z0-9]+)+)")re");
  std::set<std::string> words;
  for (const char* folder : {"runner", "stages"})
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::filesystem::path(RUNNER_SOURCE_DIR) / folder)) {
      if (!may_find(entry.path())) continue;
      const std::string text = text_of(entry.path());
      for (auto match = std::sregex_iterator(text.begin(), text.end(), literal);
           match != std::sregex_iterator(); ++match)
        words.insert((*match)[1]);
    }
  return words;
}

static bool is_a_rule(const std::string& word) {
  const auto names = lint_rule_names();
  return std::find(names.begin(), names.end(), word) != names.end();
}

TEST(OtherFindings, AreAllThatTheSourcesName) {
  const std::set<std::string> words = hyphenated_words();
  for (const std::string& word : words)
    EXPECT_TRUE(find_other_finding(word) != nullptr || is_a_rule(word) || other_words.contains(word))
        << "'" << word << "' is unknown to explain: add it to other_findings.cpp";
  for (const OtherFinding& finding : other_findings()) {
    const bool hyphenated = finding.name.find('-') != std::string_view::npos;
    EXPECT_TRUE(!hyphenated || words.contains(std::string(finding.name)))
        << finding.name << " is found by nobody";
  }
}

TEST(OtherFindings, SayWhatItIsAndWhatToDo) {
  std::set<std::string_view> names;
  for (const OtherFinding& finding : other_findings()) {
    EXPECT_TRUE(names.insert(finding.name).second) << finding.name;
    EXPECT_FALSE(is_a_rule(std::string(finding.name))) << finding.name;
    EXPECT_TRUE(std::isupper(static_cast<unsigned char>(finding.summary.front())) != 0) << finding.summary;
    EXPECT_NE(finding.summary.back(), '.') << finding.summary;
    EXPECT_EQ(finding.remedy.back(), '.') << finding.remedy;
    EXPECT_FALSE(finding.by.empty()) << finding.name;
  }
}

}  // namespace runner
