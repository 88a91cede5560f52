#include "runner/sql/statements/view.hpp"

#include "runner/sql/statements/build.hpp"

namespace runner {

static std::string column_name(const PgQuery__ResTarget& target) {
  const std::string_view given = target.name;
  if (!given.empty() || target.val == nullptr) return std::string(given);
  const PgQuery__Node& value = *target.val;
  if (value.node_case == PG_QUERY__NODE__NODE_COLUMN_REF && value.column_ref->n_fields > 0)
    return std::string(string_of(value.column_ref->fields[value.column_ref->n_fields - 1]));
  if (value.node_case == PG_QUERY__NODE__NODE_FUNC_CALL)
    return name_of({value.func_call->funcname, value.func_call->n_funcname}, 0).name;
  return {};
}

/// The result's column names; nothing where one of them isn't plain to see.
static std::optional<std::vector<std::string>> columns_of(const PgQuery__Node* query) {
  if (query == nullptr || query->node_case != PG_QUERY__NODE__NODE_SELECT_STMT) return std::nullopt;
  const PgQuery__SelectStmt* select = query->select_stmt;
  while (select->larg != nullptr) select = select->larg;  // of a UNION: the first one names them
  std::vector<std::string> columns;
  for (std::size_t i = 0; i < select->n_target_list; ++i) {
    const PgQuery__Node& node = *select->target_list[i];
    std::string name =
        node.node_case == PG_QUERY__NODE__NODE_RES_TARGET ? column_name(*node.res_target) : std::string();
    if (name.empty()) return std::nullopt;
    columns.push_back(std::move(name));
  }
  if (columns.empty()) return std::nullopt;
  return columns;
}

static std::optional<std::vector<std::string>> columns_of(Nodes aliases, const PgQuery__Node* query) {
  auto columns = columns_of(query);
  const std::vector<std::string> names = strings_of(aliases);
  if (columns)
    for (std::size_t i = 0; i < names.size() && i < columns->size(); ++i) (*columns)[i] = names[i];
  return columns;
}

CreateView build(const PgQuery__ViewStmt& node, const Source& in) {
  return {
      .view = name_of(*node.view, in),
      .replace = node.replace != 0,
      .temporary = std::string_view(node.view->relpersistence) == "t",
      .security_invoker = option_value({node.options, node.n_options}, "security_invoker").value_or(false),
      .columns = columns_of({node.aliases, node.n_aliases}, node.query)};
}

CreateView build_view(const PgQuery__CreateTableAsStmt& node, const Source& in) {
  return {.view = name_of(*node.into->rel, in),
          .materialized = true,
          .if_not_exists = node.if_not_exists != 0,
          .columns = columns_of({node.into->col_names, node.into->n_col_names}, node.query)};
}

CreateTableAs build_table(const PgQuery__IntoClause& into, bool if_not_exists, const Source& in) {
  return {.table = name_of(*into.rel, in),
          .if_not_exists = if_not_exists,
          .temporary = std::string_view(into.rel->relpersistence) == "t"};
}

RefreshView build(const PgQuery__RefreshMatViewStmt& node, const Source& in) {
  return {.view = name_of(*node.relation, in),
          .concurrently = node.concurrent != 0,
          .with_data = node.skip_data == 0};
}

}  // namespace runner
