#pragma once

#include "runner/migration/history.hpp"
#include "runner/postgres/session.hpp"

#include <string>
#include <vector>

namespace runner {

/// What taking everything of a project out of a database means there.
struct WipePlan {
  struct Part {
    std::string sql{};
    bool may_be_refused = false;  ///< what a platform may not let go, and that stays then
  };
  std::vector<std::string> drops{};  ///< for people, one a line
  std::vector<std::string> keeps{};
  std::vector<Part> parts{};
};

/// Looks, and changes nothing. Schemas of the project are dropped. Of `public`, and of a history's schema
/// that belongs to somebody else, only what is in it: their rights and default privileges are the platform's,
/// and would not come back. `platform` names the schemas that stay, of which only policies go; schemas that
/// belong to other roles or to extensions stay, as roles do.
/// Throws: Error{environment}.
WipePlan plan_wipe(Session& session, const HistoryTable& history, const std::vector<std::string>& platform);

/// All of it in one transaction; tells what was refused and stays.
/// Throws: Error{busy} when somebody uses the tables; Error{environment} when the server refuses: then
/// nothing is dropped.
std::vector<std::string> wipe(Session& session, const WipePlan& plan);

}  // namespace runner
