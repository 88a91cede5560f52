#pragma once

#include "runner/core/reporter.hpp"
#include "runner/seed/row_maker.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <utility>

namespace runner {

/// How far a file is read, with rows a second and the time that is left, some times a second.
class RowProgress {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;
  RowProgress(std::string dataset, Reporter& reporter, Clock now = &std::chrono::steady_clock::now)
      : dataset_(std::move(dataset)), reporter_(reporter), now_(std::move(now)) {}
  /// While the file is read.
  void show(const RowMaker& maker);
  /// Once it is read, and the server has the rest to do: how much of that is done it does not tell.
  void show_inserting(const RowMaker& maker);

 private:
  std::string dataset_;
  Reporter& reporter_;
  Clock now_;
  std::chrono::steady_clock::time_point started_ = now_();
  std::chrono::steady_clock::time_point shown_ = started_;
};

/// "[#####     ]" of ten places.
std::string bar(double share);

}  // namespace runner
