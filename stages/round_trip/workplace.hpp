#pragma once

#include "runner/migration/stage_handler.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>

namespace runner {

/// The shadow on which one unit after the other is tried. Before each, its state is remembered, and put back
/// when the trial is over: what a wrong rollback leaves must not meet the next migration.
class Workplace {
 public:
  /// Makes a shadow on which the first `done` of the migrations have been executed.
  using Maker = std::function<std::unique_ptr<Shadow>(std::size_t done)>;

  Workplace(Maker make, const StepInput& in) : make_(std::move(make)), in_(in), shadow_(make_(0)) {}

  Shadow& shadow() const { return *shadow_; }
  /// The rights that migrations have. What a session keeps for itself, such as temporary tables, is gone
  /// after renew().
  Session& owner();
  Session& admin();
  void renew() { owner_.reset(); }

  /// Remembers this state, to which back() returns. `last`: nothing comes after this trial, so that only
  /// trouble could make it necessary, and then a new shadow will do.
  void start(std::size_t done, bool last);
  /// The state at start(). `outside`: something outside of the database was changed, too.
  void back(bool outside);
  /// back(), and then start() once more.
  void begin_anew(bool outside);
  /// Executes migrations for good and records them.
  void go_on(std::span<const Migration> migrations);

 private:
  Maker make_;
  const StepInput& in_;
  std::unique_ptr<Shadow> shadow_;
  std::optional<Session> owner_{};
  std::optional<Session> admin_{};
  std::size_t done_ = 0;
  bool last_ = false;
  bool remembered_ = false;
};

}  // namespace runner
