#pragma once

#include "runner/postgres/shadow.hpp"

#include <span>
#include <string_view>

namespace runner {

/// What migrations of a certain platform take for granted, as SQL run by the superuser in a new database.
struct Prelude {
  std::string_view name{};
  std::string_view summary{};
  std::string_view sql{};
  std::span<const std::string_view>
      schemas{};  ///< the platform's own, also those that only some projects have
};

std::span<const Prelude> preludes();
/// Throws: Error{ExitCode::usage} with the nearest name.
const Prelude& find_prelude(std::string_view name);

/// The layer that puts it into a new shadow.
ShadowLayer layer_of(const Prelude& prelude);

}  // namespace runner
