#include "tests/golden/golden_case.hpp"

#include <array>
#include <regex>
#include <string_view>

namespace runner::golden {

struct Replacement {
  const char* pattern;
  const char* with;
};
static constexpr std::array replacements{
    Replacement{R"re(\b\d+(\.\d+)? (ms|s|min|h)( \d+ (s|min))?\b)re", "<time>"},
    Replacement{R"re(\bcommit [0-9a-f]{7,40}\b)re", "commit <id>"},
    Replacement{R"re(\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)re", "<date>"},
    Replacement{R"re(\bPostgreSQL \d+(\.\d+)?)re", "PostgreSQL <version>"},
    Replacement{R"re(\brunner \d+\.\d+\.\d+\S*)re", "runner <version>"},
    Replacement{R"re(, \d+ (bytes|kB|MB)\n)re", ", <size>\n"},
    Replacement{R"re( time="\d+\.\d+")re", " time=\"<seconds>\""},
    Replacement{R"re("duration_us": \d+)re", "\"duration_us\": <us>"},
    Replacement{R"re( \(cached\))re", ""},
    // What -v tells while a shadow is prepared that no case before has left in the cache.
    Replacement{R"re(\n +(shadow: (prelude|baseline|history|\d+_)|making a new data directory)[^\n]*)re", ""},
    Replacement{R"re((/var/lib/runner/[0-9a-f]{16}|<project>/\.runner/local)/socket)re", "<socket>"},
    Replacement{R"re(section_(start|end):\d+)re", "section_$1:<unix>"},
    Replacement{R"re(\brun-\d{8}T\d{6}Z-[0-9a-f]{8}\b)re", "run-<batch>"},
    Replacement{"\x1b", "␛"},
    Replacement{"\r", "␍"},
};

static void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

std::string normalised(std::string text, const std::filesystem::path& project) {
  if (!project.empty()) replace_all(text, project.string(), "<project>");
  for (const Replacement& r : replacements) text = std::regex_replace(text, std::regex(r.pattern), r.with);
  return text;
}

}  // namespace runner::golden
