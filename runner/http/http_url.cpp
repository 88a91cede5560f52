#include "runner/http/http_url.hpp"

#include "runner/core/error.hpp"
#include "runner/http/curl_library.hpp"

#include <memory>

#include <fmt/format.h>

namespace runner {

namespace {
struct UrlDeleter {
  void operator()(CURLU* url) const { curl().url_cleanup(url); }
};
}  // namespace

/// "" when the URL has no such part.
static std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl().url_get(url, part, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, decltype(curl().free)> owner(text, curl().free);
  return text;
}

static bool is_loopback(std::string_view host) {
  static constexpr std::string_view block = "127.";
  const bool number = host.find_first_not_of("0123456789.") == std::string_view::npos;
  return host == "localhost" || host == "[::1]" || (host.starts_with(block) && number);
}

HttpUrl HttpUrl::parse(const std::string& text, std::string_view source, bool allow_plain) {
  const auto refuse = [&](std::string what, std::string advice) {
    throw Error{ExitCode::usage, fmt::format("{} {}", source, what)}.hint(std::move(advice));
  };
  const std::unique_ptr<CURLU, UrlDeleter> url(curl().url());
  static constexpr const char* example = "write it as https://project.supabase.co";
  if (!url || curl().url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK)
    refuse("is no URL", example);
  const std::string scheme = part_of(url.get(), CURLUPART_SCHEME);
  if (scheme != "https" && scheme != "http") refuse("is no http or https URL", example);
  if (!part_of(url.get(), CURLUPART_USER).empty() || !part_of(url.get(), CURLUPART_PASSWORD).empty())
    refuse("holds a user or password", "leave it out: the key has a variable of its own");
  if (!part_of(url.get(), CURLUPART_QUERY).empty() || !part_of(url.get(), CURLUPART_FRAGMENT).empty())
    refuse("holds a query or a fragment", example);
  HttpUrl parsed;
  parsed.host = part_of(url.get(), CURLUPART_HOST);
  parsed.loopback = is_loopback(parsed.host);
  parsed.encrypted = scheme == "https";
  if (!parsed.encrypted && !parsed.loopback && !allow_plain)
    refuse(
        fmt::format("is plain http to {}: everybody on the way could read keys and passwords", parsed.host),
        "write https, or allow it with --allow-plain-http");
  if (const std::string port = part_of(url.get(), CURLUPART_PORT); !port.empty()) parsed.host += ":" + port;
  parsed.text = part_of(url.get(), CURLUPART_URL);
  while (parsed.text.ends_with('/')) parsed.text.pop_back();
  return parsed;
}

HttpUrl HttpUrl::with_path(std::string_view path) const {
  HttpUrl longer = *this;
  longer.text += path;
  return longer;
}

}  // namespace runner
