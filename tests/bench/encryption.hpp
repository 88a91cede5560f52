#pragma once

#include "tests/bench/measure.hpp"

namespace runner::bench {

/// Encrypting `count` values beside the bare work: AES-256-GCM by OpenSSL with one context and nonces drawn
/// together, without a text made of it.
Pair encryption_beside_evp(int count);

}  // namespace runner::bench
