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

Setting build(const PgQuery__VariableSetStmt& node, const Source&) {
  Setting setting{.kind = kind_of(node.kind), .name = node.name, .is_local = node.is_local != 0};
  for (std::size_t i = 0; i < node.n_args; ++i) setting.values.push_back(constant_text(*node.args[i]));
  return setting;
}

}  // namespace runner
