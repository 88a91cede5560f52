#pragma once

// From PostgreSQL's parse nodes to our structs; for the files of this folder only.

#include "runner/sql/parsed.hpp"
#include "runner/sql/tree.hpp"

#include <optional>
#include <string>

namespace runner {

/// Nothing for NULL, DEFERRABLE and the like.
std::optional<Constraint> constraint_of(const PgQuery__Constraint& node, const Source& in);
ColumnDefinition column_of(const PgQuery__ColumnDef& node, const Source& in);
ObjectKind object_kind(PgQuery__ObjectType type);
QualifiedName object_name(const PgQuery__Node& node, std::size_t position);

CreateTable build(const PgQuery__CreateStmt& node, const Source& in);
AlterTable build(const PgQuery__AlterTableStmt& node, const Source& in);
CreateIndex build(const PgQuery__IndexStmt& node, const Source& in);
Reindex build(const PgQuery__ReindexStmt& node, const Source& in);
Drop build(const PgQuery__DropStmt& node, const Source& in);
Drop build(const PgQuery__DropdbStmt& node, const Source& in);
Rename build(const PgQuery__RenameStmt& node, const Source& in);
Rename build(const PgQuery__AlterObjectSchemaStmt& node, const Source& in);
CreateView build(const PgQuery__ViewStmt& node, const Source& in);
CreateView build_view(const PgQuery__CreateTableAsStmt& node, const Source& in);
CreateTableAs build_table(const PgQuery__IntoClause& into, bool if_not_exists, const Source& in);
RefreshView build(const PgQuery__RefreshMatViewStmt& node, const Source& in);
CreateRoutine build(const PgQuery__CreateFunctionStmt& node, const Source& in);
AlterRoutine build(const PgQuery__AlterFunctionStmt& node, const Source& in);
CreateTrigger build(const PgQuery__CreateTrigStmt& node, const Source& in);
DoBlock build(const PgQuery__DoStmt& node, const Source& in);
Call build(const PgQuery__CallStmt& node, const Source& in);
CreateType build(const PgQuery__CreateEnumStmt& node, const Source& in);
CreateType build(const PgQuery__CompositeTypeStmt& node, const Source& in);
CreateType build(const PgQuery__CreateRangeStmt& node, const Source& in);
CreateType build(const PgQuery__CreateDomainStmt& node, const Source& in);
AlterEnum build(const PgQuery__AlterEnumStmt& node, const Source& in);
AlterDomain build(const PgQuery__AlterDomainStmt& node, const Source& in);
CreateSchema build(const PgQuery__CreateSchemaStmt& node, const Source& in);
CreateSequence build(const PgQuery__CreateSeqStmt& node, const Source& in);
CreateExtension build(const PgQuery__CreateExtensionStmt& node, const Source& in);
Grant build(const PgQuery__GrantStmt& node, const Source& in);
Policy build(const PgQuery__CreatePolicyStmt& node, const Source& in);
Policy build(const PgQuery__AlterPolicyStmt& node, const Source& in);
ChangeRows build(const PgQuery__InsertStmt& node, const Source& in);
ChangeRows build(const PgQuery__UpdateStmt& node, const Source& in);
ChangeRows build(const PgQuery__DeleteStmt& node, const Source& in);
ChangeRows build(const PgQuery__MergeStmt& node, const Source& in);
ChangeRows build(const PgQuery__CopyStmt& node, const Source& in);
Truncate build(const PgQuery__TruncateStmt& node, const Source& in);
Query build(const PgQuery__SelectStmt& node, const Source& in);
Setting build(const PgQuery__VariableSetStmt& node, const Source& in);
Vacuum build(const PgQuery__VacuumStmt& node, const Source& in);
ClusterTable build(const PgQuery__ClusterStmt& node, const Source& in);
MoveAll build(const PgQuery__AlterTableMoveAllStmt& node, const Source& in);
LockTable build(const PgQuery__LockStmt& node, const Source& in);

}  // namespace runner
