#pragma once

#include "runner/core/finding.hpp"
#include "runner/postgres/session.hpp"
#include "runner/sql/statement.hpp"

#include <string>
#include <string_view>

namespace runner {

/// Where a statement stands: the text that it was split from, and how findings call that text.
struct SqlSource {
  std::string_view sql{};
  std::string shown_path{};
  std::string subject{};  ///< the migration's label, or empty
};

/// The finding "sql-refused" for a statement that the server refused: the place, the statement with a
/// caret, SQLSTATE, DETAIL, HINT and CONTEXT, and what to do where the SQLSTATE tells.
Finding refused_statement(const SqlError& error, const SqlSource& source, const Statement& statement);

/// The same for a COMMIT that was ours, so that no statement of the file is to blame: deferred constraints
/// and triggers fire there. Placed at the end of the file's last statement.
Finding refused_commit(const SqlError& error, const SqlSource& source, const Statement& last);

/// A text that cannot be cut into statements.
Finding unsplittable(const SplitProblem& problem, const SqlSource& source);

/// A finding at a statement, with the statement's first lines as detail.
Finding finding_at(const Statement& statement, const SqlSource& source, std::string rule, Severity severity);

}  // namespace runner
