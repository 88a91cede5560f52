#pragma once

#include "runner/core/reporter.hpp"
#include "runner/core/stop_signal.hpp"
#include "runner/postgres/session.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace runner {

/// A disposable database on which anything may be tried. It ends with this object.
class Shadow {
 public:
  virtual ~Shadow() = default;

  /// A session with the rights that migrations have on a managed service: the owner of the database.
  virtual Session connect() = 0;
  /// A session as superuser (embedded), or as whoever `shadow.server` names.
  virtual Session connect_admin() = 0;
  virtual const std::string& owner() const = 0;
  /// "embedded PostgreSQL 15.18", "temporary database runner_x on host:5432"
  virtual std::string describe() const = 0;
  virtual int server_version() const = 0;

  /// Remembers the database as it is, instead of what was remembered before; no session of this shadow may
  /// be open. False: the server does not let us, nothing is remembered.
  virtual bool remember() { return false; }
  /// Puts the database back to what was remembered, once; sessions are ended by it. What is kept outside of
  /// a database (roles, their memberships and settings) stays as it is.
  virtual void put_back() {}
};

/// One thing that is done to a new shadow before it is used. States that were reached once are cached
/// by the chain of the layers' digests.
struct ShadowLayer {
  std::string digest{};       ///< of everything that `apply` depends on
  std::string description{};  ///< "prelude supabase", "20260101000000_create_clients"
  std::function<void(Shadow&)> apply{};
};

struct ShadowOrigin {
  DatabaseUrl server{};            ///< shadow.server; empty: embedded
  std::filesystem::path cache{};   ///< folder of prepared data directories; empty: no cache
  int wanted_major = 0;            ///< the target's major version; 0: any
  bool superuser = false;          ///< shadow.superuser: the owner keeps superuser rights
  bool stand_ins = true;           ///< shadow.stand_ins: embedded servers stand in for missing extensions
  std::string owner = "postgres";  ///< role that owns the database
};

/// Makes shadows: embedded ones each from a server of their own (a copy of a prepared data directory),
/// or temporary databases on `shadow.server`.
class ShadowFactory {
 public:
  virtual ~ShadowFactory() = default;
  /// A shadow in the state after all `layers`; starts from the longest prefix that is cached.
  /// Throws: Error{environment} when none can be made; what a layer throws.
  virtual std::unique_ptr<Shadow> make(const std::vector<ShadowLayer>& layers) = 0;
  static std::unique_ptr<ShadowFactory> of(const ShadowOrigin& origin, const StopSignal* stop,
                                           Reporter& reporter);
};

/// The Debian package that brings an extension, for hints; "" when none is known.
std::string debian_package_of_extension(std::string_view extension, int major);

}  // namespace runner
