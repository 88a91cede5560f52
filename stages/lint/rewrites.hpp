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

/// True when ADD COLUMN has to look whether there is a row, because none could have a value.
bool scans_for_nulls(const ColumnDefinition& added);

/// True when ATTACH PARTITION has to look at every row of the partition; false where it has a valid check:
/// whether that fits the bounds is for the server to know.
bool scans_for_bounds(const SchemaTable* partition);

/// True when a domain's change looks at every row of the tables that use it.
bool scans_users(const AlterDomain& alter);

}  // namespace runner
