#pragma once

#include "runner/core/option.hpp"
#include "runner/migration/outside_transaction.hpp"

#include <array>
#include <cstdint>

namespace runner {

/// How long a step that writes to a target may wait, run and keep others waiting. Every such handler joins
/// these rows to its own table; `limits_of` reads them.
inline constexpr std::array target_options{
    OptionSpec{.name = "lock_timeout",
               .type = OptionType::duration_range,
               .help = "How long one lock may be waited for: in most tries, and at most in a few later ones",
               .default_text = "10ms..80ms",
               .min = 1,
               .max = 60'000},
    OptionSpec{.name = "retry_for",
               .type = OptionType::duration,
               .help = "How long to go on trying to get locks, and to wait for another runner",
               .default_text = "10min",
               .max = day_ms},
    OptionSpec{.name = "statement_timeout",
               .type = OptionType::duration,
               .help = "How long one statement may run",
               .default_text = "1h",
               .min = 1,
               .max = day_ms},
    OptionSpec{.name = "max_lock_hold",
               .type = OptionType::duration,
               .help = "How long a try may hold locks that keep others from writing",
               .default_text = "10s",
               .min = 10,
               .max = day_ms},
    OptionSpec{
        .name = "concurrently_lock_timeout",
        .type = OptionType::duration,
        .help = "How long CONCURRENTLY and its kin may wait for one lock: they disturb nobody meanwhile",
        .default_text = "5min",
        .min = 1,
        .max = day_ms},
    OptionSpec{.name = "concurrently_timeout",
               .type = OptionType::duration,
               .help = "How long a statement may run that PostgreSQL refuses in a transaction",
               .default_text = "6h",
               .min = 1,
               .max = 7 * day_ms},
};

/// The values of `target_options`.
OutsideLimits limits_of(const Options& given);

}  // namespace runner
