#pragma once

#include "runner/core/reporter.hpp"
#include "runner/seed/row_maker.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace runner {

/// How far a file is read, with rows a second and the time that is left, some times a second.
class RowProgress {
 public:
  RowProgress(std::string dataset, Reporter& reporter) : dataset_(std::move(dataset)), reporter_(reporter) {}
  void show(const RowMaker& maker);

 private:
  using Clock = std::chrono::steady_clock;
  std::string dataset_;
  Reporter& reporter_;
  Clock::time_point started_ = Clock::now();
  Clock::time_point shown_ = started_;
};

/// "[#####     ]" of ten places.
std::string bar(double share);

}  // namespace runner
