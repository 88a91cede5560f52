#pragma once

namespace runner::bench {

/// An ALTER TABLE on a busy table behind a long reader: what the application feels, by `runner` and by plain
/// psql.
void lock_queue();

}  // namespace runner::bench
