#include "runner/sql/tree.hpp"

#include "runner/core/error.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

Tree::Tree(const std::string& statement) {
  PgQueryProtobufParseResult parsed = pg_query_parse_protobuf(statement.c_str());
  if (parsed.error == nullptr) {
    result_.emplace(pg_query__parse_result__unpack, parsed.parse_tree);
  } else {
    error_ = parsed.error->message;
    error_position_ = static_cast<std::size_t>(std::max(parsed.error->cursorpos, 0));
  }
  pg_query_free_protobuf_parse_result(parsed);
}

PgQuery__Node* Tree::root() {
  PgQuery__ParseResult* const result = result_ ? result_->get() : nullptr;
  return result != nullptr && result->n_stmts == 1 ? result->stmts[0]->stmt : nullptr;
}

const PgQuery__Node* Tree::root() const {
  return const_cast<Tree*>(this)->root();
}

std::string Tree::deparsed() const {
  std::string packed(pg_query__parse_result__get_packed_size(result_->get()), '\0');
  pg_query__parse_result__pack(result_->get(), reinterpret_cast<std::uint8_t*>(packed.data()));
  PgQueryDeparseResult written = pg_query_deparse_protobuf({.len = packed.size(), .data = packed.data()});
  std::string sql = written.query != nullptr ? written.query : "";
  const std::string problem = written.error != nullptr ? written.error->message : "";
  pg_query_free_deparse_result(written);
  if (!problem.empty())
    throw Error{ExitCode::environment, "the parser cannot write a statement back"}.because(problem);
  return sql;
}

std::string_view string_of(const PgQuery__Node* node) {
  return node != nullptr && node->node_case == PG_QUERY__NODE__NODE_STRING ? node->string->sval
                                                                           : std::string_view{};
}

std::vector<std::string> strings_of(Nodes nodes) {
  std::vector<std::string> texts;
  for (const PgQuery__Node* node : nodes) texts.emplace_back(string_of(node));
  return texts;
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

QualifiedName name_of(Nodes parts, std::size_t position) {
  QualifiedName name{.position = position};
  if (!parts.empty()) name.name = string_of(parts.back());
  if (parts.size() > 1) name.schema = string_of(parts[parts.size() - 2]);
  return name;
}

QualifiedName name_of(const PgQuery__RangeVar& table, const Source& in) {
  return {.schema = table.schemaname, .name = table.relname, .position = in.at(table.location)};
}

bool TypeName::is_serial() const {
  static constexpr std::array<std::string_view, 6> names{"serial",  "serial4",     "bigserial",
                                                         "serial8", "smallserial", "serial2"};
  return schema.empty() && std::find(names.begin(), names.end(), name) != names.end();
}

std::string TypeName::str() const {
  std::string text = schema.empty() ? name : schema + "." + name;
  if (!modifiers.empty()) text += fmt::format("({})", fmt::join(modifiers, ","));
  return is_array ? text + "[]" : text;
}

TypeName type_of(const PgQuery__TypeName* type, const Source& in) {
  TypeName result;
  if (type == nullptr) return result;
  const QualifiedName name = name_of({type->names, type->n_names}, in.at(type->location));
  if (name.schema != "pg_catalog") result.schema = name.schema;
  result.name = name.name;
  result.position = name.position;
  result.is_array = type->n_array_bounds > 0;
  for (std::size_t i = 0; i < type->n_typmods; ++i) {
    const PgQuery__Node& node = *type->typmods[i];
    if (node.node_case == PG_QUERY__NODE__NODE_A_CONST &&
        node.a_const->val_case == PG_QUERY__A__CONST__VAL_IVAL)
      result.modifiers.push_back(node.a_const->ival->ival);
  }
  return result;
}

// Options. ----------------------------------------------------------------------------------------------

/// The word that an option's value was written as: true and false are strings, on and off type names.
static std::string_view word_of(const PgQuery__Node& value) {
  if (value.node_case != PG_QUERY__NODE__NODE_TYPE_NAME) return string_of(&value);
  return value.type_name->n_names == 0 ? std::string_view{}
                                       : string_of(value.type_name->names[value.type_name->n_names - 1]);
}

/// Present without a value is true.
static bool says_yes(const PgQuery__DefElem& option) {
  if (option.arg == nullptr) return true;
  if (option.arg->node_case == PG_QUERY__NODE__NODE_INTEGER) return option.arg->integer->ival != 0;
  if (option.arg->node_case == PG_QUERY__NODE__NODE_BOOLEAN) return option.arg->boolean->boolval != 0;
  std::string word(word_of(*option.arg));
  for (char& c : word) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return word != "false" && word != "off";
}

std::optional<bool> option_value(Nodes options, std::string_view name) {
  for (const PgQuery__Node* node : options)
    if (node->node_case == PG_QUERY__NODE__NODE_DEF_ELEM && node->def_elem->defname == name)
      return says_yes(*node->def_elem);
  return std::nullopt;
}

// Walking. ----------------------------------------------------------------------------------------------

static void walk_field(const ProtobufCMessage& message, const ProtobufCFieldDescriptor& field,
                       const Visit& visit) {
  const char* const base = reinterpret_cast<const char*>(&message);
  if (field.type != PROTOBUF_C_TYPE_MESSAGE) return;
  if (field.label == PROTOBUF_C_LABEL_REPEATED) {
    const std::size_t count = *reinterpret_cast<const std::size_t*>(base + field.quantifier_offset);
    auto* const* items = *reinterpret_cast<ProtobufCMessage* const* const*>(base + field.offset);
    for (std::size_t i = 0; i < count; ++i) walk(*items[i], visit);
    return;
  }
  const bool is_choice = (field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
  if (is_choice && *reinterpret_cast<const std::uint32_t*>(base + field.quantifier_offset) != field.id)
    return;
  const auto* below = *reinterpret_cast<const ProtobufCMessage* const*>(base + field.offset);
  if (below != nullptr) walk(*below, visit);
}

void walk(const ProtobufCMessage& message, const Visit& visit) {
  if (message.descriptor ==
      &pg_query__node__descriptor) {  // a choice of 240 fields: go to the one that is set
    const auto& node = reinterpret_cast<const PgQuery__Node&>(message);
    if (node.node_case != PG_QUERY__NODE__NODE__NOT_SET && node.alias != nullptr)
      walk(*reinterpret_cast<const ProtobufCMessage*>(node.alias), visit);
    return;
  }
  if (!visit(message)) return;
  for (unsigned i = 0; i < message.descriptor->n_fields; ++i)
    walk_field(message, message.descriptor->fields[i], visit);
}

// Expressions. ------------------------------------------------------------------------------------------

static std::string last_part(const PgQuery__ColumnRef& column) {
  return column.n_fields == 0 ? std::string() : std::string(string_of(column.fields[column.n_fields - 1]));
}

/// Columns that must be set for the whole to be true.
static void add_demanded(const PgQuery__Node& node, std::vector<std::string>& columns) {
  if (node.node_case == PG_QUERY__NODE__NODE_BOOL_EXPR &&
      node.bool_expr->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR)
    for (std::size_t i = 0; i < node.bool_expr->n_args; ++i) add_demanded(*node.bool_expr->args[i], columns);
  if (node.node_case == PG_QUERY__NODE__NODE_NULL_TEST &&
      node.null_test->nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NOT_NULL &&
      node.null_test->arg->node_case == PG_QUERY__NODE__NODE_COLUMN_REF)
    columns.push_back(last_part(*node.null_test->arg->column_ref));
}

static bool is_true(const PgQuery__Node& node) {
  return node.node_case == PG_QUERY__NODE__NODE_A_CONST &&
         node.a_const->val_case == PG_QUERY__A__CONST__VAL_BOOLVAL && node.a_const->boolval->boolval != 0;
}

static const PgQuery__Node& without_casts(const PgQuery__Node& node) {
  return node.node_case == PG_QUERY__NODE__NODE_TYPE_CAST ? without_casts(*node.type_cast->arg) : node;
}

static Nodes elements_of(const PgQuery__Node& list) {
  const PgQuery__Node& plain = without_casts(list);
  if (plain.node_case == PG_QUERY__NODE__NODE_LIST) return {plain.list->items, plain.list->n_items};
  if (plain.node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR)
    return {plain.a_array_expr->elements, plain.a_array_expr->n_elements};
  return {};
}

/// Of col IS NULL OR …: the rest, because null passes a check in any case. nullptr for anything else.
static const PgQuery__Node* without_null(const PgQuery__Node& node) {
  if (node.node_case != PG_QUERY__NODE__NODE_BOOL_EXPR || node.bool_expr->n_args != 2 ||
      node.bool_expr->boolop != PG_QUERY__BOOL_EXPR_TYPE__OR_EXPR)
    return nullptr;
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    const PgQuery__Node& side = *node.bool_expr->args[i];
    if (side.node_case == PG_QUERY__NODE__NODE_NULL_TEST &&
        side.null_test->nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NULL)
      return node.bool_expr->args[1 - i];
  }
  return nullptr;
}

/// col IN (…), and what PostgreSQL makes of it: col = ANY (ARRAY[…]). One value alone is col = 'a' there.
static void add_list(const PgQuery__Node& node, Expression& found) {
  if (const PgQuery__Node* list = without_null(node)) return add_list(*list, found);
  if (node.node_case != PG_QUERY__NODE__NODE_A_EXPR) return;
  const PgQuery__AExpr& expr = *node.a_expr;
  const bool is_equal = expr.n_name == 1 && string_of(expr.name[0]) == "=";
  if (!is_equal || expr.lexpr == nullptr || expr.rexpr == nullptr) return;
  const PgQuery__Node& column = without_casts(*expr.lexpr);
  if (column.node_case != PG_QUERY__NODE__NODE_COLUMN_REF) return;
  std::vector<std::string> values;
  const auto add = [&values](const PgQuery__Node& value) {
    const PgQuery__Node& plain = without_casts(value);
    if (plain.node_case != PG_QUERY__NODE__NODE_A_CONST || plain.a_const->isnull != 0) return false;
    values.push_back(constant_text(plain));
    return true;
  };
  if (expr.kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP) {
    if (!add(*expr.rexpr)) return;
  } else if (expr.kind == PG_QUERY__A__EXPR__KIND__AEXPR_IN ||
             expr.kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY) {
    for (const PgQuery__Node* element : elements_of(*expr.rexpr))
      if (!add(*element)) return;
  }
  if (values.empty()) return;
  found.listed_column = last_part(*column.column_ref);
  found.listed = std::move(values);
}

static void note(const ProtobufCMessage& message, const Source& in, Expression& found) {
  if (const auto* call = as<PgQuery__FuncCall>(message, pg_query__func_call__descriptor))
    found.functions.push_back(name_of({call->funcname, call->n_funcname}, in.at(call->location)));
  else if (const auto* column = as<PgQuery__ColumnRef>(message, pg_query__column_ref__descriptor))
    found.columns.push_back(last_part(*column));
  else if (const auto* cast = as<PgQuery__TypeCast>(message, pg_query__type_cast__descriptor))
    found.casts.push_back(type_of(cast->type_name, in).name);
  else if (message.descriptor == &pg_query__sub_link__descriptor)
    found.has_subquery = true;
  else if (message.descriptor == &pg_query__sqlvalue_function__descriptor)
    found.reads_clock = true;
}

/// From an expression's first token to the comma or parenthesis that ends it.
static std::string text_from(const Source& in, std::size_t position) {
  int depth = 0;
  std::size_t end = position;
  for (const Token& token : in.tokens) {
    if (token.start < position || is_comment(token)) continue;
    if (token.is(')') && --depth < 0) break;
    if (token.is('(')) ++depth;
    if (token.is(',') && depth == 0) break;
    end = token.end;
  }
  return std::string(in.sql.substr(position, end - position));
}

static std::size_t first_position(const PgQuery__Node& node, const Source& in) {
  int least = -1;
  walk(node, [&](const ProtobufCMessage& message) {
    for (unsigned i = 0; i < message.descriptor->n_fields; ++i) {
      const ProtobufCFieldDescriptor& field = message.descriptor->fields[i];
      if (std::string_view(field.name) != "location") continue;
      const int here =
          *reinterpret_cast<const std::int32_t*>(reinterpret_cast<const char*>(&message) + field.offset);
      if (here >= 0 && (least < 0 || here < least)) least = here;
    }
    return true;
  });
  return in.at(least);
}

Expression expression_of(const PgQuery__Node* node, const Source& in) {
  Expression found;
  if (node == nullptr) return found;
  found.given = true;
  found.position = first_position(*node, in);
  found.text = text_from(in, found.position);
  found.is_true = is_true(*node);
  found.is_null = node->node_case == PG_QUERY__NODE__NODE_A_CONST && node->a_const->isnull != 0;
  found.is_cast_of_column = node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST &&
                            node->type_cast->arg->node_case == PG_QUERY__NODE__NODE_COLUMN_REF;
  add_demanded(*node, found.not_null);
  add_list(*node, found);
  walk(*node, [&](const ProtobufCMessage& message) {
    note(message, in, found);
    return true;
  });
  return found;
}

}  // namespace runner
