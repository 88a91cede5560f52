#pragma once

#include "stages/lint/rule.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace runner {

/// Every rule, in the order of its page.
std::span<const LintRule* const> lint_rules();
const LintRule* find_lint_rule(std::string_view name);
std::vector<std::string_view> lint_rule_names();

/// One in each file of stages/lint/rules; rules.cpp is the table.
namespace rules {
extern const LintRule index_not_concurrent;
extern const LintRule drop_index_not_concurrent;
extern const LintRule reindex_not_concurrent;
extern const LintRule not_allowed_in_transaction;
extern const LintRule fk_validates;
extern const LintRule check_validates;
extern const LintRule validate_same_transaction;
extern const LintRule set_not_null_scans;
extern const LintRule unique_builds_index;
extern const LintRule pk_builds_index;
extern const LintRule exclusion_constraint;
extern const LintRule type_change_rewrites;
extern const LintRule add_column_rewrites;
extern const LintRule rewrite_command;
extern const LintRule matview_refresh_blocking;
extern const LintRule detach_not_concurrent;
extern const LintRule partition_scan;
extern const LintRule domain_constraint;
extern const LintRule work_under_access_exclusive;
extern const LintRule many_tables_locked;
extern const LintRule drop_locks_other_table;
extern const LintRule timeout_overridden;
extern const LintRule dml_unbatched;
extern const LintRule fk_without_index;
extern const LintRule merge_alter_tables;
extern const LintRule drop_table;
extern const LintRule drop_schema;
extern const LintRule drop_column;
extern const LintRule drop_database;
extern const LintRule truncate;
extern const LintRule drop_cascade;
extern const LintRule delete_all_rows;
extern const LintRule narrowing_type;
extern const LintRule set_unlogged;
extern const LintRule rename_column;
extern const LintRule rename_table;
extern const LintRule rename_schema;
extern const LintRule rename_enum_value;
extern const LintRule required_column;
extern const LintRule new_unique_may_fail;
extern const LintRule set_not_null_may_fail;
extern const LintRule drop_not_null;
extern const LintRule json_column;
extern const LintRule enum_append_order;
extern const LintRule drop_default;
extern const LintRule view_columns_changed;
extern const LintRule function_signature_changed;
extern const LintRule revoke_or_policy_narrowed;
extern const LintRule tighten_check;
extern const LintRule transaction_control;
extern const LintRule not_rerunnable;
extern const LintRule bad_excuse;
extern const LintRule unused_excuse;
extern const LintRule identifier_too_long;
extern const LintRule session_leak;
extern const LintRule trigger_left_disabled;
extern const LintRule enum_used_same_transaction;
extern const LintRule invalid_index_left;
extern const LintRule opaque_sql;
extern const LintRule parser_gap;
extern const LintRule definer_no_search_path;
extern const LintRule rls_missing;
extern const LintRule rls_disabled;
extern const LintRule policy_always_true;
extern const LintRule view_definer;
extern const LintRule definer_callable_by_anon;
extern const LintRule rollback_unguarded;
extern const LintRule rollback_unsafe;
extern const LintRule dml_not_reversed;
extern const LintRule irreversible;
}  // namespace rules

}  // namespace runner
