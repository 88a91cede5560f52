#pragma once

#include "runner/core/option.hpp"

#include <span>
#include <string_view>

namespace runner {

/// The keys of the pipeline file outside the handlers' options, as tables of the same kind: the reader
/// checks by them and the JSON Schema is made from them.
struct PipelineSection {
  std::string_view name{};  ///< "database"; empty: the top level
  std::string_view help{};
  std::span<const OptionSpec> keys{};
};

/// The top level first.
std::span<const PipelineSection> pipeline_sections();
const PipelineSection& pipeline_section(std::string_view name);

struct TierName {
  std::string_view name{};
  std::string_view help{};
};
std::span<const TierName> tier_names();

/// What every step understands beside its handler's options.
std::span<const OptionSpec> step_keys();

inline constexpr std::int64_t pipeline_version = 1;

}  // namespace runner
