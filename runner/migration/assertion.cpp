#include "runner/migration/assertion.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/refused_statement.hpp"
#include "runner/migration/rollback_guard.hpp"
#include "runner/migration/row_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace runner {

static char upper_ascii(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// What a cursor can be declared for. Nothing else is sent, so that no text can leave the read-only
/// transaction.
static bool is_query(std::string_view statement) {
  static constexpr std::array<std::string_view, 4> words{"SELECT", "VALUES", "TABLE", "WITH"};
  if (statement.starts_with('(')) return true;
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return statement.size() > word.size() && std::equal(word.begin(), word.end(), statement.begin(),
                                                        [](char a, char b) { return a == upper_ascii(b); });
  });
}

static constexpr std::string_view cursor_head = "DECLARE runner_query NO SCROLL CURSOR FOR ";

/// "MOVE 17" → 17
static std::size_t count_in(std::string_view command_tag) {
  const std::size_t space = command_tag.rfind(' ');
  std::size_t count = 0;
  if (space != std::string_view::npos)
    std::from_chars(command_tag.data() + space + 1, command_tag.data() + command_tag.size(), count);
  return count;
}

namespace {
class Asking {
 public:
  Asking(const Assertion& assertion, Session& session)
      : assertion_(assertion), session_(session), source_{assertion.sql, assertion.shown_path, {}} {}

  Findings run();

 private:
  void ask(const Statement& statement);
  std::optional<SqlError> declare(const Statement& statement);
  void refuse(SqlError error, const Statement& statement);
  void found(const Rows& shown, std::size_t count, const Statement& statement);

  const Assertion& assertion_;
  Session& session_;
  SqlSource source_;
  Findings findings_{};
};
}  // namespace

/// Messages of data errors and of RAISE may quote rows, which must not leave a target.
static void withhold(SqlError& error) {
  error.detail.clear();
  error.context.clear();
  if (error.sqlstate.starts_with("22") || error.sqlstate.starts_with("P0"))
    error.message = "the query failed; the message is withheld, because it may quote the target's data";
}

void Asking::refuse(SqlError error, const Statement& statement) {
  if (assertion_.on_target) withhold(error);
  findings_.push_back(refused_statement(error, source_, statement));
}

void Asking::found(const Rows& shown, std::size_t count, const Statement& statement) {
  Finding finding = finding_at(statement, source_, "query-returned-rows", assertion_.severity);
  const std::string& message = assertion_.message;
  finding.message = message.empty()
                        ? fmt::format("the query returned {}, and should return none", count_of(count, "row"))
                        : fmt::format("{} ({})", message, count_of(count, "row"));
  if (assertion_.on_target) {
    finding.detail += "the rows of a target are not shown\n";
  } else {
    finding.detail = row_table(shown, shown.rows.size());
    if (const std::size_t more = count - shown.rows.size(); more > 0 && !shown.rows.empty())
      finding.detail += fmt::format("({} not shown)\n", count_of(more, "more row"));
  }
  findings_.push_back(std::move(finding));
}

std::optional<SqlError> Asking::declare(const Statement& statement) {
  // The extended protocol takes one statement and no more, whatever the server's quoting settings are.
  StatementResult result =
      session_.execute(fmt::format("{}{}", cursor_head, statement.text), std::span<const Cell>{});
  if (result.error && result.error->position_chars > cursor_head.size())
    result.error->position_chars -= cursor_head.size();
  else if (result.error)
    result.error->position_chars = 0;
  return result.error;
}

/// Counts without fetching: a million rows cost no memory.
void Asking::ask(const Statement& statement) {
  if (!is_query(statement.text)) {
    Finding finding = finding_at(statement, source_, "not-a-query", Severity::error);
    finding.message = "only queries can be asked: SELECT, VALUES, TABLE or WITH";
    findings_.push_back(std::move(finding));
    return;
  }
  if (auto error = declare(statement)) return refuse(std::move(*error), statement);
  const std::size_t limit = assertion_.on_target ? 0 : assertion_.rows_shown;
  StatementResult shown;
  if (limit > 0) shown = session_.execute(fmt::format("FETCH {} FROM runner_query", limit));
  if (shown.error) return refuse(std::move(*shown.error), statement);
  StatementResult rest = session_.execute("MOVE ALL FROM runner_query");
  if (rest.error) return refuse(std::move(*rest.error), statement);
  const std::size_t count = shown.rows.rows.size() + count_in(rest.command_tag);
  if (count > 0) found(shown.rows, count, statement);
  session_.query("CLOSE runner_query", "close the query");
}

Findings Asking::run() {
  const SplitResult split = split_statements(source_.sql);
  if (!split.problems.empty()) return {unsplittable(split.problems.front(), source_)};
  if (split.statements.empty())
    throw Error{ExitCode::usage,
                fmt::format("{} holds no query", source_.shown_path.empty() ? "option 'sql' of step 'query'"
                                                                            : source_.shown_path)};
  RollbackGuard guard{session_};
  session_.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "begin a read-only transaction");
  session_.query(fmt::format("SET LOCAL statement_timeout = {}; SET LOCAL lock_timeout = '5s'",
                             assertion_.timeout.count()),
                 "limit the query's time");
  for (const Statement& statement : split.statements) {
    ask(statement);
    if (session_.state() == TransactionState::failed) break;
  }
  guard.end();
  return std::move(findings_);
}

Findings ask(const Assertion& assertion, Session& session) {
  return Asking(assertion, session).run();
}

}  // namespace runner
