#include "runner/report/dotenv.hpp"

#include <string_view>

namespace runner {

static bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_.,:/+-@%").find(c) != std::string_view::npos;
}

std::string dotenv_report(const std::map<std::string, std::string>& variables) {
  std::string report;
  for (const auto& [name, text] : variables) {
    std::string value;
    for (const char c : text)
      if (is_plain(c)) value += c;
    if (!value.empty()) report += name + '=' + value + '\n';
  }
  return report;
}

}  // namespace runner
