#include "runner/sql/foreign_syntax.hpp"

#include "runner/core/text.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace runner {

struct PsqlCommand {
  std::string_view name;
  std::string_view hint;
};

static constexpr std::string_view one_file = "Put that file's statements here: a migration is one file.";
static constexpr std::string_view dump_only = "Remove the line: pg_dump writes it for psql alone.";
static constexpr std::string_view which_database =
    "Remove the line: DATABASE_URL says which database is meant.";
static constexpr std::string_view no_variables =
    "Write the value into the statements: SQL has no psql variables.";
static constexpr std::string_view rows_as_inserts =
    "Write the rows as INSERT statements (pg_dump --inserts), or load them by a seed.";

static constexpr std::array<PsqlCommand, 13> psql_commands{{
    {"\\i", one_file},
    {"\\ir", one_file},
    {"\\include", one_file},
    {"\\include_relative", one_file},
    {"\\restrict", dump_only},
    {"\\unrestrict", dump_only},
    {"\\c", which_database},
    {"\\connect", which_database},
    {"\\set", no_variables},
    {"\\gset", no_variables},
    {"\\copy", rows_as_inserts},
    {"\\.", rows_as_inserts},
    {"\\gexec", "Run the generated statements in a DO block with EXECUTE."},
}};

static std::string_view hint_of(std::string_view command) {
  for (const PsqlCommand& known : psql_commands)
    if (known.name == command) return known.hint;
  return "Remove the line: it is read by psql, not by the server.";
}

static SplitProblem psql_command(std::string_view sql, std::size_t offset) {
  const std::string_view rest = sql.substr(offset, 40);
  const std::string_view command = rest.substr(0, rest.find_first_of(" \t\r\n;'\""));
  return {"psql-command", offset, fmt::format("{} is a command of psql, not SQL", command),
          std::string(hint_of(command))};
}

static SplitProblem copy_from_stdin(std::size_t offset) {
  return {"copy-from-stdin", offset, "COPY … FROM STDIN takes its rows from psql, not from SQL",
          std::string(rows_as_inserts)};
}

/// True when the tokens from `first` on are a COPY … FROM STDIN statement.
static bool is_copy_from_stdin(std::string_view sql, const std::vector<Token>& tokens, std::size_t first) {
  if (!is_word(tokens[first], sql, "COPY")) return false;
  for (std::size_t i = first + 1; i + 1 < tokens.size() && !tokens[i].is(';'); ++i)
    if (is_word(tokens[i], sql, "FROM") && is_word(tokens[i + 1], sql, "STDIN")) return true;
  return false;
}

std::vector<SplitProblem> foreign_syntax(std::string_view sql, const std::vector<Token>& tokens) {
  std::vector<SplitProblem> problems;
  bool starts_statement = true;
  std::size_t line_end = 0;  // a command's arguments reach to the end of its line
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    if (is_comment(token)) continue;
    if (starts_statement && is_copy_from_stdin(sql, tokens, i)) {
      problems.push_back(copy_from_stdin(token.start));
      return problems;  // what follows are rows
    }
    starts_statement = token.is(';');
    if (!token.is('\\') || token.start < line_end) continue;
    problems.push_back(psql_command(sql, token.start));
    line_end = std::min(sql.find('\n', token.start), sql.size());
  }
  return problems;
}

static bool starts_with_word(std::string_view line, std::string_view word) {
  if (line.size() < word.size()) return false;
  const Token token{0, word.size(), 0};
  return is_word(token, line, word);
}

std::optional<SplitProblem> foreign_syntax_before_problem(const std::string& sql) {
  static constexpr int most_tries = 50;  // each scans the text before it
  int tries = 0;
  for (std::size_t at = 0; at < sql.size() && tries < most_tries;) {
    const std::size_t end = std::min(sql.find('\n', at), sql.size());
    const std::string_view line = trimmed(std::string_view(sql).substr(at, end - at));
    const bool command = line.starts_with('\\');
    if (command || starts_with_word(line, "COPY ")) {
      ++tries;
      const auto offset = static_cast<std::size_t>(line.data() - sql.data());
      const std::size_t semicolon = std::min(sql.find(';', offset), sql.size());
      // Outside quotes and comments only if what precedes it can be scanned.
      const std::string before = command ? sql.substr(0, offset) : sql.substr(0, semicolon);
      const Scan scan = scan_tokens(before);
      if (!scan.problem) {
        auto found = foreign_syntax(before, scan.tokens);
        if (!found.empty()) return found.front();
        if (command) return psql_command(sql, offset);
      }
    }
    at = end + 1;
  }
  return std::nullopt;
}

}  // namespace runner
