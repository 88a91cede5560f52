#pragma once

#include "runner/core/error.hpp"
#include "runner/core/secret.hpp"
#include "runner/core/stop_signal.hpp"
#include "runner/http/http_url.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace runner {

struct HttpHeader {
  std::string name{};
  Secret value{};
};

struct HttpRequest {
  std::string method = "GET";
  std::string path{};  ///< appended to the client's URL, encoded already: "/admin/users?page=1"
  std::vector<HttpHeader> headers{};
  Secret body{};
};

struct HttpResponse {
  int status = 0;
  std::string body{};
  int attempts = 1;  ///< more than one: an earlier one may have done its work before it failed
};

struct HttpSettings {
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  std::chrono::milliseconds attempt_timeout = std::chrono::seconds(30);
  std::chrono::milliseconds retry_for = std::chrono::minutes(1);  ///< all attempts and pauses together
  std::chrono::milliseconds first_pause{250};                     ///< doubles, up to 8 s
  std::size_t answer_limit_bytes = std::size_t{8} << 20;
  std::string ca_file{};  ///< PEM; empty: the system's
};

/// Requests to one server. Certificates are verified, redirects are not followed (the headers hold secrets),
/// proxies are those of the environment, but none for loopback. What fails in passing (429, 5xx, a broken
/// connection) is tried again with growing pauses, or after the time that Retry-After names.
class HttpClient {
 public:
  HttpClient(HttpUrl url, HttpSettings settings, const StopSignal& stop);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// The answer, whatever its status: 429 and 5xx only once retry_for is spent.
  /// Throws: Error{environment} when there is none, Error{interrupted, terminated} on a stop signal. Neither
  /// tells headers or body.
  HttpResponse send(const HttpRequest& request);

  const HttpUrl& url() const { return url_; }

 private:
  struct Attempt;
  Attempt attempt(const HttpRequest& request);
  void pause(std::chrono::milliseconds time);
  Error no_answer(const Attempt& last) const;

  HttpUrl url_;
  HttpSettings settings_;
  const StopSignal& stop_;
  struct Curl;
  std::unique_ptr<Curl> curl_;
};

}  // namespace runner
