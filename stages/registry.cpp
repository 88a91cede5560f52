#include "stages/registry.hpp"

#include "stages/history/history.hpp"

#include <array>

namespace runner {

static constexpr std::array<const StageHandler*, 1> handlers{
    &history,
};

StageHandlers stage_handlers() {
  return handlers;
}

}  // namespace runner
