#include "runner/core/error.hpp"
#include "runner/crypto/sha256.hpp"
#include "runner/postgres/cluster.hpp"
#include "runner/postgres/database_copy.hpp"
#include "runner/postgres/prepared_cache.hpp"
#include "runner/postgres/server_start.hpp"
#include "runner/postgres/server_tree.hpp"
#include "runner/postgres/shadow_factories.hpp"
#include "runner/postgres/stand_ins.hpp"

#include <cstdlib>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/utsname.h>

namespace runner {

namespace fs = std::filesystem;

namespace {

class EmbeddedShadow : public Shadow {
 public:
  EmbeddedShadow(std::unique_ptr<Cluster> cluster, std::string owner, const StopSignal* stop)
      : cluster_(std::move(cluster)), owner_(std::move(owner)), stop_(stop) {}

  Session connect() override { return Session::connect(cluster_->url(owner_), {}, stop_); }
  Session connect_admin() override { return Session::connect(cluster_->url(embedded_superuser), {}, stop_); }
  const std::string& owner() const override { return owner_; }
  std::string describe() const override {
    return fmt::format("embedded PostgreSQL {}", cluster_->binaries().version);
  }
  int server_version() const override;
  bool remember() override;
  void put_back() override;

  Cluster& cluster() { return *cluster_; }
  void make_owner_superuser() {
    Session admin = connect_admin();
    admin.query(fmt::format("ALTER ROLE {} SUPERUSER", admin.quoted_identifier(owner_)),
                "give superuser rights to the shadow's owner");
  }

 private:
  Session& elsewhere();

  std::unique_ptr<Cluster> cluster_;
  std::string owner_;
  const StopSignal* stop_;
  std::optional<Session> elsewhere_{};  ///< connected to a database that is never copied
  bool remembered_ = false;
};

static constexpr const char* database_name = "postgres";
static constexpr const char* remembered_name = "runner_remembered";

/// The server has no other database: a copy of ours is one.
Session& EmbeddedShadow::elsewhere() {
  static constexpr const char* name = "runner_elsewhere";
  if (elsewhere_) return *elsewhere_;
  {
    Session admin = connect_admin();
    admin.query(fmt::format("CREATE DATABASE {} TEMPLATE {}", name, database_name),
                "make a second database on the shadow");
  }
  elsewhere_ = Session::connect(cluster_->url(embedded_superuser, name), {}, stop_);
  return *elsewhere_;
}

bool EmbeddedShadow::remember() {
  Session& server = elsewhere();
  if (std::exchange(remembered_, false))
    server.query(fmt::format("DROP DATABASE {}", remembered_name), "forget a copy of the shadow");
  copy_database(server, database_name, remembered_name);
  return remembered_ = true;
}

void EmbeddedShadow::put_back() {
  replace_database(elsewhere(), database_name, remembered_name);
  remembered_ = false;
}

/// As the server itself says it: "15.20" is 150020, "16beta1" is 160000.
int EmbeddedShadow::server_version() const {
  const std::string& version = cluster_->binaries().version;
  const std::size_t dot = version.find('.');
  const int minor = dot == std::string::npos ? 0 : std::atoi(version.c_str() + dot + 1);
  return cluster_->binaries().major * 10000 + minor;
}

class EmbeddedFactory : public ShadowFactory {
 public:
  EmbeddedFactory(ShadowOrigin origin, const StopSignal* stop, Reporter& reporter)
      : origin_(std::move(origin)), stop_(stop), reporter_(reporter) {}

  std::unique_ptr<Shadow> make(const std::vector<ShadowLayer>& layers) override {
    return make_embedded(layers);
  }
  std::unique_ptr<EmbeddedShadow> make_embedded(const std::vector<ShadowLayer>& layers);

 private:
  struct Begun {
    std::unique_ptr<EmbeddedShadow> shadow;
    std::size_t layers = 0;  ///< how many it has already
  };
  const ServerBinaries& binaries();
  std::vector<fs::path> entries_for(const std::vector<ShadowLayer>& layers);
  std::optional<Begun> begin_from_cache(const std::vector<fs::path>& entries);
  Begun begin_new(const std::vector<fs::path>& entries);
  std::unique_ptr<EmbeddedShadow> shadow_over(std::unique_ptr<Cluster> cluster) const;
  void publish(Cluster& stopped, const fs::path& entry);

  ShadowOrigin origin_;
  const StopSignal* stop_;
  Reporter& reporter_;
  std::optional<ServerBinaries> binaries_;
};

const ServerBinaries& EmbeddedFactory::binaries() {
  if (!binaries_) {
    binaries_ = find_server_binaries(origin_.wanted_major);
    binaries_->stand_ins = origin_.stand_ins;
  }
  return *binaries_;
}

/// When something was last installed among this server's extensions: a prelude creates those that are there.
std::string extensions_stamp(const ServerBinaries& binaries) {
  const std::optional<InstallationFolders> folders = installation_folders(binaries);
  struct stat info {};
  if (!folders || ::stat((folders->share / "extension").c_str(), &info) != 0) return "unknown";
  return fmt::format("{} {}.{}", folders->share.string(), info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

/// The cache entries of the state after 0, 1, 2, … layers.
std::vector<fs::path> EmbeddedFactory::entries_for(const std::vector<ShadowLayer>& layers) {
  utsname machine{};
  ::uname(&machine);
  std::vector<fs::path> entries;
  std::string chain =
      sha256(fmt::format("2\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n", binaries().folder.string(), binaries().version,
                         machine.machine, database_locale(), extensions_stamp(binaries()), origin_.owner,
                         origin_.stand_ins ? stand_ins_digest() : "none"));
  const auto add = [&] { entries.push_back(origin_.cache / chain.substr(0, 32)); };
  add();
  for (const ShadowLayer& layer : layers) {
    chain = sha256(chain + '\n' + layer.digest);
    add();
  }
  return entries;
}

std::unique_ptr<EmbeddedShadow> EmbeddedFactory::shadow_over(std::unique_ptr<Cluster> cluster) const {
  return std::make_unique<EmbeddedShadow>(std::move(cluster), origin_.owner, stop_);
}

std::optional<EmbeddedFactory::Begun> EmbeddedFactory::begin_from_cache(
    const std::vector<fs::path>& entries) {
  if (origin_.cache.empty()) return std::nullopt;
  auto cluster = std::make_unique<Cluster>(binaries(), stop_);
  for (std::size_t layers = entries.size(); layers-- > 0;) {
    if (!cluster->copy_from(entries[layers])) continue;
    try {
      cluster->start();
      return Begun{shadow_over(std::move(cluster)), layers};
    } catch (const Error& error) {
      // A copy that no server starts on is a damaged one: a shorter prefix, or a new directory, will do.
      if (error.code() != ExitCode::environment) throw;
      reporter_.detail(
          fmt::format("a cached data directory does not start and is thrown away: {}", error.reason()));
      cluster = std::make_unique<Cluster>(binaries(), stop_);
      discard_prepared(entries[layers]);
    }
  }
  return std::nullopt;
}

EmbeddedFactory::Begun EmbeddedFactory::begin_new(const std::vector<fs::path>& entries) {
  reporter_.detail(fmt::format("making a new data directory with PostgreSQL {}", binaries().version));
  auto cluster = std::make_unique<Cluster>(binaries(), stop_);
  cluster->create(origin_.owner);
  publish(*cluster, entries.front());
  cluster->start();
  return {shadow_over(std::move(cluster)), 0};
}

/// A cache that cannot be written costs time, not the verdict.
void EmbeddedFactory::publish(Cluster& stopped, const fs::path& entry) {
  if (origin_.cache.empty()) return;
  try {
    stopped.publish(entry);
  } catch (const Error& error) {
    reporter_.detail(fmt::format("{}: {}", error.message(), error.reason()));
  }
}

std::unique_ptr<EmbeddedShadow> EmbeddedFactory::make_embedded(const std::vector<ShadowLayer>& layers) {
  const std::vector<fs::path> entries = entries_for(layers);
  std::optional<Begun> cached = begin_from_cache(entries);
  Begun begun = cached ? std::move(*cached) : begin_new(entries);
  EmbeddedShadow& shadow = *begun.shadow;
  for (std::size_t i = begun.layers; i < layers.size(); ++i) {
    if (stop_ != nullptr) stop_->check();
    reporter_.detail(fmt::format("shadow: {}", layers[i].description));
    reporter_.progress(i, layers.size(), "preparing a shadow");
    layers[i].apply(shadow);
    // After the first layer, because that one (a prelude) is what all later states share; and the last.
    const bool worth_keeping = i == 0 || i + 1 == layers.size();
    if (origin_.cache.empty() || !worth_keeping) continue;
    shadow.cluster().stop();
    publish(shadow.cluster(), entries[i + 1]);
    shadow.cluster().start();
  }
  if (origin_.superuser) shadow.make_owner_superuser();
  return std::move(begun.shadow);
}

}  // namespace

std::unique_ptr<ShadowFactory> make_embedded_factory(const ShadowOrigin& origin, const StopSignal* stop,
                                                     Reporter& reporter) {
  return std::make_unique<EmbeddedFactory>(origin, stop, reporter);
}

void prepare_data(const ShadowOrigin& origin, const std::vector<ShadowLayer>& layers, const fs::path& data,
                  const StopSignal* stop, Reporter& reporter) {
  const std::unique_ptr<EmbeddedShadow> shadow =
      EmbeddedFactory(origin, stop, reporter).make_embedded(layers);
  shadow->cluster().stop();
  shadow->cluster().copy_to(data);
}

}  // namespace runner
