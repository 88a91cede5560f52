#include "runner/postgres/pqxx_connection.hpp"

#include <utility>

#include <libpq-fe.h>
#include <pqxx/pqxx>

namespace runner {

#if PQXX_VERSION_MAJOR >= 7

struct PqxxConnection::Impl {
  PGconn* raw;
  pqxx::connection pqxx;
  explicit Impl(PGconn* established)
      : raw(established), pqxx(pqxx::connection::seize_raw_connection(established)) {}
};

#else

namespace {

/// Hands libpqxx a connection that exists instead of making one.
class Adopt : public pqxx::connectionpolicy {
 public:
  explicit Adopt(PGconn* established) : pqxx::connectionpolicy(std::string()), established_(established) {}
  handle do_startconnect(handle orig) override { return orig != nullptr ? orig : established_; }
  handle do_completeconnect(handle orig) override { return orig != nullptr ? orig : established_; }

 private:
  PGconn* established_;
};

/// What pqxx::connection is in 6.4, with a policy that takes an object instead of a text.
class AdoptedConnection : public pqxx::connection_base {
 public:
  explicit AdoptedConnection(PGconn* established) : pqxx::connection_base(policy_), policy_(established) {
    init();
    // libpqxx 6.4 would reconnect by itself: locks and settings would be gone unnoticed.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // 7.x, which says so, never reconnects
    inhibit_reactivation(true);
#pragma GCC diagnostic pop
  }
  ~AdoptedConnection() noexcept {
    close();
  }
  AdoptedConnection(const AdoptedConnection&) = delete;
  AdoptedConnection& operator=(const AdoptedConnection&) = delete;

 private:
  Adopt policy_;
};

}  // namespace

struct PqxxConnection::Impl {
  PGconn* raw;
  AdoptedConnection pqxx;
  explicit Impl(PGconn* established) : raw(established), pqxx(established) {}
};

#endif

PqxxConnection::PqxxConnection(pg_conn* established) : impl_(std::make_unique<Impl>(established)) {}
PqxxConnection::PqxxConnection(PqxxConnection&&) noexcept = default;
PqxxConnection& PqxxConnection::operator=(PqxxConnection&&) noexcept = default;
PqxxConnection::~PqxxConnection() = default;

pg_conn* PqxxConnection::raw() const {
  return impl_->raw;
}

std::string PqxxConnection::quoted_name(std::string_view name) const {
  return impl_->pqxx.quote_name(std::string(name));
}

std::string PqxxConnection::quoted_text(std::string_view text) const {
  return impl_->pqxx.quote(std::string(text));
}

}  // namespace runner
