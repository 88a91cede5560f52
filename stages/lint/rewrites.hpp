#pragma once

#include "runner/sql/parsed.hpp"
#include "stages/lint/locks.hpp"
#include "stages/lint/schema.hpp"

#include <string>
#include <string_view>

namespace runner {

class RuleContext;

/// Why adding this column rewrites its table: "its default clock_timestamp() is volatile"; "" where it
/// doesn't. Source: PostgreSQL manual, ALTER TABLE, Notes.
std::string rewrite_by_column(const ColumnDefinition& column, const RuleContext& in);

/// What ALTER COLUMN … TYPE does with the rows; `from` is nullptr where the column isn't known.
RowWork work_of_type_change(const SchemaColumn* from, const AlterAction& change, const Schema& schema);

/// True when values that fit the old type may not fit the new one.
bool is_narrower(const TypeName& from, const TypeName& to);

/// True when SET NOT NULL has to look at every row.
bool scans_for_nulls(const SchemaTable* table, std::string_view column);

}  // namespace runner
