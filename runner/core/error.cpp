#include "runner/core/error.hpp"

#include <utility>

#include <fmt/format.h>

namespace runner {

std::string_view meaning(ExitCode code) {
  switch (code) {
    case ExitCode::passed:
      return "passed, or nothing to do";
    case ExitCode::failed:
      return "a check failed, or a migration's SQL was refused";
    case ExitCode::usage:
      return "usage: command line, variables or pipeline file";
    case ExitCode::environment:
      return "environment: no connection, missing tool or extension, no permission, disk full";
    case ExitCode::busy:
      return "busy: lock budget spent, or another runner holds the lock; safe to retry";
    case ExitCode::refused:
      return "refused: needs an acknowledgement";
    case ExitCode::unknown:
      return "outcome unknown: the connection died at COMMIT";
    case ExitCode::interrupted:
      return "interrupted by SIGINT";
    case ExitCode::terminated:
      return "interrupted by SIGTERM";
  }
  return "unknown exit code";
}

Error::Error(ExitCode code, std::string message) : code_(code), message_(std::move(message)) {}

Error& Error::because(std::string reason) {
  reason_ = std::move(reason);
  return *this;
}

Error& Error::hint(std::string advice) {
  advice_ = std::move(advice);
  return *this;
}

Error& Error::at(Place place) {
  if (!place_.known()) place_ = std::move(place);
  return *this;
}

/// Continuation lines of a library's words stand below the first one.
static std::string indented(std::string_view label, std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  std::string lines = fmt::format("  {}: ", label);
  const std::string margin(lines.size(), ' ');
  for (const char c : text) {
    lines += c;
    if (c == '\n') lines += margin;
  }
  return lines + '\n';
}

std::string Error::text() const {
  std::string text = place_.known() ? fmt::format("error: {}: {}\n", place_.str(), message_)
                                    : fmt::format("error: {}\n", message_);
  text += place_.excerpt();
  if (!reason_.empty()) text += indented("because", reason_);
  if (!advice_.empty()) text += indented("hint", advice_);
  return text;
}

}  // namespace runner
