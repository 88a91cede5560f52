#include "runner/postgres/cluster.hpp"

#include "runner/core/error.hpp"
#include "runner/postgres/prepared_cache.hpp"
#include "runner/postgres/run_folder.hpp"
#include "runner/postgres/server_start.hpp"

#include <csignal>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace runner {

namespace fs = std::filesystem;

/// initdb leaves 29 MB before the template databases are dropped.
static constexpr std::uint64_t initdb_bytes = std::uint64_t{32} << 20;

struct Cluster::Impl {
  RunAs as;
  const StopSignal* stop;
  std::optional<RunFolder> folder{};
  std::optional<ServerProcess> server{};

  Impl(RunAs user, const StopSignal* stop_signal) : as(user), stop(stop_signal) {}
  void make_folder(std::uint64_t data_bytes) {
    folder.emplace(choose_run_place(run_places(), data_bytes, as), as);
  }
  TreeOwner owner() const { return as.drop ? TreeOwner{as.uid, as.gid} : TreeOwner{}; }
  RunFolder& place() {
    if (!folder) throw Error{ExitCode::environment, "the embedded server has no data directory yet"};
    return *folder;
  }
  ServerLayout layout() { return {place().data(), place().socket(), place().log()}; }
};

Cluster::Cluster(ServerBinaries binaries, const StopSignal* stop)
    : binaries_(std::move(binaries)), impl_(std::make_unique<Impl>(unprivileged_user(), stop)) {
  sweep_dead_runs(run_places());
}

/// Immediate stop: what is in the data directory no longer matters.
Cluster::~Cluster() {
  impl_->server.reset();
  impl_->folder.reset();
}

void Cluster::create(const std::string& owner) {
  impl_->make_folder(initdb_bytes);
  initialise_data(binaries_, impl_->folder->data(), impl_->as, owner, impl_->stop);
}

bool Cluster::copy_from(const fs::path& prepared) {
  std::optional<PreparedData> source = PreparedData::open(prepared);
  if (!source) return false;
  source->mark_used();
  impl_->make_folder(source->size().bytes);
  if (copy_tree(source->data(), impl_->folder->data(), impl_->owner()) == source->size()) return true;
  source.reset();  // our own lock would keep it
  impl_->folder.reset();
  discard_prepared(prepared);
  return false;
}

void Cluster::start() {
  impl_->server.emplace(
      start_server(binaries_, impl_->layout(), impl_->as, Durability::off, false, impl_->stop));
  impl_->place().record_server(impl_->server->pid());
}

void Cluster::stop() {
  if (!running()) return;
  if (!impl_->server->stop(SIGINT, std::chrono::seconds(60)))
    throw Error{ExitCode::environment, "the embedded PostgreSQL server does not stop"}.because(
        last_lines(log()));
  const int status = impl_->server->wait_status();
  impl_->server.reset();
  if (status != 0)
    throw Error{ExitCode::environment, "the embedded PostgreSQL server ended badly"}.because(
        last_lines(log()));
}

static void refuse_running(const Cluster& cluster) {
  if (cluster.running()) throw Error{ExitCode::environment, "a running server's data cannot be copied"};
}

void Cluster::copy_to(const fs::path& data) const {
  refuse_running(*this);
  copy_tree(impl_->place().data(), data, impl_->owner());
}

void Cluster::publish(const fs::path& prepared) const {
  refuse_running(*this);
  trim_wal(binaries_, impl_->place().data(), impl_->as, impl_->stop);
  publish_prepared(impl_->place().data(), prepared);
}

bool Cluster::running() const {
  return impl_->server && impl_->server->running();
}

DatabaseUrl Cluster::url(std::string_view role, std::string_view database) const {
  return DatabaseUrl{}
      .with("host", impl_->place().socket().string())
      .with("port", "5432")
      .with("user", std::string(role))
      .with("dbname", std::string(database));
}

fs::path Cluster::log() const {
  return impl_->place().log();
}

}  // namespace runner
