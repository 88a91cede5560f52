#include "runner/core/text.hpp"
#include "runner/migration/execute.hpp"
#include "runner/sql/word_reader.hpp"

#include <algorithm>
#include <array>

namespace runner {

static constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
static constexpr std::string_view directive = "runner:no-transaction";

bool says_no_transaction(std::string_view sql) {
  if (sql.starts_with(byte_order_mark)) sql.remove_prefix(byte_order_mark.size());
  while (!sql.empty()) {
    const std::size_t end = std::min(sql.find('\n'), sql.size());
    const std::string_view line = trimmed(sql.substr(0, end));
    if (!line.empty() && !line.starts_with("--")) return false;
    if (line.starts_with("--") && trimmed(line.substr(2)) == directive) return true;
    sql.remove_prefix(std::min(end + 1, sql.size()));
  }
  return false;
}

bool runs_in_transaction(const Statement& statement, bool no_transaction_said) {
  if (statement.kind == StatementKind::outside_transaction) return false;
  if (!no_transaction_said) return true;
  const std::vector<std::string> words = leading_words(statement.text, 1);
  return words.empty() || (words[0] != "CALL" && words[0] != "DO");
}

static bool controls_transaction(const Statement& statement) {
  return statement.kind == StatementKind::begin || statement.kind == StatementKind::commit ||
         statement.kind == StatementKind::rollback;
}

/// Neither COMMIT AND CHAIN, which opens the next transaction, nor PREPARE TRANSACTION.
static bool is_plain_commit(const Statement& statement) {
  static constexpr std::array<std::string_view, 6> forms{"COMMIT", "COMMIT WORK", "COMMIT TRANSACTION",
                                                         "END",    "END WORK",    "END TRANSACTION"};
  return statement.kind == StatementKind::commit &&
         std::any_of(forms.begin(), forms.end(),
                     [&](std::string_view form) { return same_tokens(statement.text, form); });
}

TransactionShape transaction_shape(const std::vector<Statement>& statements, std::string_view sql) {
  const auto controls = std::count_if(statements.begin(), statements.end(), controls_transaction);
  const bool pair =
      controls == 2 && statements.front().kind == StatementKind::begin && is_plain_commit(statements.back());
  if (pair) return TransactionShape::own_pair;
  if (controls > 0) return TransactionShape::as_written;
  if (says_no_transaction(sql)) return TransactionShape::none;
  const bool refused = std::any_of(statements.begin(), statements.end(), [](const Statement& statement) {
    return statement.kind == StatementKind::outside_transaction;
  });
  return refused ? TransactionShape::none : TransactionShape::ours;
}

}  // namespace runner
