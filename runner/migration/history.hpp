#pragma once

#include "runner/postgres/session.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace runner {

/// A row of supabase_migrations.schema_migrations: the version is applied.
struct HistoryRow {
  std::string version{};
  std::string name{};                     ///< "" where the table has none
  std::vector<std::string> statements{};  ///< empty unless asked for
};

struct HistoryTable {
  std::string schema = "supabase_migrations";
  std::string table = "schema_migrations";
  /// Parses "schema.table" as SQL would: without double quotes, capitals become small.
  /// Throws: Error{usage}.
  static HistoryTable parse(std::string_view text);
  /// For people and for SQL in remedies: quoted only where a name needs it.
  std::string shown() const;
  /// With both names quoted, for SQL.
  std::string quoted(const Session& session) const;
};

/// The applied versions in order. A missing table (42P01) or schema (3F000) means none.
/// Tolerates tables without `name` or `statements` and columns that it does not know.
/// Throws: Error{environment} when the role may not read it.
std::vector<HistoryRow> read_history(Session& session, const HistoryTable& table);

/// The `statements` of one version, empty where there are none; for comparing with a file.
std::vector<std::string> read_history_statements(Session& session, const HistoryTable& table,
                                                 const std::string& version);

/// Hands over each row that has statements, by version. They are read in portions of about 2 MB, so that
/// years of them neither fill the memory nor cost a round trip each.
void for_each_history_statements(Session& session, const HistoryTable& table,
                                 const std::function<void(const HistoryRow&)>& use);

/// Makes schema and table where they are missing, with Supabase's columns.
void create_history(Session& session, const HistoryTable& table);

/// Records a version as applied, as Supabase's CLI would. A version that is recorded already is an error.
void record_applied(Session& session, const HistoryTable& table, const HistoryRow& row);

/// The text of a PostgreSQL array of texts, for a parameter.
/// Source: PostgreSQL manual, "Array Input and Output Syntax".
std::string text_array(std::span<const std::string> items);

}  // namespace runner
