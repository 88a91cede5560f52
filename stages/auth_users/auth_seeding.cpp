#include "stages/auth_users/auth_seeding.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace runner {

std::string_view to_string(AccountState state) {
  switch (state) {
    case AccountState::created:
      return "created";
    case AccountState::updated:
      return "updated";
    case AccountState::unchanged:
      return "unchanged";
  }
  return "";
}

std::string summary_of(const AccountResults& results) {
  std::string text = count_of(results.size(), "account");
  std::string_view before = ": ";
  for (const AccountState state : {AccountState::created, AccountState::updated, AccountState::unchanged}) {
    const auto count = std::ranges::count(results, state, &AccountResult::state);
    if (count == 0) continue;
    text += fmt::format("{}{} {}", before, count, to_string(state));
    before = ", ";
  }
  return text;
}

static std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

static HttpUrl url_of_environment(bool allow_plain_http) {
  if (const std::string auth = variable("SUPABASE_AUTH_URL"); !auth.empty())
    return HttpUrl::parse(auth, "SUPABASE_AUTH_URL", allow_plain_http);
  const std::string project = variable("SUPABASE_URL");
  if (project.empty())
    throw Error{ExitCode::usage, "neither SUPABASE_URL nor SUPABASE_AUTH_URL is set"}.hint(
        "set SUPABASE_URL to the project's URL, or SUPABASE_AUTH_URL to that of GoTrue itself");
  return HttpUrl::parse(project, "SUPABASE_URL", allow_plain_http).with_path("/auth/v1");
}

std::unique_ptr<AuthApi> auth_api_of_environment(bool allow_plain_http, const StopSignal& stop) {
  const HttpUrl url = url_of_environment(allow_plain_http);
  const Secret key(variable("SUPABASE_SERVICE_ROLE_KEY"));
  if (key.empty())
    throw Error{ExitCode::usage, "SUPABASE_SERVICE_ROLE_KEY is not set"}.hint(
        "set it to the service role key of the project's API settings");
  HttpSettings settings;
  settings.ca_file = variable("SSL_CERT_FILE");
  return std::make_unique<AuthApi>(url, key, settings, stop);
}

}  // namespace runner
