#include "runner/sql/statements/settings.hpp"

#include "runner/sql/statements/build.hpp"

namespace runner {

static Setting::Kind kind_of(PgQuery__VariableSetKind kind) {
  switch (kind) {
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_DEFAULT:
      return Setting::Kind::by_default;
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_CURRENT:
      return Setting::Kind::current;
    case PG_QUERY__VARIABLE_SET_KIND__VAR_SET_MULTI:
      return Setting::Kind::transaction;
    case PG_QUERY__VARIABLE_SET_KIND__VAR_RESET:
      return Setting::Kind::reset;
    case PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL:
      return Setting::Kind::reset_all;
    default:
      return Setting::Kind::value;
  }
}

std::string constant_text(const PgQuery__Node& node) {
  if (node.node_case != PG_QUERY__NODE__NODE_A_CONST) return std::string(string_of(&node));
  switch (node.a_const->val_case) {
    case PG_QUERY__A__CONST__VAL_IVAL:
      return std::to_string(node.a_const->ival->ival);
    case PG_QUERY__A__CONST__VAL_FVAL:
      return node.a_const->fval->fval;
    case PG_QUERY__A__CONST__VAL_SVAL:
      return node.a_const->sval->sval;
    case PG_QUERY__A__CONST__VAL_BOOLVAL:
      return node.a_const->boolval->boolval != 0 ? "true" : "false";
    default:
      return {};
  }
}

Setting build(const PgQuery__VariableSetStmt& node, const Source&) {
  Setting setting{.kind = kind_of(node.kind), .name = node.name, .is_local = node.is_local != 0};
  for (std::size_t i = 0; i < node.n_args; ++i) setting.values.push_back(constant_text(*node.args[i]));
  return setting;
}

}  // namespace runner
