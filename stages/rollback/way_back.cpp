#include "stages/rollback/way_back.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/crypto/sha256.hpp"

#include <fmt/format.h>

namespace runner {

static std::string file_of(const StepInput& in, const Chosen& chosen) {
  const std::string name = chosen.label() + ".rollback.sql";
  return in.plan.folder.shown_rollbacks == "." ? name : in.plan.folder.shown_rollbacks + "/" + name;
}

static Error no_way_back(const StepInput& in, const Chosen& chosen, bool file_only) {
  return Error{ExitCode::failed, fmt::format("there is no rollback for {}", chosen.label())}
      .because(file_only ? fmt::format("source is 'file', and {} does not exist", file_of(in, chosen))
                         : fmt::format("none was saved when it was applied, and {} does not exist",
                                       file_of(in, chosen)))
      .hint(fmt::format("write the SQL that undoes it to {}", file_of(in, chosen)));
}

/// The checkout may have lost the migration and still have its rollback: a branch that was reverted by half.
static std::string rollback_file(const StepInput& in, const Chosen& chosen) {
  if (chosen.file && chosen.file->rollback) return *chosen.file->rollback;
  const std::filesystem::path path = in.root / file_of(in, chosen);
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored) ? path.string() : std::string();
}

WayBack find_way_back(const StepInput& in, const Chosen& chosen, SavedRollbacks& saved) {
  const bool file_only = in.options.text("source") == "file";
  const std::string path = rollback_file(in, chosen);
  const std::optional<std::string> kept = saved.of(chosen.row.version);
  if (path.empty() && (file_only || !kept)) throw no_way_back(in, chosen, file_only);
  WayBack way{.of = chosen};
  const std::string text = path.empty() ? std::string() : read_file(path);
  const bool differs = !path.empty() && kept && !is_text_of(text, {*kept});
  if (!path.empty() && (file_only || !kept || !differs)) {
    way.sql = text;
    way.shown_path = display_path(path, in.root);
    if (differs)
      way.warning = fmt::format("{} differs from what was saved when {} was applied; the file is used",
                                way.shown_path, chosen.label());
  } else {
    way.sql = *kept;
    way.shown_path = fmt::format("saved rollback of {}", chosen.label());
    if (differs)
      way.warning = fmt::format(
          "{} differs from what was saved when {} was applied; the saved one is used ('source: file' would "
          "use "
          "the file)",
          display_path(path, in.root), chosen.label());
  }
  way.saved = kept && !(differs && file_only);
  way.digest = sha256(way.sql);
  return way;
}

}  // namespace runner
