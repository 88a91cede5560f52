#pragma once

#include "runner/migration/history.hpp"
#include "runner/migration/plan.hpp"
#include "runner/postgres/shadow.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace runner {

/// What the layers of one shadow share while they are applied: a session, and how many were executed
/// rather than found in the cache.
struct Building;

/// The SQL of applied migrations that have no file any more, by version, as far as the target's history has
/// it.
std::map<std::string, std::string> texts_in_history(const Plan& plan, const HistoryTable& history,
                                                    Session* target);

/// The steps from an empty shadow to the state that a plan speaks of. Made anew for each shadow.
class ShadowLayers {
 public:
  /// `warned_before`: a shadow of this run was made already, and the same warnings need no second time.
  ShadowLayers(const HistoryTable& history, const StopSignal* stop, Reporter& reporter, bool warned_before);
  ~ShadowLayers();

  void add_prelude(const std::string& name, const std::string& hint_when_refused);
  /// `shown_path` names the file in messages.
  void add_baseline(const std::filesystem::path& file);
  void add(ShadowLayer layer);
  /// Makes the history table where the shadow lacks it; before any rows.
  void add_history_table();
  /// Rows for what the shadow already holds.
  void add_history(const std::vector<HistoryRow>& applied);
  /// Each applied migration, as it was when it was applied as far as that is known, and its history row.
  /// One without a file comes from the target's history.
  void add_applied_files(const Plan& plan, Session* target, const std::set<std::string>& without = {});
  void add_pending_files(const std::vector<Migration>& pending);

  const std::vector<ShadowLayer>& layers() const { return layers_; }
  /// After ShadowFactory::make: how many had to be executed.
  std::size_t executed() const;

 private:
  void add_file(const Migration& migration, std::string text, ExitCode when_refused);
  void add_row(const HistoryRow& row, const std::string& text);
  std::string text_before_edit(const Migration& migration, const Plan& plan, Session* target);
  void warn(const std::string& line);

  HistoryTable history_;
  const StopSignal* stop_;
  Reporter& reporter_;
  bool warned_before_;
  std::shared_ptr<Building> building_;
  std::vector<ShadowLayer> layers_{};
};

}  // namespace runner
