#pragma once

#include "runner/cli/command.hpp"

#include <string>

namespace runner {

extern const CliCommand schema_command;

/// The JSON Schema of pipeline files that use `handlers`.
std::string pipeline_schema_of(StageHandlers handlers);

/// The JSON Schema of datasets.
std::string dataset_schema_text();

}  // namespace runner
