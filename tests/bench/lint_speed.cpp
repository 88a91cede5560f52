#include "tests/bench/lint_speed.hpp"

#include "runner/core/file.hpp"
#include "runner/sql/statement.hpp"
#include "stages/lint/lint_file.hpp"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <vector>

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

namespace runner::bench {

namespace fs = std::filesystem;

std::string much_sql(std::size_t size_bytes) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(fs::path(RUNNER_SOURCE_DIR) / "migrations"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::string once;
  for (const fs::path& file : files) once += read_file(file);
  std::string sql;
  while (sql.size() < size_bytes) sql += once;
  return sql;
}

static void parse(const std::string& statement) {
  const PgQueryProtobufParseResult parsed = pg_query_parse_protobuf(statement.c_str());
  PgQuery__ParseResult* tree = pg_query__parse_result__unpack(
      nullptr, parsed.parse_tree.len, reinterpret_cast<const std::uint8_t*>(parsed.parse_tree.data));
  if (tree == nullptr) throw std::runtime_error("the parser refuses the example");
  pg_query__parse_result__free_unpacked(tree, nullptr);
  pg_query_free_protobuf_parse_result(parsed);
}

Pair lint_beside_parser(const std::string& sql) {
  std::vector<std::string> statements;
  for (const Statement& statement : split_statements(sql).statements) statements.emplace_back(statement.text);
  const LintSettings settings;
  const RuleSeverities severities = default_severities();
  return compare_computing(
      25,
      [&] {
        const ParsedFile file = parse_file(sql);
        lint_file(
            {.sql = sql, .path = "a.sql", .subject = "a", .settings = settings, .severities = severities},
            file);
      },
      [&] {
        for (const std::string& statement : statements) parse(statement);
      });
}

}  // namespace runner::bench
