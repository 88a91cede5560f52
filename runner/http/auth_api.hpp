#pragma once

#include "runner/http/http_client.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace runner {

/// What an account is to be like.
struct AuthAccount {
  std::string id{};                 ///< a UUID that the caller chose
  std::string email{};              ///< lower case
  Secret password{};                ///< empty: is left as it is
  std::string user_metadata{"{}"};  ///< a JSON object
  std::string app_metadata{"{}"};   ///< a JSON object
};

/// Supabase Auth (GoTrue) as its administrator.
/// Source: github.com/supabase/auth, openapi.yaml, "/admin/users" and "/token".
class AuthApi {
 public:
  /// `service_key`: the service role's JWT. Throws: Error{usage} for one that cannot stand in a header.
  AuthApi(HttpUrl url, const Secret& service_key, HttpSettings settings, const StopSignal& stop);

  /// Makes an account with a confirmed e-mail. Returns its id; nothing when the e-mail belongs to an account
  /// already. One that a lost answer has hidden from us is ours all the same: it is known by its id.
  /// Throws: Error{environment} when the server refuses, as all of these do.
  std::optional<std::string> create(const AuthAccount& account);
  /// The id of the account with this e-mail.
  std::optional<std::string> find(std::string_view email);
  /// Brings an account to what `account` says; its metadata is merged with what is there.
  void update(const std::string& id, const AuthAccount& account);
  /// Logs in, and out again. Throws: Error{failed} when the password is refused.
  void prove_login(const std::string& email, const Secret& password);

 private:
  HttpResponse call(std::string method, std::string path, Secret body = {});
  Error refused(std::string_view doing, const HttpResponse& answer) const;

  HttpClient client_;
  Secret service_key_;
};

}  // namespace runner
