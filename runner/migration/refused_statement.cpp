#include "runner/migration/refused_statement.hpp"

#include "runner/core/text.hpp"
#include "runner/migration/name_in_statement.hpp"
#include "runner/migration/sql_excerpt.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace runner {

struct Remedy {
  std::string_view sqlstate;
  std::string_view text;
};

static constexpr std::string_view exists_already =
    "Rename it, or drop or alter the older one first; IF NOT EXISTS would keep\n"
    "the older one as it is.";
static constexpr std::string_view made_elsewhere =
    "Check the name, or create it earlier. What was made outside the migrations\n"
    "belongs in an SQL file that `shadow.baseline` names.";

/// What to do, where the SQLSTATE alone tells. Source: PostgreSQL manual, "PostgreSQL Error Codes".
static constexpr std::array<Remedy, 16> remedies{{
    {"25001",
     "Give the statement a migration of its own that starts with the line\n`-- runner:no-transaction`."},
    {"25P01", "Put the statement between BEGIN and COMMIT."},
    {"2BP01", "Drop what depends on it first; CASCADE would drop that without a word."},
    {"2D000",
     "Start the file with the line `-- runner:no-transaction`: what commits by\n"
     "itself cannot run within the transaction of a migration."},
    {"3F000", made_elsewhere},
    {"42501",
     "Managed services refuse this, too. If the role that applies migrations may\n"
     "do it, set `shadow: { superuser: true }` in the pipeline file."},
    {"42701", exists_already},
    {"42704", made_elsewhere},
    {"42710", exists_already},
    {"42723", exists_already},
    {"42P01", made_elsewhere},
    {"42P06", exists_already},
    {"42P07", exists_already},
    {"55006",
     "Put `SET CONSTRAINTS ALL IMMEDIATE;` before the statement, or move it into\n"
     "a migration of its own."},
    {"57014", "Make the statement faster, or raise the step's timeout."},
    {"55P04",
     "Move ALTER TYPE … ADD VALUE into an earlier migration: its transaction must\n"
     "end first."},
}};

static std::string remedy_for(std::string_view sqlstate) {
  for (const Remedy& remedy : remedies)
    if (remedy.sqlstate == sqlstate) return std::string(remedy.text);
  return {};
}

/// A field of several lines keeps its shape below its name.
static std::string field(std::string_view name, std::string_view text) {
  static constexpr int most_lines = 12;  // CONTEXT of deep recursions
  if (text.empty()) return {};
  std::string lines = fmt::format("{}: ", name);
  int count = 1;
  for (const char c : trimmed(text)) {
    if (c == '\n' && ++count > most_lines) {
      lines += "\n         …";
      break;
    }
    lines += c;
    if (c == '\n') lines += std::string(9, ' ');
  }
  return lines + '\n';
}

static std::string server_words(const SqlError& error) {
  return (error.sqlstate.empty() ? std::string() : fmt::format("SQLSTATE {}\n", error.sqlstate)) +
         field("DETAIL", error.detail) + field("HINT", error.hint) + field("CONTEXT", error.context);
}

/// The line of a DO block that the server names in CONTEXT (it counts from the line of the opening quote).
/// Only the place shown depends on it, so that other words there cost no more than the caret.
static std::optional<std::size_t> line_in_block(const SqlError& error, std::string_view statement) {
  static constexpr std::string_view words = "PL/pgSQL function inline_code_block line ";
  const std::size_t found = error.context.rfind(words);
  const std::size_t body = statement.find('$');
  if (found == std::string::npos || body == std::string_view::npos) return std::nullopt;
  int line = 0;
  const char* digits = error.context.data() + found + words.size();
  std::from_chars(digits, error.context.data() + error.context.size(), line);
  std::size_t at = body;
  for (; line > 1 && at != std::string_view::npos; --line) at = statement.find('\n', at + 1);
  if (at == std::string_view::npos || at == body) return std::nullopt;
  return statement.find_first_not_of(" \t\r\n", at);
}

static std::optional<std::size_t> mark_of(const SqlError& error, const Statement& statement) {
  if (error.position_chars > 0) return statement.offset + byte_offset(statement.text, error.position_chars);
  if (const auto inner = line_in_block(error, statement.text)) return statement.offset + *inner;
  // Without a context the statement itself is at fault, not a function that it calls.
  if (error.sqlstate.starts_with("42") || error.sqlstate == "3F000")
    if (const auto name =
            error.context.empty() ? name_in_statement(error.message, statement.text) : std::nullopt)
      return statement.offset + *name;
  return std::nullopt;
}

static Finding finding_marked(const SqlSource& source, const ExcerptRange& range, std::string rule) {
  Finding finding;
  finding.rule = std::move(rule);
  finding.subject = source.subject;
  finding.place = place_at(source.shown_path, source.sql, range.mark.value_or(range.from));
  finding.place.source_line = clean_text(finding.place.source_line);
  finding.detail = sql_excerpt(source.sql, range);
  return finding;
}

Finding refused_statement(const SqlError& error, const SqlSource& source, const Statement& statement) {
  Finding finding = finding_marked(
      source, {statement.offset, statement.offset + statement.text.size(), mark_of(error, statement)},
      "sql-refused");
  finding.message = error.message;
  finding.detail += server_words(error);
  // Whoever raised a refusal of rights with a hint of its own knows better.
  if (error.sqlstate != "42501" || error.hint.empty()) finding.remedy = remedy_for(error.sqlstate);
  return finding;
}

Finding refused_commit(const SqlError& error, const SqlSource& source, const Statement& last) {
  const std::size_t end = last.offset + last.text.size();
  Finding finding = finding_marked(source, {last.offset, end, std::nullopt}, "sql-refused");
  finding.place = place_at(source.shown_path, source.sql, end);
  finding.message = fmt::format("refused at COMMIT, after the last statement: {}", error.message);
  finding.detail = server_words(error);
  finding.remedy =
      "Deferred constraints and triggers are checked there: mend the rows before\nthe end of the file.";
  return finding;
}

Finding unsplittable(const SplitProblem& problem, const SqlSource& source) {
  const std::size_t end = std::min(source.sql.find('\n', problem.offset), source.sql.size());
  Finding finding = finding_marked(source, {problem.offset, end, problem.offset}, problem.rule);
  finding.message = problem.message;
  finding.remedy = problem.hint;
  return finding;
}

Finding finding_at(const Statement& statement, const SqlSource& source, std::string rule, Severity severity) {
  Finding finding = finding_marked(
      source, {statement.offset, statement.offset + statement.text.size(), std::nullopt}, std::move(rule));
  finding.severity = severity;
  return finding;
}

}  // namespace runner
