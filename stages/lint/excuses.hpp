#pragma once

#include "runner/sql/parsed.hpp"
#include "stages/lint/rule.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// `-- runner:allow <rule> -- <reason>` on a line of its own, above a statement.
struct Excuse {
  std::string rule{};
  std::string reason{};
  std::size_t position = 0;       ///< of the comment
  std::size_t rule_position = 0;  ///< of the rule's name, or where it should be
  std::size_t from = 0;           ///< the statement's first byte
  std::size_t to = 0;             ///< and behind its last; both 0 where no statement follows
  bool used = false;
};

/// A file's excuses, in the order of its text.
class Excuses {
 public:
  Excuses(const ParsedFile& file, std::string_view sql);

  /// True when the rule is excused for the statement at this place.
  bool excuse(std::string_view rule, std::size_t position);

  /// Excuses that name no rule, or give no reason.
  Remarks mistakes() const;
  /// Those that excused nothing; `asked` tells which rules were asked at all.
  Remarks unused(const std::function<bool(std::string_view)>& asked) const;

 private:
  std::vector<Excuse> excuses_{};
};

}  // namespace runner
