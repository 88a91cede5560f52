#include "runner/sql/statements/routine.hpp"

#include "runner/sql/statements/build.hpp"

namespace runner {

static RoutineArgument::Mode mode_of(PgQuery__FunctionParameterMode mode) {
  switch (mode) {
    case PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT:
      return RoutineArgument::Mode::out;
    case PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_INOUT:
      return RoutineArgument::Mode::in_out;
    case PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_VARIADIC:
      return RoutineArgument::Mode::variadic;
    case PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_TABLE:
      return RoutineArgument::Mode::table;
    default:
      return RoutineArgument::Mode::in;
  }
}

static bool sets_search_path(const PgQuery__DefElem& option) {
  return option.arg != nullptr && option.arg->node_case == PG_QUERY__NODE__NODE_VARIABLE_SET_STMT &&
         std::string_view(option.arg->variable_set_stmt->name) == "search_path" &&
         (option.arg->variable_set_stmt->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE ||
          option.arg->variable_set_stmt->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_CURRENT);
}

static void use_option(CreateRoutine& routine, const PgQuery__DefElem& option) {
  const std::string_view name = option.defname;
  if (name == "language") routine.language = string_of(option.arg);
  if (name == "volatility") routine.is_volatile = string_of(option.arg) == "volatile";
  if (name == "set" && sets_search_path(option)) routine.sets_search_path = true;
  if (name == "as" && option.arg != nullptr && option.arg->node_case == PG_QUERY__NODE__NODE_LIST &&
      option.arg->list->n_items > 0)
    routine.body = string_of(option.arg->list->items[0]);
}

CreateRoutine build(const PgQuery__CreateFunctionStmt& node, const Source& in) {
  CreateRoutine routine{.routine = name_of({node.funcname, node.n_funcname}, in.offset),
                        .returns = type_of(node.return_type, in),
                        .is_procedure = node.is_procedure != 0,
                        .replace = node.replace != 0};
  for (std::size_t i = 0; i < node.n_parameters; ++i) {
    if (node.parameters[i]->node_case != PG_QUERY__NODE__NODE_FUNCTION_PARAMETER) continue;
    const PgQuery__FunctionParameter& parameter = *node.parameters[i]->function_parameter;
    routine.arguments.push_back({.mode = mode_of(parameter.mode),
                                 .name = parameter.name,
                                 .type = type_of(parameter.arg_type, in),
                                 .has_default = parameter.defexpr != nullptr});
  }
  const Nodes options{node.options, node.n_options};
  for (const PgQuery__Node* option : options)
    if (option->node_case == PG_QUERY__NODE__NODE_DEF_ELEM) use_option(routine, *option->def_elem);
  routine.security_definer = option_value(options, "security").value_or(false);
  if (routine.language.empty()) routine.language = "sql";
  return routine;
}

AlterRoutine build(const PgQuery__AlterFunctionStmt& node, const Source& in) {
  AlterRoutine alter;
  if (node.func != nullptr) alter.routine = name_of({node.func->objname, node.func->n_objname}, in.offset);
  const Nodes actions{node.actions, node.n_actions};
  alter.security_definer = option_value(actions, "security");
  for (const PgQuery__Node* action : actions)
    if (action->node_case == PG_QUERY__NODE__NODE_DEF_ELEM && sets_search_path(*action->def_elem))
      alter.sets_search_path = true;
  return alter;
}

CreateTrigger build(const PgQuery__CreateTrigStmt& node, const Source& in) {
  return {.name = node.trigname,
          .table = name_of(*node.relation, in),
          .function = name_of({node.funcname, node.n_funcname}, in.offset),
          .replace = node.replace != 0};
}

/// Where the body's first byte stands, if the text between its quotes is the body as it is.
static std::size_t body_position(const std::string& body, const Source& in) {
  for (const Token& token : in.tokens) {
    const std::string_view text = token_text(token, in.sql);
    if (text.size() < body.size() + 2 || (text.front() != '$' && text.front() != '\'')) continue;
    const std::size_t quote = text.front() == '$' ? text.find('$', 1) + 1 : 1;
    if (text.substr(quote, body.size()) == body && text.size() == body.size() + 2 * quote)
      return token.start + quote;
  }
  return 0;
}

DoBlock build(const PgQuery__DoStmt& node, const Source& in) {
  DoBlock block{.language = "plpgsql"};
  for (std::size_t i = 0; i < node.n_args; ++i) {
    if (node.args[i]->node_case != PG_QUERY__NODE__NODE_DEF_ELEM) continue;
    const PgQuery__DefElem& option = *node.args[i]->def_elem;
    if (std::string_view(option.defname) == "language") block.language = string_of(option.arg);
    if (std::string_view(option.defname) == "as") block.body = string_of(option.arg);
  }
  block.body_position = body_position(block.body, in);
  return block;
}

Call build(const PgQuery__CallStmt& node, const Source& in) {
  if (node.funccall == nullptr) return {};
  return {name_of({node.funccall->funcname, node.funccall->n_funcname}, in.at(node.funccall->location))};
}

}  // namespace runner
