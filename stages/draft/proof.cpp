#include "stages/draft/proof.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>

namespace runner {

namespace fs = std::filesystem;

namespace {
/// A folder that is removed with this object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string path = (fs::temp_directory_path() / "runner-draft-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr)
      throw Error{ExitCode::environment, "cannot make a temporary folder '" + path + "'"}
          .because(std::strerror(errno))
          .hint("set TMPDIR to a folder that can be written");
    path_ = path;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_{};
};
}  // namespace

Outcome prove_draft(const StageHandler& round_trip, const Migration& migration, const std::string& draft,
                    const std::string& shown_path, const StepInput& before, Services& use) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / (migration.label() + ".rollback.sql");
  write_file(file, draft, 0600);
  Plan plan = before.plan;
  plan.pending.push_back(migration);
  plan.pending.back().rollback = file.string();
  Options options;
  add_defaults(round_trip.options, options);
  Outcome outcome = round_trip.run({before.stage, options, plan, before.history, before.root}, use);
  std::erase_if(outcome.findings,
                [&](const Finding& finding) { return finding.subject != migration.label(); });
  for (Finding& finding : outcome.findings)
    if (finding.place.path.ends_with(file.filename().string())) finding.place.path = shown_path;
  return outcome;
}

}  // namespace runner
