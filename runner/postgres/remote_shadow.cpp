#include "runner/core/error.hpp"
#include "runner/core/secret.hpp"
#include "runner/postgres/database_copy.hpp"
#include "runner/postgres/remote_roles.hpp"
#include "runner/postgres/shadow_factories.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <sys/random.h>

namespace runner {

static constexpr std::string_view name_prefix = "runner_shadow_";

static std::string random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  if (getrandom(raw.data(), raw.size(), 0) != static_cast<ssize_t>(raw.size()))
    throw Error{ExitCode::environment, "the system gives no random numbers"};
  std::string text;
  for (const char byte : raw) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

static std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

namespace {

/// A temporary database on `shadow.server`. Where the server's role is a superuser, a role of the same name
/// as the database owns it, because migrations must not run as superuser; else the server's role does.
class RemoteShadow : public Shadow {
 public:
  RemoteShadow(DatabaseUrl server, std::shared_ptr<RemoteRoles> roles, const StopSignal* stop,
               Reporter& reporter)
      : server_(std::move(server)), roles_(std::move(roles)), stop_(stop), reporter_(reporter) {}
  ~RemoteShadow() override;

  void create(bool owner_is_superuser);

  Session connect() override;
  Session connect_admin() override { return Session::connect(at_database(server_), {}, stop_); }
  const std::string& owner() const override { return owner_; }
  std::string describe() const override { return "temporary database " + at_database(server_).describe(); }
  int server_version() const override { return version_; }
  bool remember() override;
  void put_back() override;

 private:
  DatabaseUrl at_database(const DatabaseUrl& url) const { return url.with("dbname", database_); }
  std::string remembered_name() const { return database_ + "_was"; }
  void create_owner(Session& server);
  void forget(Session& server);

  DatabaseUrl server_;
  std::shared_ptr<RemoteRoles> roles_;
  const StopSignal* stop_;
  Reporter& reporter_;
  std::string database_{};
  std::string owner_{};
  DatabaseUrl owner_url_{};
  bool superuser_ = false;  ///< the server's role is one
  bool own_role_ = false;   ///< owner_ was made for this shadow
  bool remembered_ = false;
  int version_ = 0;
};

}  // namespace

void RemoteShadow::create_owner(Session& server) {
  owner_ = database_;
  const std::string password = random_hex(24);
  owner_url_ = server_.with("user", owner_).with("password", password);
  // The password must not reach the server's log.
  server.query(
      fmt::format("BEGIN; SET LOCAL log_statement = 'none'; SET LOCAL log_min_duration_statement = -1; "
                  "CREATE ROLE {} LOGIN CREATEDB CREATEROLE BYPASSRLS REPLICATION PASSWORD {}; COMMIT",
                  server.quoted_identifier(owner_), server.quoted_literal(password)),
      "make the shadow's role");
  own_role_ = true;
}

void RemoteShadow::create(bool owner_is_superuser) {
  Session server = Session::connect(server_, {}, stop_);
  version_ = server.server_version();
  const Rows self = server.query(
      "SELECT current_user::text, rolsuper, rolsuper OR rolcreatedb FROM pg_roles "
      "WHERE rolname = current_user",
      "ask for the role's rights");
  if (self.rows.at(0).at(2) != "t")
    throw Error{ExitCode::environment, fmt::format("role '{}' may not make databases on the shadow server {}",
                                                   self.rows[0].at(0).value_or(""), server_.describe())}
        .hint("give it CREATEDB, or name another role in shadow.server");
  superuser_ = self.rows[0].at(1) == "t";
  database_ = fmt::format("{}{}_{}", name_prefix, seconds_now(), random_hex(4));
  if (superuser_ && !owner_is_superuser) {
    create_owner(server);
  } else {
    owner_ = self.rows[0].at(0).value_or("");
    owner_url_ = server_;
  }
  // template0: what a site put into template1 is not in the target, and nobody is connected to it.
  server.query(fmt::format("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'",
                           server.quoted_identifier(database_), server.quoted_identifier(owner_)),
               "make the shadow's database");
}

Session RemoteShadow::connect() {
  try {
    return Session::connect(at_database(owner_url_), {}, stop_);
  } catch (Error& error) {
    if (own_role_ && error.code() == ExitCode::environment)
      error.hint(
          "let roles log in by password in pg_hba.conf of the shadow server, or name a role without "
          "superuser rights in shadow.server");
    throw;
  }
}

/// What is kept outside of a database only superusers can copy.
bool RemoteShadow::remember() {
  if (!superuser_) return false;
  Session server = Session::connect(server_, {}, stop_);
  forget(server);
  copy_database(server, database_, remembered_name());
  return remembered_ = true;
}

void RemoteShadow::put_back() {
  Session server = Session::connect(server_, {}, stop_);
  replace_database(server, database_, remembered_name());
  remembered_ = false;
}

void RemoteShadow::forget(Session& server) {
  if (!std::exchange(remembered_, false)) return;
  server.query("DROP DATABASE IF EXISTS " + server.quoted_identifier(remembered_name()),
               "drop the copy of the shadow's database");
}

RemoteShadow::~RemoteShadow() {
  if (database_.empty()) return;
  try {
    Session server = Session::connect(server_, {}, nullptr);
    forget(server);
    const std::string name = server.quoted_identifier(database_);
    static constexpr int version_with_force = 130000;
    if (version_ < version_with_force) {
      const std::array<Cell, 1> database{database_};
      server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
                   "end the shadow's connections", database);
    }
    server.query(fmt::format("DROP DATABASE IF EXISTS {}{}", name,
                             version_ < version_with_force ? "" : " WITH (FORCE)"),
                 "drop the shadow's database");
    // Since PostgreSQL 16 it owns the memberships that it granted.
    if (own_role_)
      server.query(fmt::format("DROP OWNED BY {0}; DROP ROLE {0}", name), "drop the shadow's role");
  } catch (const Error& error) {
    reporter_.warn(fmt::format("{} is left behind: {}; drop it by hand", describe(), error.reason()));
  }
}

namespace {

class RemoteFactory : public ShadowFactory {
 public:
  RemoteFactory(const ShadowOrigin& origin, const StopSignal* stop, Reporter& reporter)
      : origin_(origin), stop_(stop), reporter_(reporter) {}
  std::unique_ptr<Shadow> make(const std::vector<ShadowLayer>& layers) override;

 private:
  std::shared_ptr<RemoteRoles> roles();
  void look_at_server();

  ShadowOrigin origin_;
  const StopSignal* stop_;
  Reporter& reporter_;
  std::weak_ptr<RemoteRoles> roles_{};  ///< shared by the shadows that live at the same time
  bool looked_ = false;
};

}  // namespace

std::shared_ptr<RemoteRoles> RemoteFactory::roles() {
  std::shared_ptr<RemoteRoles> shared = roles_.lock();
  if (!shared) {
    shared = std::make_shared<RemoteRoles>(origin_.server, stop_, reporter_);
    roles_ = shared;
  }
  return shared;
}

/// When a database of ours was made, by its name.
static std::int64_t made_at(std::string_view name) {
  name.remove_prefix(name_prefix.size());
  std::int64_t seconds = 0;
  const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), seconds);
  return problem == std::errc() && *end == '_' ? seconds : seconds_now();
}

/// Says what dead runs left there: it may hold the schema of somebody's project, and room.
void RemoteFactory::look_at_server() {
  if (std::exchange(looked_, true)) return;
  Session server = Session::connect(origin_.server, {}, stop_);
  if (const int major = server.server_version() / 10000;
      origin_.wanted_major != 0 && major != origin_.wanted_major)
    reporter_.warn(
        fmt::format("the shadow server is PostgreSQL {}, the target {}", major, origin_.wanted_major));
  const Rows found = server.query(
      "SELECT datname FROM pg_database AS d WHERE datname ~ '^runner_shadow_[0-9]+_' "
      "AND NOT EXISTS (SELECT FROM pg_stat_activity AS a WHERE a.datid = d.oid)",
      "look for databases of earlier runs");
  static constexpr std::int64_t a_day = std::int64_t{24} * 60 * 60;
  std::string left;
  for (const auto& row : found.rows)
    if (const std::string name = row.at(0).value_or(""); made_at(name) < seconds_now() - a_day)
      left += fmt::format("{}DROP DATABASE {};", left.empty() ? "" : " ", server.quoted_identifier(name));
  if (!left.empty())
    reporter_.warn(
        fmt::format("the shadow server keeps databases of runs that died; remove them with: {}", left));
}

std::unique_ptr<Shadow> RemoteFactory::make(const std::vector<ShadowLayer>& layers) {
  look_at_server();
  auto shadow = std::make_unique<RemoteShadow>(origin_.server, roles(), stop_, reporter_);
  shadow->create(origin_.superuser);
  for (const ShadowLayer& layer : layers) {
    reporter_.detail("shadow: " + layer.description);
    layer.apply(*shadow);
  }
  return shadow;
}

std::unique_ptr<ShadowFactory> make_remote_factory(const ShadowOrigin& origin, const StopSignal* stop,
                                                   Reporter& reporter) {
  return std::make_unique<RemoteFactory>(origin, stop, reporter);
}

}  // namespace runner
