#include "stages/registry.hpp"

#include "stages/dry_run/dry_run.hpp"
#include "stages/exec/exec.hpp"
#include "stages/history/history.hpp"
#include "stages/query/query.hpp"

#include <array>

namespace runner {

static constexpr std::array<const StageHandler*, 4> handlers{
    &history,
    &dry_run,
    &query,
    &exec,
};

StageHandlers stage_handlers() {
  return handlers;
}

}  // namespace runner
