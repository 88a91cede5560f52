#include "runner/migration/concurrent_index.hpp"

#include "runner/core/error.hpp"
#include "runner/sql/scan.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

namespace runner {

namespace {
/// Reads a statement's words one after the other, without comments.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text), scan_(scan_tokens(text_)) {
    std::erase_if(scan_.tokens, is_comment);
  }
  bool take(std::string_view word) {
    if (at_ >= scan_.tokens.size() || !is_word(scan_.tokens[at_], text_, word)) return false;
    ++at_;
    return true;
  }
  /// One name, or several with dots between, as written.
  std::string take_name() {
    std::string name;
    while (at_ < scan_.tokens.size()) {
      name += token_text(scan_.tokens[at_++], text_);
      if (at_ >= scan_.tokens.size() || !scan_.tokens[at_].is('.')) break;
      name += '.';
      ++at_;
    }
    return name;
  }

 private:
  std::string text_;
  Scan scan_;
  std::size_t at_ = 0;
};
}  // namespace

std::optional<ConcurrentIndex> concurrent_index(std::string_view statement) {
  Words words{statement};
  if (!words.take("CREATE")) return std::nullopt;
  words.take("UNIQUE");
  if (!words.take("INDEX") || !words.take("CONCURRENTLY")) return std::nullopt;
  if (words.take("IF")) {
    words.take("NOT");
    words.take("EXISTS");
  }
  ConcurrentIndex index;
  if (!words.take("ON")) {
    index.name = words.take_name();
    words.take("ON");
  }
  words.take("ONLY");
  index.table = words.take_name();
  return index;
}

/// The index's name for SQL, when it exists: that of the table's schema.
static std::optional<std::pair<std::string, bool>> find(Session& session, const ConcurrentIndex& index) {
  if (index.name.empty()) return std::nullopt;
  const std::array<Cell, 2> parameters{index.table, index.name};
  const Rows found = session.query(
      "SELECT format('%I.%I', n.nspname, c.relname), i.indisvalid FROM pg_index i "
      "JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
      "WHERE i.indrelid = to_regclass($1) AND c.relname = (parse_ident($2))[1]",
      "look for the index", parameters);
  if (found.rows.empty()) return std::nullopt;
  return std::pair(found.rows[0].at(0).value_or(""), found.rows[0].at(1) == "t");
}

IndexState state_of(Session& session, const ConcurrentIndex& index) {
  const auto found = find(session, index);
  if (!found) return IndexState::absent;
  return found->second ? IndexState::valid : IndexState::invalid;
}

void drop_invalid(Session& session, const ConcurrentIndex& index) {
  const auto found = find(session, index);
  if (!found || found->second) return;
  const StatementResult result = session.execute("DROP INDEX CONCURRENTLY IF EXISTS " + found->first);
  if (!result.error) return;
  const bool busy = result.error->sqlstate == "55P03" || result.error->sqlstate == "40P01";
  throw Error{busy ? ExitCode::busy : ExitCode::environment,
              fmt::format("cannot drop the INVALID index {} that an earlier try left", found->first)}
      .because(result.error->message)
      .hint(fmt::format("drop it yourself: DROP INDEX CONCURRENTLY {}", found->first));
}

}  // namespace runner
