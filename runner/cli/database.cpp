#include "runner/cli/database.hpp"

#include "runner/core/error.hpp"
#include "runner/pipeline/ci_job.hpp"
#include "runner/postgres/local_server.hpp"

#include <fmt/format.h>

namespace runner {

std::optional<Session> connect_to_database(const Pipeline& pipeline, std::string_view application,
                                           bool read_only, const StopSignal& stop) {
  SessionSettings settings;
  settings.read_only = read_only;
  settings.application_name = application;
  const std::string& named = pipeline.database_url.reveal();
  if (!named.empty() && named != "embedded")
    return Session::connect(DatabaseUrl::parse(pipeline.database_url, pipeline.database_url_source), settings,
                            &stop);
  const LocalServer local(pipeline.root, &stop);
  if (!local.running()) return std::nullopt;
  const std::optional<DatabaseUrl> url = local.url();
  if (!url) return std::nullopt;
  return Session::connect(*url, settings, &stop);
}

Session connect_to_needed_database(const Pipeline& pipeline, std::string_view application, bool read_only,
                                   const StopSignal& stop) {
  const std::string& named = pipeline.database_url.reveal();
  if (named.empty() && in_ci())
    throw Error{ExitCode::usage, fmt::format("'{}' is about a database, and none is named", application)}
        .hint("set DATABASE_URL");
  std::optional<Session> session = connect_to_database(pipeline, application, read_only, stop);
  if (!session)
    throw Error{ExitCode::environment,
                fmt::format("'{}' is about a database: none is named, and the local server does not run",
                            application)}
        .hint("set DATABASE_URL, or run `runner db start`");
  return std::move(*session);
}

void refuse_in_merge_request(std::string_view what, std::string_view advice) {
  if (in_merge_request())
    throw Error{ExitCode::refused, fmt::format("`{}` does not run in a merge-request pipeline", what)}.hint(
        std::string(advice));
}

}  // namespace runner
