#include "runner/pipeline/ci_job.hpp"

#include <cstdlib>
#include <string_view>

namespace runner {

static std::string_view variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

bool in_ci() {
  return !variable("CI").empty();
}

bool in_merge_request() {
  return variable("CI_PIPELINE_SOURCE") == "merge_request_event";
}

}  // namespace runner
