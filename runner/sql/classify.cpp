#include "runner/sql/classify.hpp"

#include "runner/sql/classify_tree.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <vector>

namespace runner {

static StatementKind kind_of(const PgQuery__TransactionStmt& statement) {
  switch (statement.kind) {
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
      return StatementKind::begin;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE:
      return StatementKind::commit;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
      return StatementKind::rollback;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO:
      return StatementKind::savepoint;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT_PREPARED:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_PREPARED:
      return StatementKind::outside_transaction;
    default:
      return StatementKind::other;
  }
}

static bool refused_in_transaction(const PgQuery__ReindexStmt& statement) {
  switch (statement.kind) {
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SCHEMA:
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SYSTEM:
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_DATABASE:
      return true;
    default:
      return option_value({statement.params, statement.n_params}, "concurrently").value_or(false);
  }
}

static bool refused_in_transaction(const PgQuery__AlterTableStmt& statement) {
  return std::any_of(statement.cmds, statement.cmds + statement.n_cmds, [](const PgQuery__Node* node) {
    if (node->node_case != PG_QUERY__NODE__NODE_ALTER_TABLE_CMD) return false;
    const PgQuery__AlterTableCmd& command = *node->alter_table_cmd;
    return command.subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition && command.def != nullptr &&
           command.def->node_case == PG_QUERY__NODE__NODE_PARTITION_CMD &&
           command.def->partition_cmd->concurrent != 0;
  });
}

/// Only when it makes a replication slot. Source: PostgreSQL, subscriptioncmds.c, CreateSubscription.
static bool refused_in_transaction(const PgQuery__CreateSubscriptionStmt& statement) {
  const Nodes options{statement.options, statement.n_options};
  return option_value(options, "connect").value_or(true) &&
         option_value(options, "create_slot").value_or(true);
}

/// Only when it refreshes. Source: PostgreSQL, subscriptioncmds.c, AlterSubscription.
static bool refused_in_transaction(const PgQuery__AlterSubscriptionStmt& statement) {
  switch (statement.kind) {
    case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_REFRESH:
      return true;
    case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_SET_PUBLICATION:
    case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_ADD_PUBLICATION:
    case PG_QUERY__ALTER_SUBSCRIPTION_TYPE__ALTER_SUBSCRIPTION_DROP_PUBLICATION:
      return option_value({statement.options, statement.n_options}, "refresh").value_or(true);
    default:
      return false;
  }
}

static bool refused_in_transaction(const PgQuery__Node& node) {
  switch (node.node_case) {
    case PG_QUERY__NODE__NODE_INDEX_STMT:
      return node.index_stmt->concurrent != 0;
    case PG_QUERY__NODE__NODE_DROP_STMT:
      return node.drop_stmt->concurrent != 0;
    case PG_QUERY__NODE__NODE_REINDEX_STMT:
      return refused_in_transaction(*node.reindex_stmt);
    case PG_QUERY__NODE__NODE_VACUUM_STMT:
      return node.vacuum_stmt->is_vacuumcmd != 0;
    case PG_QUERY__NODE__NODE_CLUSTER_STMT:
      return node.cluster_stmt->relation == nullptr;
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
      return refused_in_transaction(*node.alter_table_stmt);
    case PG_QUERY__NODE__NODE_ALTER_DATABASE_STMT:
      return option_value({node.alter_database_stmt->options, node.alter_database_stmt->n_options},
                          "tablespace")
          .has_value();
    case PG_QUERY__NODE__NODE_CREATE_SUBSCRIPTION_STMT:
      return refused_in_transaction(*node.create_subscription_stmt);
    case PG_QUERY__NODE__NODE_ALTER_SUBSCRIPTION_STMT:
      return refused_in_transaction(*node.alter_subscription_stmt);
    case PG_QUERY__NODE__NODE_DISCARD_STMT:
      return node.discard_stmt->target == PG_QUERY__DISCARD_MODE__DISCARD_ALL;
    case PG_QUERY__NODE__NODE_CREATEDB_STMT:
    case PG_QUERY__NODE__NODE_DROPDB_STMT:
    case PG_QUERY__NODE__NODE_CREATE_TABLE_SPACE_STMT:
    case PG_QUERY__NODE__NODE_DROP_TABLE_SPACE_STMT:
    case PG_QUERY__NODE__NODE_ALTER_SYSTEM_STMT:
      return true;
    default:
      return false;
  }
}

Classification classify_tree(const PgQuery__Node& node) {
  if (node.node_case == PG_QUERY__NODE__NODE_TRANSACTION_STMT) return {kind_of(*node.transaction_stmt), {}};
  if (node.node_case == PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT)
    return {StatementKind::create_extension, node.create_extension_stmt->extname};
  if (refused_in_transaction(node)) return {StatementKind::outside_transaction, {}};
  return {};
}

// A statement by its words, for what the parser refuses. ------------------------------------------------

struct Words {
  std::string_view sql;
  std::vector<Token> tokens;  ///< without comments

  bool at(std::size_t i, std::string_view upper) const {
    return i < tokens.size() && is_word(tokens[i], sql, upper);
  }
  bool begins(std::initializer_list<std::string_view> words) const {
    std::size_t i = 0;
    return std::all_of(words.begin(), words.end(), [&](std::string_view word) { return at(i++, word); });
  }
  bool has(std::string_view upper) const {
    return std::any_of(tokens.begin(), tokens.end(), [&](const Token& t) { return is_word(t, sql, upper); });
  }
};

static std::optional<StatementKind> transaction_kind(const Words& words) {
  if (words.begins({"COMMIT", "PREPARED"}) || words.begins({"ROLLBACK", "PREPARED"}))
    return StatementKind::outside_transaction;
  if (words.begins({"SAVEPOINT"}) || words.begins({"RELEASE"}) || words.begins({"ROLLBACK", "TO"}))
    return StatementKind::savepoint;
  if (words.begins({"BEGIN"}) || words.begins({"START", "TRANSACTION"})) return StatementKind::begin;
  if (words.begins({"COMMIT"}) || words.begins({"END"}) || words.begins({"PREPARE", "TRANSACTION"}))
    return StatementKind::commit;
  if (words.begins({"ROLLBACK"}) || words.begins({"ABORT"})) return StatementKind::rollback;
  return std::nullopt;
}

static std::string name_of(const Words& words, std::size_t i) {
  if (i >= words.tokens.size()) return {};
  std::string name(token_text(words.tokens[i], words.sql));
  if (name.size() > 1 && name.front() == '"') name = name.substr(1, name.size() - 2);
  return name;
}

static Classification classify_by(const Words& words) {
  if (const auto kind = transaction_kind(words)) return {*kind, {}};
  if (words.begins({"CREATE", "EXTENSION"}))
    return {StatementKind::create_extension, name_of(words, words.at(2, "IF") ? 5 : 2)};
  const bool any_ddl = words.at(0, "CREATE") || words.at(0, "DROP") || words.at(0, "ALTER");
  const bool concurrently = words.has("CONCURRENTLY") && (any_ddl || words.at(0, "REINDEX"));
  const bool of_server = any_ddl && (words.at(1, "TABLESPACE") || words.at(1, "SUBSCRIPTION") ||
                                     words.at(1, "SYSTEM") || words.at(1, "DATABASE"));
  if (concurrently || words.begins({"VACUUM"}) || words.begins({"DISCARD", "ALL"}) ||
      (of_server && !(words.at(0, "ALTER") && words.at(1, "DATABASE") && !words.has("TABLESPACE"))))
    return {StatementKind::outside_transaction, {}};
  return {};
}

Classification classify_words(std::string_view sql, std::span<const Token> tokens) {
  Words words{sql, {}};
  std::copy_if(tokens.begin(), tokens.end(), std::back_inserter(words.tokens),
               [](const Token& token) { return !is_comment(token); });
  return classify_by(words);
}

/// First words of the statements whose kind matters: rows by the million need no parse tree.
static constexpr std::array<std::string_view, 13> telling_words{
    "BEGIN",   "START",   "COMMIT",  "END",    "ROLLBACK", "ABORT",  "SAVEPOINT",
    "RELEASE", "PREPARE", "REINDEX", "VACUUM", "CLUSTER",  "DISCARD"};

/// Most statements of migrations begin with these; their kind matters only where one of the other words is
/// in them.
static constexpr std::array<std::string_view, 3> of_objects{"CREATE", "ALTER", "DROP"};
static constexpr std::array<std::string_view, 6> telling_objects{"CONCURRENTLY", "EXTENSION",    "DATABASE",
                                                                 "TABLESPACE",   "SUBSCRIPTION", "SYSTEM"};

static bool is_any(const Token& token, std::string_view sql, std::span<const std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return is_word(token, sql, word); });
}

static bool tells(std::span<const Token> tokens, std::string_view sql) {
  if (is_any(tokens.front(), sql, telling_words)) return true;
  return is_any(tokens.front(), sql, of_objects) &&
         std::any_of(tokens.begin(), tokens.end(),
                     [&](const Token& token) { return is_any(token, sql, telling_objects); });
}

Classification classify(std::string_view sql, std::span<const Token> tokens) {
  const auto first = std::find_if_not(tokens.begin(), tokens.end(), is_comment);
  if (first == tokens.end()) return {};
  if (!tells(tokens.subspan(static_cast<std::size_t>(first - tokens.begin())), sql)) return {};
  const Tree tree(std::string(sql.substr(first->start, tokens.back().end - first->start)));
  return tree.root() != nullptr ? classify_tree(*tree.root()) : classify_words(sql, tokens);
}

}  // namespace runner
