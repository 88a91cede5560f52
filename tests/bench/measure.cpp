#include "tests/bench/measure.hpp"

#include "runner/core/duration.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace runner::bench {

static pid_t start(const Program& program) {
  std::vector<std::string> texts = program.arguments;
  const std::size_t count = texts.size();
  texts.emplace_back("PATH=/usr/local/bin:/usr/bin:/bin");
  texts.emplace_back("HOME=/nonexistent");
  for (const auto& [name, value] : program.environment) texts.push_back(name + "=" + value);
  std::vector<char*> arguments;
  std::vector<char*> environment;
  for (std::size_t i = 0; i < texts.size(); ++i)
    (i < count ? arguments : environment).push_back(texts[i].data());
  arguments.push_back(nullptr);
  environment.push_back(nullptr);
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child > 0) return child;
  const int nothing = ::open("/dev/null", O_RDWR);
  ::dup2(nothing, STDOUT_FILENO);
  if (std::getenv("BENCH_VERBOSE") == nullptr) ::dup2(nothing, STDERR_FILENO);
  if (!program.folder.empty() && ::chdir(program.folder.c_str()) != 0) ::_exit(126);
  ::execve(arguments[0], arguments.data(), environment.data());
  ::_exit(127);
}

static void check(const Program& program, int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  throw std::runtime_error(fmt::format("'{}' in {} failed with {}; set BENCH_VERBOSE=1 to see why",
                                       fmt::join(program.arguments, " "), program.folder.string(),
                                       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)));
}

void run(const Program& program) {
  int status = 0;
  ::waitpid(start(program), &status, 0);
  check(program, status);
}

static std::size_t high_water_bytes(pid_t process) {
  std::ifstream status(fmt::format("/proc/{}/status", process));
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmHWM:")) return std::strtoul(line.c_str() + 6, nullptr, 10) * 1024;
  return 0;
}

std::size_t peak_bytes_of(const Program& program) {
  const pid_t child = start(program);
  std::size_t peak = 0;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    peak = std::max(peak, high_water_bytes(child));
    ::poll(nullptr, 0, 2);
  }
  check(program, status);
  return peak;
}

static std::chrono::nanoseconds on_the_wall() {
  return std::chrono::steady_clock::now().time_since_epoch();
}

static std::chrono::nanoseconds of_the_processor() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

static std::chrono::nanoseconds median(std::vector<std::chrono::nanoseconds>& times) {
  const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
  std::nth_element(times.begin(), middle, times.end());
  return *middle;
}

template <typename Clock>
static Pair compare_by(Clock now, int rounds, const std::function<void()>& before,
                       const std::function<void()>& ours, const std::function<void()>& yardstick) {
  const auto time_of = [&](const std::function<void()>& work) {
    before();
    const std::chrono::nanoseconds begin = now();
    work();
    return now() - begin;
  };
  std::vector<std::chrono::nanoseconds> our_times;
  std::vector<std::chrono::nanoseconds> their_times;
  for (int round = 0; round < rounds; ++round) {
    our_times.push_back(time_of(ours));
    their_times.push_back(time_of(yardstick));
  }
  return {median(our_times), median(their_times)};
}

static void nothing() {}

Pair compare(int rounds, const std::function<void()>& before, const std::function<void()>& ours,
             const std::function<void()>& yardstick) {
  return compare_by(on_the_wall, rounds, before, ours, yardstick);
}

Pair compare(int rounds, const std::function<void()>& ours, const std::function<void()>& yardstick) {
  return compare(rounds, nothing, ours, yardstick);
}

Pair compare_computing(int rounds, const std::function<void()>& ours,
                       const std::function<void()>& yardstick) {
  return compare_by(of_the_processor, rounds, nothing, ours, yardstick);
}

/// "1/15×", "1.43×"
static std::string times_shown(double allowed) {
  const double inverse = 1 / allowed;
  return inverse > 1.5 && std::abs(inverse - std::round(inverse)) < 1e-6 ? fmt::format("1/{:.0f}×", inverse)
                                                                         : fmt::format("{:.3g}×", allowed);
}

void show(std::string_view what, const Pair& pair, double allowed, std::chrono::milliseconds extra) {
  const double limit = allowed * static_cast<double>(pair.yardstick.count()) +
                       static_cast<double>(std::chrono::nanoseconds(extra).count());
  fmt::print(
      "{:<58} {:>8} {:>8} {:>6.2f}  {}\n", what, for_people(pair.ours), for_people(pair.yardstick),
      pair.ratio(),
      fmt::format("{} {}{}", static_cast<double>(pair.ours.count()) <= limit ? "within" : "OVER",
                  times_shown(allowed), extra.count() > 0 ? fmt::format(" + {}", for_people(extra)) : ""));
  std::fflush(stdout);
}

void show_memory(std::string_view what, std::size_t peak_bytes, std::size_t allowed_bytes) {
  static constexpr std::size_t megabyte = 1 << 20;
  fmt::print("{:<58} {:>5} MB {:>5} MB {:>6.2f}  {}\n", what, peak_bytes / megabyte, allowed_bytes / megabyte,
             static_cast<double>(peak_bytes) / static_cast<double>(allowed_bytes),
             peak_bytes <= allowed_bytes ? "within" : "OVER");
  std::fflush(stdout);
}

void show_limit(std::string_view what, std::chrono::nanoseconds seen, std::chrono::nanoseconds allowed) {
  fmt::print("{:<58} {:>8} {:>8} {:>6}  {}\n", what, for_people(seen), "", "",
             fmt::format("{} {}", seen <= allowed ? "within" : "OVER", for_people(allowed)));
  std::fflush(stdout);
}

void show_share(std::string_view what, double left, double wanted) {
  fmt::print("{:<58} {:>8.2f} {:>8} {:>6}  {}\n", what, left, "", "",
             fmt::format("{} {}", left >= wanted ? "within" : "UNDER", wanted));
  std::fflush(stdout);
}

void show_figure(std::string_view what, std::string_view figure) {
  fmt::print("{:<58} {:>8}\n", what, figure);
  std::fflush(stdout);
}

}  // namespace runner::bench
