#pragma once

#include "runner/core/secret.hpp"

#include <map>
#include <string>
#include <string_view>

namespace runner {

/// A database's address. The password is never part of what is shown.
class DatabaseUrl {
 public:
  DatabaseUrl() = default;
  /// Parses a URI (postgres://, postgresql://) or a keyword/value string with libpq's own parser.
  /// A remote host without sslmode gets `require`; the password becomes a registered secret.
  /// `source` names where it came from ("DATABASE_URL") for messages, which never repeat the text.
  /// Throws: Error{ExitCode::usage}.
  static DatabaseUrl parse(const Secret& text, std::string_view source);

  bool empty() const { return parameters_.empty(); }
  std::string get(std::string_view keyword) const;  ///< "" when not set; not for the password
  DatabaseUrl with(std::string keyword, std::string value) const;
  /// "orders on pg.internal:5432", "postgres on /tmp/run.x": for people.
  std::string describe() const;
  /// As libpq's keyword/value arrays; with the password. For postgres/ alone.
  const std::map<std::string, std::string, std::less<>>& parameters() const { return parameters_; }
  /// A URI without the password, that can be pasted to psql.
  std::string uri() const;
  bool local() const;  ///< a Unix socket, localhost or a loopback address

 private:
  std::map<std::string, std::string, std::less<>> parameters_;
};

}  // namespace runner
