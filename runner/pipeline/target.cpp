#include "runner/pipeline/target.hpp"

#include "runner/core/error.hpp"
#include "runner/pipeline/ci_job.hpp"
#include "runner/postgres/local_server.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace runner {

std::optional<Session> connect_target(const Pipeline& pipeline, const Stage& stage, Reporter& reporter,
                                      const StopSignal& stop) {
  const bool writes = std::any_of(stage.steps.begin(), stage.steps.end(),
                                  [](const Step& step) { return step.handler->writes; });
  if (writes && in_merge_request())
    throw Error{ExitCode::refused,
                fmt::format("stage '{}' changes a database, and does not run in a merge request pipeline",
                            stage.name)}
        .because("whoever opens a merge request decides what its pipeline does")
        .hint("run it on the default branch, after the merge; migrate:check is for merge requests");
  SessionSettings settings;
  settings.read_only = !writes;
  const std::string& url = pipeline.database_url.reveal();
  if (url.empty() && pipeline.database_withheld)
    reporter.say(
        "database.url is not used in merge request pipelines; RUNNER_CHECK_URL may name a role that only "
        "reads");
  if (url.empty() && !writes) return std::nullopt;
  if (url.empty() && in_ci())
    throw Error{ExitCode::usage, fmt::format("stage '{}' changes a database, and none is named", stage.name)}
        .hint("set DATABASE_URL, or write 'url: embedded' in the pipeline file");
  if (url.empty() || url == "embedded") {
    LocalServer local{pipeline.root, &stop};
    return Session::connect(local.start(pipeline.preludes), settings, &stop);
  }
  return Session::connect(DatabaseUrl::parse(pipeline.database_url, pipeline.database_url_source), settings,
                          &stop);
}

}  // namespace runner
