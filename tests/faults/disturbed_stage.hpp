#pragma once

#include "tests/faults/fault_project.hpp"
#include "tests/faults/statement_proxy.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace runner {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
inline constexpr bool sanitized = __has_feature(address_sanitizer);
#else
inline constexpr bool sanitized = false;
#endif

/// So many, but fewer where the program is several times slower.
constexpr int times(int plain) {
  return sanitized ? plain / 5 : plain;
}

enum class Stage { apply, rollback };
inline const auto both_stages = testing::Values(Stage::apply, Stage::rollback);
/// For test names.
inline std::string stage_name(const testing::TestParamInfo<Stage>& stage) {
  return stage.param == Stage::apply ? "Apply" : "Rollback";
}
/// "apply: kill -9", for the table of faults.
std::string named(Stage stage, const std::string& fault);

/// What may not be proven costs no shadow.
extern const Program::Variables without_shadow;

/// `migrate` or `migrate:rollback` over many migrations, to be disturbed and then run once more.
class DisturbedStage {
 public:
  /// Runs it undisturbed, to know what it leaves and how long it takes.
  DisturbedStage(Stage stage, int migrations);

  /// A database on which the stage has its work before it.
  std::unique_ptr<TestDatabase> database() const;
  /// The same on a server of its own.
  void prepare(const DatabaseUrl& url) const;
  std::unique_ptr<Program> start(const DatabaseUrl& url) const;

  /// Runs it once more, compares what it left, and counts the fault. The whole catalogue, which takes longest
  /// to read, is compared every tenth time.
  void expect_survived(const std::string& fault, const TestDatabase& database) const {
    expect_survived(fault, database.url(), database.admin_url());
  }
  void expect_survived(const std::string& fault, const DatabaseUrl& url, const DatabaseUrl& admin_url) const;
  /// Meets every statement with the fault: see FaultWalk. Returns how many there were.
  using Fault = std::function<StatementProxy::Then(const Program&, const StatementProxy::Statement&)>;
  int walk(const std::string& fault, const Fault& act) const;
  /// One run for each statement that `choice` takes, on a database of its own, which meets the fault there;
  /// returns the runs' exit codes.
  std::multiset<int> at_each(const std::string& fault, const StatementProxy::Choice& choice,
                             const StatementProxy::Fault& act) const;
  /// Sends the signal at random moments; returns the exit codes that were seen.
  std::set<int> signal_at_random_moments(const std::string& fault, int count,
                                         const std::vector<int>& signals) const;

 private:
  std::set<std::string> undisturbed_steps() const;

  Stage stage_;
  int migrations_;
  FaultProject project_{};
  TestDatabase before_{};
  std::string records_{};  ///< that it leaves undisturbed
  std::string state_{};    ///< likewise
  mutable int compared_ = 0;
  std::chrono::microseconds duration_{};
};

}  // namespace runner
