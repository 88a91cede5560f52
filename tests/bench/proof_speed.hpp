#pragma once

namespace runner::bench {

/// Snapshots of a catalogue with 1,000 tables, and a whole check on top of that history.
void check_of_a_thousand_tables();

}  // namespace runner::bench
