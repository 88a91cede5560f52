#include "runner/core/error.hpp"
#include "runner/postgres/shadow_factories.hpp"

namespace runner {

std::unique_ptr<ShadowFactory> ShadowFactory::of(const ShadowOrigin& origin, const StopSignal* stop,
                                                 Reporter& reporter) {
  if (origin.server.empty()) return make_embedded_factory(origin, stop, reporter);
  throw Error{ExitCode::environment, "shadow.server cannot be used yet"}.hint("leave shadow.server empty");
}

}  // namespace runner
