#pragma once

#include <memory>
#include <string>
#include <string_view>

struct pg_conn;

namespace runner {

/// A libpqxx connection around a libpq connection that we made ourselves, and the one place that knows
/// what differs between libpqxx 6.4 and 7.x. It ends the connection when it goes.
class PqxxConnection {
 public:
  /// Takes over `established`.
  explicit PqxxConnection(pg_conn* established);
  PqxxConnection(PqxxConnection&&) noexcept;
  PqxxConnection& operator=(PqxxConnection&&) noexcept;
  ~PqxxConnection();

  pg_conn* raw() const;
  std::string quoted_name(std::string_view name) const;
  std::string quoted_text(std::string_view text) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace runner
