#include "tests/faults/own_server.hpp"

#include "runner/core/file.hpp"
#include "runner/postgres/copy_tree.hpp"
#include "runner/postgres/server_start.hpp"

#include <csignal>
#include <stdexcept>

#include <unistd.h>

namespace runner {

static constexpr std::uint64_t room_bytes = std::uint64_t{128} << 20;

OwnServer::OwnServer()
    : as_(unprivileged_user()), folder_(choose_run_place(run_places(), room_bytes, as_), as_) {
  initialise_data(find_server_binaries(), folder_.data(), as_, embedded_owner, nullptr);
  start();
  // `postgres` is what new databases are copied from, so nobody may stay connected to it.
  Session::connect(admin_url("postgres"), {}, nullptr)
      .query("CREATE DATABASE control TEMPLATE postgres", "make the control database");
}

OwnServer::OwnServer(StandbyOf of)
    : as_(unprivileged_user()), folder_(choose_run_place(run_places(), room_bytes, as_), as_) {
  const TreeOwner owner = as_.drop ? TreeOwner{as_.uid, as_.gid} : TreeOwner{};
  copy_tree(of.primary.folder_.data(), folder_.data(), owner);
  write_file(folder_.data() / "standby.signal", "");
  start();
}

void OwnServer::start() {
  server_.emplace(start_server(find_server_binaries(), {folder_.data(), folder_.socket(), folder_.log()}, as_,
                               Cluster::Durability::on, false, nullptr));
  folder_.record_server(server_->pid());
}

static void stop_by(std::optional<ServerProcess>& server, int signal) {
  if (!server->stop(signal, std::chrono::seconds(60))) throw std::runtime_error("the server does not stop");
}

void OwnServer::stop() {
  stop_by(server_, SIGINT);
}

void OwnServer::stop_at_once() {
  stop_by(server_, SIGQUIT);
}

void OwnServer::make(const std::string& database) {
  Session::connect(admin_url("control"), {}, nullptr)
      .query("CREATE DATABASE " + database + " TEMPLATE postgres OWNER postgres", "make a test's database");
}

DatabaseUrl OwnServer::admin_url(const std::string& database) const {
  return DatabaseUrl{}
      .with("host", folder_.socket().string())
      .with("port", "5432")
      .with("user", embedded_superuser)
      .with("dbname", database);
}

DatabaseUrl OwnServer::url(const std::string& database) const {
  return admin_url(database).with("user", embedded_owner);
}

}  // namespace runner
