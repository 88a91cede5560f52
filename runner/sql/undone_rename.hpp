#pragma once

#include <string>
#include <string_view>

namespace runner {

struct UndoneRename {
  bool renames = false;   ///< the statement gives something a new name or schema
  std::string sql{};      ///< what takes that back; empty: it cannot be said from the statement alone
  std::string why_not{};  ///< then the reason
};

/// The way back from ALTER … RENAME and ALTER … SET SCHEMA, which a catalogue shows as something that went
/// and something that came.
UndoneRename undone_rename(std::string_view statement);

}  // namespace runner
