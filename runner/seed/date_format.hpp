#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// How a date is written: YYYY, MM, DD (always all digits), M, D (one or two) and what stands between them.
class DateFormat {
 public:
  DateFormat() : DateFormat("YYYY-MM-DD") {}
  /// Throws: Error{usage} for a text that does not hold year, month and day exactly once.
  explicit DateFormat(std::string_view pattern);

  /// Nothing when the text does not fit or the day does not exist.
  std::optional<std::chrono::sys_days> parse(std::string_view text) const;
  /// True when what was parsed is written as PostgreSQL writes it already.
  bool is_iso() const { return pattern_ == "YYYY-MM-DD"; }
  const std::string& pattern() const { return pattern_; }

 private:
  struct Part {
    char what;  ///< 'Y', 'M', 'D', or '\0': the literal
    int least, most;
    std::string literal;
  };

  std::string pattern_;
  std::vector<Part> parts_;
};

/// "2026-03-09"
std::string iso_date(std::chrono::sys_days day);

}  // namespace runner
