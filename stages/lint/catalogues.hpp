#pragma once

#include "runner/migration/stage_handler.hpp"
#include "stages/lint/schema.hpp"

#include <cstddef>
#include <memory>
#include <optional>

namespace runner {

/// What the database holds before each of the pending migrations, read when a rule asks: from the target
/// before the first one; after that from a shadow, on which the migrations before it were executed. Executing
/// them is the one way to know what functions, DO blocks and types make of a catalogue.
class Catalogues {
 public:
  Catalogues(const StepInput& in, Services& use) : in_(in), use_(use) {}

  /// The catalogue with the first `count` pending migrations; `count` never goes back. Nothing where there is
  /// no shadow, or one of them is refused on it: the dry run tells why, and rules go by the text alone.
  std::optional<Schema> with_pending(std::size_t count);

 private:
  std::optional<Schema> read(std::size_t count);
  bool execute_up_to(std::size_t count);

  const StepInput& in_;
  Services& use_;
  std::unique_ptr<Shadow> shadow_{};
  std::optional<Session> session_{};
  std::size_t executed_ = 0;
  bool given_up_ = false;
};

}  // namespace runner
