#pragma once

#include "runner/core/finding.hpp"
#include "runner/core/option.hpp"

#include <array>
#include <string_view>

namespace runner {

/// Options that several handlers have alike: each puts the rows into its own table.
inline constexpr std::array<std::string_view, 2> fail_on_choices{"error", "warning"};
inline constexpr OptionSpec fail_on_option{.name = "fail_on",
                                           .type = OptionType::choice,
                                           .help = "The least severity of a finding that fails the step",
                                           .default_text = "error",
                                           .choices = fail_on_choices};
/// The value of `fail_on_option`.
inline Severity fail_on(const Options& given) {
  return given.text(fail_on_option.name) == "warning" ? Severity::warning : Severity::error;
}

inline constexpr OptionSpec shadow_timeout_option{
    .name = "statement_timeout",
    .type = OptionType::duration,
    .help = "How long one statement may run on the shadow before it counts as refused",
    .default_text = "10min",
    .min = 1,
    .max = day_ms};

}  // namespace runner
