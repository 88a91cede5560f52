#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace runner::bench {

/// A program as it is measured: its output is thrown away.
struct Program {
  std::vector<std::string> arguments{};  ///< with the program's path first
  std::filesystem::path folder{};
  std::map<std::string, std::string> environment{};  ///< beside PATH and HOME
};

/// Runs it to its end. Throws: std::runtime_error when it doesn't exit 0.
void run(const Program& program);

/// The same; returns the most memory that this one process, without its children, held (VmHWM).
std::size_t peak_bytes_of(const Program& program);

struct Pair {
  std::chrono::nanoseconds ours{};
  std::chrono::nanoseconds yardstick{};
  double ratio() const {
    return static_cast<double>(ours.count()) / static_cast<double>(std::max<long>(yardstick.count(), 1));
  }
};
/// Medians of `rounds` rounds, each of which does both, so that a busy moment hits both.
Pair compare(int rounds, const std::function<void()>& ours, const std::function<void()>& yardstick);
/// `before` makes either ready; its time is not counted.
Pair compare(int rounds, const std::function<void()>& before, const std::function<void()>& ours,
             const std::function<void()>& yardstick);
/// For what computes in this thread and waits for nothing: in the processor's time, so that others who
/// compute meanwhile do not count.
Pair compare_computing(int rounds, const std::function<void()>& ours, const std::function<void()>& yardstick);

/// A line of the table: "within" when ours takes at most `allowed` times the yardstick, and `extra`.
void show(std::string_view what, const Pair& pair, double allowed, std::chrono::milliseconds extra = {});
void show_memory(std::string_view what, std::size_t peak_bytes, std::size_t allowed_bytes);
/// A figure that has a limit of its own.
void show_limit(std::string_view what, std::chrono::nanoseconds seen, std::chrono::nanoseconds allowed);
/// What is left of something: "within" when it is `wanted` or more.
void show_share(std::string_view what, double left, double wanted);
/// A figure to compare with.
void show_figure(std::string_view what, std::string_view figure);

}  // namespace runner::bench
