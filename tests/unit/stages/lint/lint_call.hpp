#pragma once

#include "stages/lint/lint_file.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace runner {

/// A schema as the statements leave it, as if it had been read from a database.
inline Schema schema_after(std::string_view sql, Schema schema = {}) {
  schema.known = true;
  const std::string text(sql);
  for (const ParsedStatement& statement : parse_file(text).statements) schema.apply(statement);
  for (auto& [key, table] : schema.tables) {
    table.created = false;
    for (SchemaConstraint& constraint : table.constraints) constraint.added = false;
    for (SchemaIndex& index : table.indexes) index.added = false;
    for (SchemaColumn& column : table.columns) column.added = false;
    table.dropped_constraints.clear();
    table.dropped_indexes.clear();
  }
  for (auto& [key, type] : schema.types) type.created = false;
  for (auto& [key, function] : schema.functions) function.created = false;
  return schema;
}

/// One call of lint on a migration, or on its rollback, without a server.
struct LintCall {
  std::string before{};    ///< applied migrations
  std::string sql{};       ///< the migration
  std::string rollback{};  ///< where given, it is the file that is judged
  bool knows_catalogue = true;
  std::optional<Schema> catalogue{};  ///< instead of what the statements before leave
  LintSettings settings{.exposed_schemas = {"public"},
                        .max_lock_timeout = std::chrono::seconds(5),
                        .max_statement_timeout = std::chrono::minutes(10)};
  RuleSeverities severities = default_severities();

  Findings run() const {
    const ParsedFile migration = parse_file(sql);
    Schema schema = catalogue ? *catalogue : schema_after(before);
    if (rollback.empty()) return judge(sql, migration, schema, nullptr);
    if (!catalogue) schema = schema_after(sql, std::move(schema));
    return judge(rollback, parse_file(rollback), schema, &migration);
  }

  /// "2:1 drop-table", …
  std::vector<std::string> places() const {
    std::vector<std::string> places;
    for (const Finding& finding : run())
      places.push_back(fmt::format("{}:{} {}", finding.place.line, finding.place.column, finding.rule));
    return places;
  }

 private:
  Findings judge(const std::string& text, const ParsedFile& file, const Schema& schema,
                 const ParsedFile* undone) const {
    return lint_file({.sql = text,
                      .path = "migrations/1_a.sql",
                      .subject = "1_a",
                      .settings = settings,
                      .severities = severities,
                      .catalogue = [&] { return knows_catalogue ? std::optional(schema) : std::nullopt; },
                      .undone = undone},
                     file);
  }
};

}  // namespace runner
