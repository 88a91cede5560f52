#include "tests/golden/golden_case.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

namespace runner::golden {

static constexpr std::array<std::string_view, 9> words{"copy",   "file",   "commit", "env",   "run",
                                                       "stdout", "stderr", "exit",   "result"};

/// A section's head, unless the line is something else, such as a comment of SQL.
static std::optional<Section> head_of_section(const std::string& line) {
  if (line.size() < 7 || !line.starts_with("-- ") || !line.ends_with(" --")) return std::nullopt;
  const std::string inner = line.substr(3, line.size() - 6);
  const std::size_t space = inner.find(' ');
  Section section;
  section.word = inner.substr(0, space);
  if (space != std::string::npos) section.argument = inner.substr(space + 1);
  if (std::find(words.begin(), words.end(), section.word) == words.end()) return std::nullopt;
  return section;
}

Case read_case(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error(fmt::format("cannot read {}", file.string()));
  Case result;
  result.file = file;
  std::string line;
  while (std::getline(in, line)) {
    if (auto section = head_of_section(line))
      result.sections.push_back(std::move(*section));
    else
      (result.sections.empty() ? result.intro : result.sections.back().body) += line + '\n';
  }
  const auto runs = std::count_if(result.sections.begin(), result.sections.end(),
                                  [](const Section& s) { return s.word == "run"; });
  if (runs == 0) throw std::runtime_error(fmt::format("{} has no section 'run'", file.string()));
  return result;
}

std::string to_text(const Case& c) {
  std::string text = c.intro;
  for (const Section& section : c.sections)
    text += fmt::format("-- {}{}{} --\n{}", section.word, section.argument.empty() ? "" : " ",
                        section.argument, section.body);
  return text;
}

std::vector<std::filesystem::path> case_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(RUNNER_SOURCE_DIR) / "tests/golden/cases"))
    if (entry.path().extension() == ".golden") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace runner::golden
