#include "tests/faults/fault_count.hpp"

#include <map>

#include <fmt/format.h>

namespace runner {

namespace {

struct Count {
  int tried = 0;
  int survived = 0;
};

class FaultTable {
 public:
  ~FaultTable() {
    if (counts_.empty()) return;
    fmt::print("{:<68} {:>5} {:>8}\n", "fault", "tried", "survived");
    for (const auto& [kind, count] : counts_)
      fmt::print("{:<68} {:>5} {:>8}\n", kind, count.tried, count.survived);
  }
  void add(const std::string& kind, bool survived) {
    ++counts_[kind].tried;
    if (survived) ++counts_[kind].survived;
  }

 private:
  std::map<std::string, Count> counts_{};
};

}  // namespace

void count_fault(const std::string& kind, bool survived) {
  static FaultTable table;
  table.add(kind, survived);
}

}  // namespace runner
