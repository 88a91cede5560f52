#include "runner/sql/parsed.hpp"

#include "runner/core/text.hpp"
#include "runner/sql/body.hpp"
#include "runner/sql/classify_tree.hpp"
#include "runner/sql/cut.hpp"
#include "runner/sql/statements/build.hpp"

#include <iterator>
#include <utility>

namespace runner {

static Parsed parsed_create_as(const PgQuery__CreateTableAsStmt& node, const Source& in) {
  if (node.objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW) return build_view(node, in);
  return build_table(*node.into, node.if_not_exists != 0, in);
}

static Parsed parsed_select(const PgQuery__SelectStmt& node, const Source& in) {
  if (node.into_clause != nullptr) return build_table(*node.into_clause, false, in);
  return build(node, in);
}

static Parsed parsed_copy(const PgQuery__CopyStmt& node, const Source& in) {
  if (node.is_from == 0 || node.relation == nullptr) return NotModelled{};
  return build(node, in);
}

static Parsed parsed_vacuum(const PgQuery__VacuumStmt& node, const Source& in) {
  if (node.is_vacuumcmd == 0) return NotModelled{};
  return build(node, in);
}

/// ALTER TYPE … ADD ATTRIBUTE is an ALTER TABLE to the parser, and stays one.
static Parsed parsed_of(const PgQuery__Node& node, const Source& in) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_TRANSACTION_STMT:
      return TransactionControl{};
    case PG_QUERY__NODE__NODE_CREATE_STMT:
      return build(*node.create_stmt, in);
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
      return build(*node.alter_table_stmt, in);
    case PG_QUERY__NODE__NODE_INDEX_STMT:
      return build(*node.index_stmt, in);
    case PG_QUERY__NODE__NODE_REINDEX_STMT:
      return build(*node.reindex_stmt, in);
    case PG_QUERY__NODE__NODE_DROP_STMT:
      return build(*node.drop_stmt, in);
    case PG_QUERY__NODE__NODE_DROPDB_STMT:
      return build(*node.dropdb_stmt, in);
    case PG_QUERY__NODE__NODE_RENAME_STMT:
      return build(*node.rename_stmt, in);
    case PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT:
      return build(*node.alter_object_schema_stmt, in);
    case PG_QUERY__NODE__NODE_VIEW_STMT:
      return build(*node.view_stmt, in);
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
      return parsed_create_as(*node.create_table_as_stmt, in);
    case PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT:
      return build(*node.refresh_mat_view_stmt, in);
    case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
      return build(*node.create_function_stmt, in);
    case PG_QUERY__NODE__NODE_ALTER_FUNCTION_STMT:
      return build(*node.alter_function_stmt, in);
    case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
      return build(*node.create_trig_stmt, in);
    case PG_QUERY__NODE__NODE_DO_STMT:
      return build(*node.do_stmt, in);
    case PG_QUERY__NODE__NODE_CALL_STMT:
      return build(*node.call_stmt, in);
    case PG_QUERY__NODE__NODE_EXECUTE_STMT:
      return Call{};
    case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
      return build(*node.create_enum_stmt, in);
    case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT:
      return build(*node.composite_type_stmt, in);
    case PG_QUERY__NODE__NODE_CREATE_RANGE_STMT:
      return build(*node.create_range_stmt, in);
    case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
      return build(*node.create_domain_stmt, in);
    case PG_QUERY__NODE__NODE_ALTER_ENUM_STMT:
      return build(*node.alter_enum_stmt, in);
    case PG_QUERY__NODE__NODE_ALTER_DOMAIN_STMT:
      return build(*node.alter_domain_stmt, in);
    case PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT:
      return build(*node.create_schema_stmt, in);
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
      return build(*node.create_seq_stmt, in);
    case PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT:
      return build(*node.create_extension_stmt, in);
    case PG_QUERY__NODE__NODE_GRANT_STMT:
      return build(*node.grant_stmt, in);
    case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT:
      return build(*node.create_policy_stmt, in);
    case PG_QUERY__NODE__NODE_ALTER_POLICY_STMT:
      return build(*node.alter_policy_stmt, in);
    case PG_QUERY__NODE__NODE_INSERT_STMT:
      return build(*node.insert_stmt, in);
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
      return build(*node.update_stmt, in);
    case PG_QUERY__NODE__NODE_DELETE_STMT:
      return build(*node.delete_stmt, in);
    case PG_QUERY__NODE__NODE_MERGE_STMT:
      return build(*node.merge_stmt, in);
    case PG_QUERY__NODE__NODE_COPY_STMT:
      return parsed_copy(*node.copy_stmt, in);
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
      return build(*node.truncate_stmt, in);
    case PG_QUERY__NODE__NODE_SELECT_STMT:
      return parsed_select(*node.select_stmt, in);
    case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
      return build(*node.variable_set_stmt, in);
    case PG_QUERY__NODE__NODE_VACUUM_STMT:
      return parsed_vacuum(*node.vacuum_stmt, in);
    case PG_QUERY__NODE__NODE_CLUSTER_STMT:
      return build(*node.cluster_stmt, in);
    case PG_QUERY__NODE__NODE_ALTER_TABLE_MOVE_ALL_STMT:
      return build(*node.alter_table_move_all_stmt, in);
    case PG_QUERY__NODE__NODE_LOCK_STMT:
      return build(*node.lock_stmt, in);
    default:
      return NotModelled{};
  }
}

static NotParsed refused(const Tree& tree, const Source& in) {
  const std::size_t chars = tree.error_position_chars();
  return {tree.error(), in.offset + (chars > 0 ? byte_offset(in.text, chars) : 0)};
}

/// The tree has them cut off. Source: PostgreSQL, NAMEDATALEN.
static std::vector<std::size_t> long_names(std::string_view sql, std::span<const Token> tokens) {
  static constexpr std::size_t most_bytes = 63;
  std::vector<std::size_t> found;
  for (const Token& token : tokens) {
    if (token.end - token.start <= most_bytes || !is_name(token)) continue;
    const std::size_t quotes = sql[token.start] == '"' ? 2 : 0;
    if (token.end - token.start - quotes > most_bytes) found.push_back(token.start);
  }
  return found;
}

ParsedStatement parse_statement(std::string_view sql, std::span<const Token> tokens) {
  const Piece piece{.tokens = tokens};
  Source in{.sql = sql, .offset = piece.start(), .tokens = tokens};
  ParsedStatement statement{.offset = in.offset, .end = piece.end()};
  statement.long_names = long_names(sql, tokens);
  in.text = sql.substr(in.offset, statement.end - in.offset);
  const Tree tree{std::string(in.text)};
  if (tree.root() == nullptr) {
    statement.kind = classify_words(sql, tokens).kind;
    statement.what = refused(tree, in);
    return statement;
  }
  statement.kind = classify_tree(*tree.root()).kind;
  statement.what = parsed_of(*tree.root(), in);
  return statement;
}

static void add_comments(std::span<const Token> tokens, std::vector<Comment>& comments) {
  for (const Token& token : tokens)
    if (is_comment(token)) comments.push_back({token.start, token.end});
}

ParsedFile parse_file(std::string_view sql) {
  CutText cut = cut_text(sql);
  ParsedFile file{.problems = std::move(cut.problems)};
  add_comments(cut.tokens, file.comments);
  file.statements.reserve(cut.pieces.size());
  for (const Piece& piece : cut.pieces) {
    file.statements.push_back(parse_statement(sql, piece.tokens));
    const auto* block = std::get_if<DoBlock>(&file.statements.back().what);
    if (block == nullptr || block->language != "plpgsql" || block->body_position == 0) continue;
    Body body = parse_body(sql, block->body_position, block->body.size());
    std::move(body.statements.begin(), body.statements.end(), std::back_inserter(file.statements));
    file.comments.insert(file.comments.end(), body.comments.begin(), body.comments.end());
  }
  return file;
}

}  // namespace runner
