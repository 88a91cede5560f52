#pragma once

namespace runner::bench {

/// Datasets beside psql, COPY and Python: shows each pair.
void seeds_beside_psql();

}  // namespace runner::bench
