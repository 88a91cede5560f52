#pragma once

#include "runner/postgres/shadow.hpp"

#include <memory>

namespace runner {

/// The two kinds of ShadowFactory::of: `origin.server` empty, and not.
std::unique_ptr<ShadowFactory> make_embedded_factory(const ShadowOrigin& origin, const StopSignal* stop,
                                                     Reporter& reporter);
std::unique_ptr<ShadowFactory> make_remote_factory(const ShadowOrigin& origin, const StopSignal* stop,
                                                   Reporter& reporter);

}  // namespace runner
