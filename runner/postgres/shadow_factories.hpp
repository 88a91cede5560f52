#pragma once

#include "runner/postgres/shadow.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace runner {

/// The two kinds of ShadowFactory::of: `origin.server` empty, and not.
std::unique_ptr<ShadowFactory> make_embedded_factory(const ShadowOrigin& origin, const StopSignal* stop,
                                                     Reporter& reporter);
std::unique_ptr<ShadowFactory> make_remote_factory(const ShadowOrigin& origin, const StopSignal* stop,
                                                   Reporter& reporter);

/// Puts the data directory of a server in the state after all `layers`, shut down, into the empty folder
/// `data`, for the user that servers run as.
void prepare_data(const ShadowOrigin& origin, const std::vector<ShadowLayer>& layers,
                  const std::filesystem::path& data, const StopSignal* stop, Reporter& reporter);

}  // namespace runner
