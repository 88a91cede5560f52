#include "stages/query/query.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/refused_statement.hpp"
#include "runner/migration/rollback_guard.hpp"
#include "stages/query/row_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string>

#include <fmt/format.h>

namespace runner {

static constexpr std::array<std::string_view, 2> places{"shadow", "target"};
static constexpr std::array<std::string_view, 2> severities{"error", "warning"};

static constexpr std::array options{
    OptionSpec{.name = "sql", .help = "The query; any row that it returns is a finding"},
    OptionSpec{.name = "file", .help = "An SQL file with such queries, relative to the repository root"},
    OptionSpec{.name = "on",
               .type = OptionType::choice,
               .help = "Where to ask: a shadow with the pending migrations applied, or the target",
               .default_text = "shadow",
               .choices = places},
    OptionSpec{.name = "message", .help = "What it means when rows come back"},
    OptionSpec{.name = "severity",
               .type = OptionType::choice,
               .help = "Severity of the finding; a warning does not fail the step",
               .default_text = "error",
               .choices = severities},
    OptionSpec{.name = "limit",
               .type = OptionType::integer,
               .help = "How many rows of a shadow are shown; those of a target never are",
               .default_text = "20",
               .unit = "rows",
               .min = 0,
               .max = 1000},
    OptionSpec{.name = "timeout",
               .type = OptionType::duration,
               .help = "How long the query may run",
               .default_text = "1min",
               .min = 1,
               .max = 24LL * 60 * 60 * 1000},
};

static bool asks_target(const StepInput& in) {
  return in.options.text("on") == "target";
}

static std::string intent(const StepInput& in) {
  const std::string& file = in.options.text("file");
  return fmt::format("expect no rows from {} on {}", file.empty() ? "a query" : file,
                     asks_target(in) ? "the target, read-only" : "a shadow with the pending migrations");
}

// --- What is asked -----------------------------------------------------------------------------------------

struct Question {
  std::string sql{};
  std::string shown_path{};  ///< empty when the query stands in the pipeline file
};

static Question question_of(const StepInput& in) {
  const bool has_sql = !in.options.text("sql").empty();
  const bool has_file = !in.options.text("file").empty();
  if (has_sql == has_file)
    throw Error{ExitCode::usage, has_sql ? "step 'query' has both 'sql' and 'file'"
                                         : "step 'query' has neither 'sql' nor 'file'"}
        .hint("give exactly one of them");
  if (has_sql) return {in.options.text("sql"), {}};
  const std::filesystem::path path = in.root / in.options.text("file");
  return {read_file(path, ExitCode::usage), display_path(path, in.root)};
}

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

// --- The answer --------------------------------------------------------------------------------------------

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
  Asking(const StepInput& in, Session& session, const Question& question)
      : in_(in),
        session_(session),
        source_{question.sql, question.shown_path, {}},
        on_target_(asks_target(in)) {}

  Findings run();

 private:
  void ask(const Statement& statement);
  std::optional<SqlError> declare(const Statement& statement);
  void refuse(SqlError error, const Statement& statement);
  void found(const Rows& shown, std::size_t count, const Statement& statement);

  const StepInput& in_;
  Session& session_;
  SqlSource source_;
  bool on_target_;
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
  if (on_target_) withhold(error);
  findings_.push_back(refused_statement(error, source_, statement));
}

void Asking::found(const Rows& shown, std::size_t count, const Statement& statement) {
  Finding finding =
      finding_at(statement, source_, "query-returned-rows",
                 in_.options.text("severity") == "warning" ? Severity::warning : Severity::error);
  const std::string& message = in_.options.text("message");
  finding.message = message.empty()
                        ? fmt::format("the query returned {}, and should return none", count_of(count, "row"))
                        : fmt::format("{} ({})", message, count_of(count, "row"));
  if (on_target_) {
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
  const std::int64_t limit = on_target_ ? 0 : in_.options.integer("limit");
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
                             in_.options.duration("timeout").count()),
                 "limit the query's time");
  for (const Statement& statement : split.statements) {
    ask(statement);
    if (session_.state() == TransactionState::failed) break;
  }
  guard.end();
  return std::move(findings_);
}

static std::string name_of(const StepInput& in, const Question& question) {
  if (!question.shown_path.empty()) return question.shown_path;
  const std::string& message = in.options.text("message");
  return message.empty() ? "all" : message;
}

static Outcome run(const StepInput& in, Services& use) {
  const Question question = question_of(in);
  if (asks_target(in) && use.target == nullptr)
    throw Error{ExitCode::usage, "step 'query' asks the target, but there is none"}.hint(
        "set DATABASE_URL, or write `on: shadow`");
  std::unique_ptr<Shadow> shadow;
  std::optional<Session> own;
  if (!asks_target(in)) {
    shadow = use.shadows.with_pending(in.plan);
    own = shadow->connect();
  }
  const auto started = std::chrono::steady_clock::now();
  Outcome outcome;
  outcome.findings = Asking(in, own ? *own : *use.target, question).run();
  outcome.cases = {{.name = name_of(in, question),
                    .status = outcome.failed() ? CaseStatus::failed : CaseStatus::passed,
                    .duration = std::chrono::steady_clock::now() - started}};
  outcome.summary = outcome.findings.empty() ? "no rows, as expected" : outcome.findings.front().message;
  return outcome;
}

const StageHandler query{
    .name = "query",
    .summary = "Ask an SQL query that must return no rows",
    .options = options,
    .intent = intent,
    .run = run,
};

}  // namespace runner
