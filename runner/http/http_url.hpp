#pragma once

#include <string>
#include <string_view>

namespace runner {

/// The beginning of every address that a client calls: "https://abc.supabase.co/auth/v1".
struct HttpUrl {
  std::string text{};      ///< without a slash at the end
  std::string host{};      ///< for people, with the port where one is named
  bool encrypted = false;  ///< https
  bool loopback = false;   ///< localhost, 127.0.0.0/8, ::1

  /// `source` names where the text came from ("SUPABASE_URL"). Plain http is for loopback, where nobody reads
  /// along, unless `allow_plain`. Throws: Error{usage}, also for a URL with a password, a query or a
  /// fragment.
  static HttpUrl parse(const std::string& text, std::string_view source, bool allow_plain = false);
  HttpUrl with_path(std::string_view path) const;
};

}  // namespace runner
