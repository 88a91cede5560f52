#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace runner::bench {

/// What a shadow costs at the least: `cp -a` of a prepared data directory, `postgres` on the copy, a
/// connection as soon as it is taken, the statements, an immediate stop, `rm -r`.
void bare_server_does(const std::filesystem::path& prepared_data, const std::vector<std::string>& statements);

}  // namespace runner::bench
