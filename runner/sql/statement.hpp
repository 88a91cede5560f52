#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// What a statement means to whoever executes it. Everything else is `other`.
enum class StatementKind {
  begin,      ///< BEGIN, START TRANSACTION
  commit,     ///< COMMIT, END, PREPARE TRANSACTION
  rollback,   ///< ROLLBACK, ABORT (not TO SAVEPOINT)
  savepoint,  ///< SAVEPOINT, RELEASE, ROLLBACK TO
  create_extension,
  outside_transaction,  ///< PostgreSQL refuses it in a transaction block (25001)
  other,
};

/// One statement of an SQL text. Offsets are bytes into the text it was split from.
struct Statement {
  std::string_view text{};  ///< without leading space and comments, without ';' and what follows
  std::size_t offset = 0;   ///< of `text`
  StatementKind kind = StatementKind::other;
  std::string_view
      whole{};           ///< with its leading comments, trimmed, without ';': what Supabase's history keeps
  std::string object{};  ///< for create_extension: the extension's name
};

/// Why an SQL text cannot be cut into statements, or holds what is no SQL.
struct SplitProblem {
  std::string rule{};      ///< "not-utf-8", "nul-byte", "psql-command", "copy-from-stdin", "unreadable-sql"
  std::size_t offset = 0;  ///< byte offset
  std::string message{};
  std::string hint{};
};

struct SplitResult {
  std::vector<Statement> statements{};   ///< views into the text that was given; empty beside a problem
  std::vector<SplitProblem> problems{};  ///< in the order of the text
};

/// Cuts an SQL text into statements over the tokens of PostgreSQL's own scanner; where a body makes that
/// ambiguous (BEGIN ATOMIC), its parser decides. Mistakes in a statement are left for the server to tell.
/// A leading UTF-8 byte order mark is skipped. `sql` must outlive the result.
SplitResult split_statements(std::string_view sql);

/// True when both texts consist of the same tokens, comments, empty statements, letter case of keywords
/// and names, and layout aside.
bool same_tokens(std::string_view one, std::string_view other);

/// The text with constants replaced by $n and without comments, for showing other sessions' SQL: no
/// data is left in it. A text that was cut off within a constant ends in "…" there.
std::string normalized(std::string_view sql);

}  // namespace runner
