#include "runner/report/counted_losses.hpp"

#include <algorithm>

namespace runner {

static std::string without_quotes(std::string name) {
  std::erase(name, '"');
  return name;
}

CountedLosses::CountedLosses(const StageReport& report) : report_(report) {
  for (std::size_t step = 0; step < report.steps.size(); ++step)
    for (const Finding& finding : report.steps[step].outcome.findings)
      for (const std::string& lost : finding.lost) {
        const std::string name = without_quotes(lost);
        const Counted counted{step, finding.severity};
        counted_.emplace(std::pair(finding.subject, name), counted);
        if (const std::size_t dot = name.find('.'); dot != std::string::npos)
          counted_.emplace(std::pair(finding.subject, name.substr(dot + 1)), counted);
      }
}

bool CountedLosses::tell(std::size_t step, const Finding& finding) const {
  if (finding.severity >= report_.steps[step].outcome.fail_on) return false;
  return std::any_of(finding.lost.begin(), finding.lost.end(), [&](const std::string& lost) {
    const auto [first, last] = counted_.equal_range({finding.subject, without_quotes(lost)});
    return std::any_of(first, last, [&](const auto& entry) {
      return entry.second.step > step && entry.second.severity >= finding.severity;
    });
  });
}

}  // namespace runner
