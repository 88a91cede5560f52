#pragma once

namespace runner::bench {

/// Many small migrations, applied with every guard on, beside one bare connection that sends each file with
/// its row of the history as one string.
void apply_beside_libpq();

}  // namespace runner::bench
