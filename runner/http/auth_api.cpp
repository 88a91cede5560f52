#include "runner/http/auth_api.hpp"

#include "runner/core/text.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace runner {

using Json = nlohmann::json;

static constexpr std::size_t users_in_a_page = 100;

static Secret checked(const Secret& key) {
  const auto is_bad = [](char c) { return c <= ' ' || c > '~'; };
  if (key.empty() || std::any_of(key.reveal().begin(), key.reveal().end(), is_bad))
    throw Error{ExitCode::usage, "the service role key is empty, or holds characters that no key has"}.hint(
        "copy the key as the project's API settings show it");
  register_secret(key);
  return key;
}

/// `key` of an object as a text; "" for everything else.
static std::string text_of(const Json& object, const char* key) {
  if (!object.is_object()) return {};
  const auto found = object.find(key);
  if (found == object.end()) return {};
  return found->is_string() ? found->get<std::string>() : found->is_number() ? found->dump() : std::string();
}

static Json parsed(const std::string& body) {
  return Json::parse(body, nullptr, false);  // discarded, which is no object, where it is none
}

static Secret dumped(const Json& json) {
  return Secret(json.dump());
}

AuthApi::AuthApi(HttpUrl url, const Secret& service_key, HttpSettings settings, const StopSignal& stop)
    : client_(std::move(url), std::move(settings), stop), service_key_(checked(service_key)) {}

HttpResponse AuthApi::call(std::string method, std::string path, Secret body) {
  HttpRequest request{.method = std::move(method), .path = std::move(path), .body = std::move(body)};
  request.headers = {{"apikey", service_key_}, {"Authorization", Secret("Bearer " + service_key_.reveal())}};
  return client_.send(request);
}

Error AuthApi::refused(std::string_view doing, const HttpResponse& answer) const {
  const Json body = parsed(answer.body);
  std::string said;
  for (const char* key : {"msg", "error_description", "message", "error"})
    if (said.empty()) said = text_of(body, key);
  if (const std::string code = text_of(body, "error_code"); !code.empty()) said += fmt::format(" ({})", code);
  Error error{ExitCode::environment, fmt::format("cannot {} at {}", doing, client_.url().host)};
  error.because(
      hide_secrets(fmt::format("HTTP {}{}{}", answer.status, said.empty() ? "" : ": ", clean_text(said))));
  if (answer.status == 401 || answer.status == 403)
    error.hint("check that the key is the service role's, and of this project");
  else if (answer.status == 404)
    error.hint("check the URL: a Supabase project's Auth is at /auth/v1, GoTrue itself at its root");
  return error;
}

static Json body_of(const AuthAccount& account) {
  Json body{{"email", account.email},
            {"email_confirm", true},
            {"user_metadata", Json::parse(account.user_metadata)},
            {"app_metadata", Json::parse(account.app_metadata)}};
  if (!account.password.empty()) body["password"] = account.password.reveal();
  return body;
}

std::optional<std::string> AuthApi::create(const AuthAccount& account) {
  Json body = body_of(account);
  body["id"] = account.id;
  const HttpResponse answer = call("POST", "/admin/users", dumped(body));
  if (answer.status == 200 || answer.status == 201) return text_of(parsed(answer.body), "id");
  const std::string doing = fmt::format("make the account {}", account.email);
  if (answer.status != 422) throw refused(doing, answer);
  const std::string code = text_of(parsed(answer.body), "error_code");
  if (!code.empty() && code != "email_exists") throw refused(doing, answer);
  const std::optional<std::string> existing = find(account.email);
  if (!existing) throw refused(doing, answer);
  if (answer.attempts > 1 && *existing == account.id) return existing;
  return std::nullopt;
}

std::optional<std::string> AuthApi::find(std::string_view email) {
  // `filter` is a substring of e-mail and other fields; servers before it had one give every account.
  for (std::size_t page = 1;; ++page) {
    const HttpResponse answer = call("GET", fmt::format("/admin/users?page={}&per_page={}&filter={}", page,
                                                        users_in_a_page, percent_encoded(email)));
    if (answer.status != 200) throw refused("list the accounts", answer);
    const Json body = parsed(answer.body);
    const auto users = body.is_object() ? body.find("users") : body.end();
    if (!body.is_object() || users == body.end() || !users->is_array())
      throw refused("read the list of accounts", answer);
    for (const Json& user : *users)
      if (text_of(user, "email") == email) return text_of(user, "id");
    if (users->size() < users_in_a_page) return std::nullopt;
  }
}

void AuthApi::update(const std::string& id, const AuthAccount& account) {
  const HttpResponse answer = call("PUT", "/admin/users/" + percent_encoded(id), dumped(body_of(account)));
  if (answer.status != 200) throw refused(fmt::format("change the account {}", account.email), answer);
}

void AuthApi::prove_login(const std::string& email, const Secret& password) {
  const HttpResponse answer =
      call("POST", "/token?grant_type=password", dumped({{"email", email}, {"password", password.reveal()}}));
  if (answer.status == 400 || answer.status == 422) {
    Error error = refused(fmt::format("log in as {}", email), answer);
    throw Error{ExitCode::failed, error.message()}.because(error.reason());
  }
  const Secret token(text_of(parsed(answer.body), "access_token"));
  if (answer.status != 200 || token.empty()) throw refused(fmt::format("log in as {}", email), answer);
  register_secret(token);
  // The proof leaves no session behind.
  HttpRequest logout{.method = "POST", .path = "/logout?scope=local"};
  logout.headers = {{"apikey", service_key_}, {"Authorization", Secret("Bearer " + token.reveal())}};
  const HttpResponse gone = client_.send(logout);
  if (gone.status >= 300) throw refused(fmt::format("log {} out again", email), gone);
}

}  // namespace runner
