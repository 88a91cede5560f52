#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// What a statement means to whoever executes it. Everything else is `other`.
enum class StatementKind {
  begin,      ///< BEGIN, START TRANSACTION
  commit,     ///< COMMIT, END
  rollback,   ///< ROLLBACK, ABORT (not TO SAVEPOINT)
  savepoint,  ///< SAVEPOINT, RELEASE, ROLLBACK TO
  create_extension,
  needs_superuser,  ///< what managed services let the owner do all the same: ALTER/DROP/COMMENT ON EXTENSION,
                    ///< CREATE/ALTER/DROP EVENT TRIGGER, FOREIGN DATA WRAPPER, CREATE PUBLICATION FOR ALL
                    ///< TABLES …
  outside_transaction,  ///< PostgreSQL refuses it in a transaction block (25001): facts/locks list
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
  bool parsed = true;    ///< false: the parser refused it, the server decides
};

/// Where an SQL text cannot even be cut into statements.
struct SplitProblem {
  std::size_t offset = 0;  ///< byte offset
  std::string message{};
  std::string hint{};
};

struct SplitResult {
  std::vector<Statement> statements{};   ///< views into the text that was given
  std::vector<SplitProblem> problems{};  ///< psql meta-commands (\set, \i), an unterminated quote, NUL bytes
};

/// Cuts an SQL text into statements with PostgreSQL's own parser; where the parser refuses the text
/// (newer syntax, or an error), cuts over its tokens, so that the server can say what is wrong where.
/// A leading UTF-8 byte order mark is skipped. `sql` must outlive the result.
SplitResult split_statements(std::string_view sql);

/// True when both texts consist of the same tokens, comments, letter case of keywords and layout aside.
bool same_tokens(std::string_view one, std::string_view other);

/// The text with constants replaced by $n, for showing other sessions' SQL; "[not parsed]" where it cannot
/// be.
std::string normalized(std::string_view sql);

}  // namespace runner
