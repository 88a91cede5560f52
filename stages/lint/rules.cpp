#include "stages/lint/rules.hpp"

#include <array>

namespace runner {

static constexpr std::array table{
    &rules::index_not_concurrent,
    &rules::drop_index_not_concurrent,
    &rules::reindex_not_concurrent,
    &rules::not_allowed_in_transaction,
    &rules::fk_validates,
    &rules::check_validates,
    &rules::validate_same_transaction,
    &rules::set_not_null_scans,
    &rules::unique_builds_index,
    &rules::pk_builds_index,
    &rules::exclusion_constraint,
    &rules::type_change_rewrites,
    &rules::add_column_rewrites,
    &rules::rewrite_command,
    &rules::matview_refresh_blocking,
    &rules::detach_not_concurrent,
    &rules::partition_scan,
    &rules::domain_constraint,
    &rules::work_under_access_exclusive,
    &rules::many_tables_locked,
    &rules::drop_locks_other_table,
    &rules::timeout_overridden,
    &rules::dml_unbatched,
    &rules::fk_without_index,
    &rules::merge_alter_tables,
    &rules::drop_table,
    &rules::drop_schema,
    &rules::drop_column,
    &rules::drop_database,
    &rules::truncate,
    &rules::drop_cascade,
    &rules::delete_all_rows,
    &rules::narrowing_type,
    &rules::set_unlogged,
    &rules::rename_column,
    &rules::rename_table,
    &rules::rename_schema,
    &rules::rename_enum_value,
    &rules::required_column,
    &rules::new_unique_may_fail,
    &rules::set_not_null_may_fail,
    &rules::drop_not_null,
    &rules::json_column,
    &rules::enum_append_order,
    &rules::drop_default,
    &rules::view_columns_changed,
    &rules::function_signature_changed,
    &rules::revoke_or_policy_narrowed,
    &rules::tighten_check,
    &rules::transaction_control,
    &rules::not_rerunnable,
    &rules::bad_excuse,
    &rules::unused_excuse,
    &rules::identifier_too_long,
    &rules::session_leak,
    &rules::trigger_left_disabled,
    &rules::enum_used_same_transaction,
    &rules::invalid_index_left,
    &rules::opaque_sql,
    &rules::parser_gap,
    &rules::definer_no_search_path,
    &rules::rls_missing,
    &rules::rls_disabled,
    &rules::policy_always_true,
    &rules::view_definer,
    &rules::definer_callable_by_anon,
    &rules::rollback_unguarded,
    &rules::rollback_unsafe,
    &rules::dml_not_reversed,
    &rules::irreversible,
};

std::span<const LintRule* const> lint_rules() {
  return table;
}

const LintRule* find_lint_rule(std::string_view name) {
  for (const LintRule* rule : table)
    if (rule->name == name) return rule;
  return nullptr;
}

std::vector<std::string_view> lint_rule_names() {
  std::vector<std::string_view> names;
  for (const LintRule* rule : table) names.push_back(rule->name);
  return names;
}

std::string_view to_string(RuleSection section) {
  switch (section) {
    case RuleSection::locks:
      return "Locks, scans and rewrites";
    case RuleSection::data_loss:
      return "Data loss";
    case RuleSection::compatibility:
      return "Breaks the code that is still running";
    case RuleSection::hygiene:
      return "Hygiene";
    case RuleSection::security:
      return "Security";
    case RuleSection::rollback:
      return "The rollback file";
  }
  return "";
}

}  // namespace runner
