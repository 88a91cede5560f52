#pragma once

#include <map>
#include <string>

namespace runner {

/// NAME=value lines as GitLab takes variables from a job (artifacts:reports:dotenv): no quotes, comments or
/// empty lines, and of a value only what no shell and no later job can read as anything else, which is
/// letters, digits and _ . , : / + - @ %. A variable without a value is left out.
/// Source: gitlab-org/gitlab, app/services/ci/parse_dotenv_artifact_service.rb: 5 KB and 20 variables.
std::string dotenv_report(const std::map<std::string, std::string>& variables);

}  // namespace runner
