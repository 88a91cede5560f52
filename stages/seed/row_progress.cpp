#include "stages/seed/row_progress.hpp"

#include "runner/core/duration.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include <fmt/format.h>

namespace runner {

static constexpr std::chrono::milliseconds between_shows{200};

std::string bar(double share) {
  static constexpr std::size_t places = 10;
  const auto full =
      static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * static_cast<double>(places)));
  return fmt::format("[{}{}]", std::string(full, '#'), std::string(places - full, ' '));
}

/// "0 s", "12 s", "2 min 5 s": tenths would only flicker.
static std::string seconds_shown(double seconds) {
  const long whole = std::lround(seconds);
  return whole < 60 ? fmt::format("{} s", whole) : for_people(std::chrono::seconds(whole));
}

void RowProgress::show(const RowMaker& maker) {
  const auto now = now_();
  if (now - shown_ < between_shows || maker.bytes_read() == 0) return;
  shown_ = now;
  const double seconds = std::chrono::duration<double>(now - started_).count();
  const double share = static_cast<double>(maker.bytes_read()) /
                       static_cast<double>(std::max<std::uint64_t>(maker.size_bytes(), 1));
  const double left = seconds / share - seconds;
  // The rows of the whole file are not known before its end: the bytes tell how many there may be.
  const auto rows = static_cast<double>(maker.rows_read());
  reporter_.progress(
      maker.rows_read(), static_cast<std::size_t>(std::max(rows / share, rows)),
      fmt::format("{} {} {:.0f} rows/s, {} left", dataset_, bar(share), rows / seconds, seconds_shown(left)));
}

void RowProgress::show_inserting(const RowMaker& maker) {
  const double seconds = std::chrono::duration<double>(now_() - started_).count();
  if (seconds < std::chrono::duration<double>(between_shows).count()) return;
  reporter_.progress(
      maker.rows_read(), maker.rows_read(),
      fmt::format("{} {} read in {}, the server inserts them", dataset_, bar(1), seconds_shown(seconds)));
}

}  // namespace runner
