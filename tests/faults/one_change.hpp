#pragma once

#include "tests/faults/disturbed_stage.hpp"
#include "tests/faults/fault_project.hpp"

#include <memory>
#include <string>

namespace runner {

/// One SQL text that a stage executes on a target: as the migration 2, or as its rollback.
class OneChange {
 public:
  /// SQL without its last semicolon; `undone`: what the rollback takes back, as the migration's SQL.
  OneChange(Stage stage, const std::string& sql, const std::string& undone = "SELECT 1");

  /// Applies what is there before the change.
  void prepare(const DatabaseUrl& url) const;
  std::unique_ptr<Program> start(const DatabaseUrl& url) const;
  /// Where messages say that the text is: "migrations/2_m.sql".
  std::string shown_path() const;
  /// Whether the history says that it is done.
  bool done(Session& admin) const;

 private:
  Stage stage_;
  mutable FaultProject project_{};
  std::string migration_{};
  std::string rollback_{};
};

}  // namespace runner
