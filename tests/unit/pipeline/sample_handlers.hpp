#pragma once

#include "runner/migration/stage_handler.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace runner {

/// Handlers whose tables have an option of every type: `check`, `apply` (writes) and `query` (a required
/// one). Their `run` is what the test hangs into `behaviour`; without it they pass.
StageHandlers sample_handlers();

using Behaviour = std::function<Outcome(const StepInput&, Services&)>;
std::map<std::string, Behaviour, std::less<>>& behaviour();

/// A folder that is deleted with this object; `write` makes a file in it.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path write(const std::string& name, std::string_view text) const;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace runner
