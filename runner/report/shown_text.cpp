#include "runner/report/shown_text.hpp"

#include "runner/core/secret.hpp"
#include "runner/core/text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace runner {

std::string shown_text(std::string_view raw) {
  // Twice: a secret may hold bytes that cleaning removes, or be cut in two by a colour code.
  return hide_secrets(clean_text(hide_secrets(std::string(raw))));
}

std::string iso_time(std::chrono::system_clock::time_point time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace runner
