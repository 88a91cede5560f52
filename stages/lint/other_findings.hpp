#pragma once

#include <span>
#include <string_view>

namespace runner {

/// A finding that is not lint's: what other steps and the files' reading find.
struct OtherFinding {
  std::string_view name{};
  std::string_view by{};       ///< the steps that find it
  std::string_view summary{};  ///< one sentence, without a final stop
  std::string_view remedy{};   ///< an imperative sentence
};

/// Every one that a report may hold, in the order of the page. A test compares them with the sources.
std::span<const OtherFinding> other_findings();
const OtherFinding* find_other_finding(std::string_view name);

}  // namespace runner
