#pragma once

#include "runner/postgres/url.hpp"
#include "runner/process/server_process.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace runner::bench {

/// A server on a copy of a prepared data directory, started with as little as can be. Ends with the object.
class BareServer {
 public:
  /// `beside`: where its folder is made. `settings`: "fsync=off", …
  BareServer(const std::filesystem::path& prepared_data, const std::filesystem::path& beside,
             const std::vector<std::string>& settings);
  ~BareServer();
  BareServer(const BareServer&) = delete;
  BareServer& operator=(const BareServer&) = delete;

  const std::filesystem::path& folder() const { return folder_; }  ///< of its socket
  /// Of its superuser.
  DatabaseUrl url(const std::string& database) const;

 private:
  std::filesystem::path folder_;
  std::unique_ptr<ServerProcess> server_{};
};

/// What a shadow costs at the least: `cp -a` of a prepared data directory, `postgres` on the copy, a
/// connection as soon as it is taken, the statements, an immediate stop, `rm -r`.
void bare_server_does(const std::filesystem::path& prepared_data, const std::vector<std::string>& statements);

/// The prepared data directory that a shadow of this cache without further layers starts from.
std::filesystem::path newest_entry(const std::filesystem::path& cache);

}  // namespace runner::bench
