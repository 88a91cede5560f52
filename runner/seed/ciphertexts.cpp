#include "runner/seed/ciphertexts.hpp"

#include "runner/seed/table_facts.hpp"
#include "runner/sql/written_name.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

static constexpr std::string_view primary_key_sql = R"(
SELECT a.attname
  FROM pg_catalog.pg_constraint AS k
  JOIN pg_catalog.pg_class AS c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_namespace AS s ON s.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = ANY (k.conkey)
 WHERE s.nspname = $1 AND c.relname = $2 AND k.contype = 'p'
 ORDER BY array_position(k.conkey, a.attnum))";

/// "id 17": the columns of the primary key with their values, else where the row lies.
static std::string row_name_sql(Session& session, const TableName& table) {
  const std::array<Cell, 2> name{Cell{table.schema}, Cell{table.table}};
  std::vector<std::string> parts;
  for (const auto& row : session.query(primary_key_sql, "read the primary key", name).rows)
    parts.push_back(fmt::format("{} || {}::text", written_literal(*row[0] + " "), written_name(*row[0])));
  if (parts.empty()) return "'ctid ' || ctid::text";
  return fmt::format("{}", fmt::join(parts, " || ', ' || "));
}

CiphertextCheck check_ciphertexts(Session& session, const Dataset& dataset, Decryptor& decryptor,
                                  std::size_t limit) {
  read_table_facts(session, dataset);
  std::vector<std::string> columns;
  std::vector<const DatasetColumn*> meant;
  for (const DatasetColumn& column : dataset.columns)
    if (column.encrypt) {
      columns.push_back(written_name(column.name));
      meant.push_back(&column);
    }
  session.query("BEGIN READ ONLY", "begin a read-only transaction");
  session.query(
      fmt::format("DECLARE runner_rows NO SCROLL CURSOR FOR SELECT {}, {} FROM {}",
                  row_name_sql(session, dataset.table), fmt::join(columns, ", "), dataset.table.written()),
      fmt::format("read {}", dataset.table.shown()));
  CiphertextCheck check;
  std::string plain;
  for (;;) {
    const Rows rows =
        session.query("FETCH 2000 FROM runner_rows", fmt::format("read {}", dataset.table.shown()));
    if (rows.rows.empty()) break;
    check.rows += rows.rows.size();
    for (const auto& row : rows.rows)
      for (std::size_t i = 0; i < meant.size(); ++i) {
        const Cell& value = row[i + 1];
        if (!value) continue;
        ++check.values;
        const auto failure = decryptor.decrypt(*value, plain);
        if (!failure || check.findings.size() >= limit) continue;
        check.findings.push_back(
            {.rule = "not-encrypted",
             .place = meant[i]->place,
             .subject = dataset.name,
             .message = fmt::format("{}.{} of the row with {} {}", dataset.table.shown(), meant[i]->name,
                                    row[0].value_or("no key"), to_string(*failure)),
             .remedy = "Write the value by the application or by `runner seed`, with this key."});
      }
  }
  session.query("COMMIT", "end the transaction");
  return check;
}

}  // namespace runner
