#pragma once

#include "runner/sql/statement.hpp"
#include "runner/sql/statements/access.hpp"
#include "runner/sql/statements/alter_table.hpp"
#include "runner/sql/statements/create_index.hpp"
#include "runner/sql/statements/create_table.hpp"
#include "runner/sql/statements/drop.hpp"
#include "runner/sql/statements/maintenance.hpp"
#include "runner/sql/statements/routine.hpp"
#include "runner/sql/statements/rows.hpp"
#include "runner/sql/statements/settings.hpp"
#include "runner/sql/statements/types.hpp"
#include "runner/sql/statements/view.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace runner {

/// A statement that nothing more is known of: no rule is about its kind.
struct NotModelled {};

/// A statement that the parser refuses: a mistake, or syntax that is newer than the parser.
struct NotParsed {
  std::string message{};  ///< the parser's words
  std::size_t position = 0;
};

/// BEGIN, COMMIT, SAVEPOINT, …: ParsedStatement::kind tells which.
struct TransactionControl {};

using Parsed = std::variant<NotModelled, NotParsed, TransactionControl, CreateTable, AlterTable, CreateIndex,
                            Reindex, Drop, Rename, CreateView, CreateTableAs, RefreshView, CreateRoutine,
                            AlterRoutine, CreateTrigger, DoBlock, Call, CreateType, AlterEnum, AlterDomain,
                            CreateSchema, CreateSequence, CreateExtension, Grant, Policy, ChangeRows,
                            Truncate, Query, Setting, Vacuum, ClusterTable, MoveAll, LockTable>;

struct ParsedStatement {
  std::size_t offset = 0;  ///< bytes into the file, without leading comments
  std::size_t end = 0;
  StatementKind kind = StatementKind::other;
  Parsed what{};
  bool in_body = false;                   ///< stands within the DO block before it
  std::vector<std::size_t> long_names{};  ///< positions of names that PostgreSQL cuts off
};

struct Comment {
  std::size_t start = 0;
  std::size_t end = 0;
};

/// An SQL file as the rules see it. Offsets are bytes into its text.
struct ParsedFile {
  std::vector<ParsedStatement> statements{};  ///< in order; a DO block's own follow it
  std::vector<Comment> comments{};            ///< those in bodies included
  std::vector<SplitProblem> problems{};       ///< no statements beside a problem
};

/// Parses each statement once, with PostgreSQL's own parser. Bodies of DO blocks in PL/pgSQL are looked into:
/// their static statements become statements of their own.
ParsedFile parse_file(std::string_view sql);

/// The statement as a T, or nullptr.
template <typename T>
const T* as(const ParsedStatement& statement) {
  return std::get_if<T>(&statement.what);
}

}  // namespace runner
