#include "runner/postgres/shadow_factories.hpp"

namespace runner {

std::unique_ptr<ShadowFactory> ShadowFactory::of(const ShadowOrigin& origin, const StopSignal* stop,
                                                 Reporter& reporter) {
  return origin.server.empty() ? make_embedded_factory(origin, stop, reporter)
                               : make_remote_factory(origin, stop, reporter);
}

}  // namespace runner
