#include "runner/core/finding.hpp"

#include <fmt/format.h>

namespace runner {

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  return "error";
}

static std::string below(std::string_view margin, std::string_view text) {
  std::string lines;
  bool at_start = true;
  for (const char c : text) {
    if (at_start && c != '\n') lines += margin;
    at_start = c == '\n';
    lines += c;
  }
  if (!lines.empty() && lines.back() != '\n') lines += '\n';
  return lines;
}

std::string Finding::text() const {
  const std::string where = place.known() ? place.str() : subject;
  std::string text =
      fmt::format("{}: {}{}{} [{}]\n", to_string(severity), where, where.empty() ? "" : ": ", message, rule);
  text += detail.empty() ? place.excerpt() : below("  ", detail);
  if (!remedy.empty()) text += "  hint: " + below("        ", remedy).substr(8);
  return text;
}

}  // namespace runner
