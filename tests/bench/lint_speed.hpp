#pragma once

#include "tests/bench/measure.hpp"

#include <string>

namespace runner::bench {

/// SQL as people write it: the example's migrations, again and again, until it is that large.
std::string much_sql(std::size_t size_bytes);

/// Parsing and judging a text by every rule, beside libpg_query's parsing and unpacking of its statements.
Pair lint_beside_parser(const std::string& sql);

}  // namespace runner::bench
