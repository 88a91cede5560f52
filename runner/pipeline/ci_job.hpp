#pragma once

namespace runner {

/// CI is set to anything, as GitLab and others do.
bool in_ci();

/// The pipeline is a merge request's, whose author controls its pipeline file, and with it what would run on
/// a database. Source: GitLab's predefined variable CI_PIPELINE_SOURCE.
bool in_merge_request();

}  // namespace runner
