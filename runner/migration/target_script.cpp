#include "runner/migration/target_script.hpp"

#include "runner/migration/lock_keys.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace runner {

void TargetScript::add(SqlCall call) {
  const SqlCall& kept = texts_.emplace_back(std::move(call));
  calls_.push_back({.sql = kept.sql, .parameters = kept.parameters});
}

void TargetScript::add_usual(SqlCall call, bool keep_rows) {
  add(std::move(call));
  calls_.back().keep_rows = keep_rows;
  calls_.back().again = keeps_plans_;
}

static std::size_t bytes_of(const SqlCall& call) {
  std::size_t bytes = call.sql.size();
  for (const Cell& cell : call.parameters) bytes += cell ? cell->size() : 0;
  return bytes;
}

/// Five seconds, and one more for each megabyte of the largest message: the server is idle while a slow
/// network brings it. Each that has arrived starts the time anew.
static std::string idle_limit(std::size_t largest_bytes) {
  return fmt::format("{}ms", 5000 + largest_bytes / 1000);
}

static SqlCall limits(const TargetWork& work, std::chrono::milliseconds lock_timeout,
                      std::chrono::milliseconds statement_timeout) {
  return {.sql =
              "SELECT pg_catalog.set_config('lock_timeout', $1, true), "
              "pg_catalog.set_config('statement_timeout', $2, true), "
              "pg_catalog.set_config('idle_in_transaction_session_timeout', $3, true)",
          .parameters = {fmt::format("{}ms", lock_timeout.count()),
                         fmt::format("{}ms", statement_timeout.count()), idle_limit(bytes_of(work.history))}};
}

/// The row holds the whole text of a migration. Behind it only statements arrive, while their locks are held.
static SqlCall with_idle_limit(SqlCall history, std::size_t largest_bytes) {
  history.parameters.emplace_back(idle_limit(largest_bytes));
  history.sql += fmt::format(", pg_catalog.set_config('idle_in_transaction_session_timeout', ${}, true)",
                             history.parameters.size());
  return history;
}

void TargetScript::add_work(const TargetWork& work, const Session& session, const HistoryTable& history,
                            const LockCost& cost) {
  std::optional<SqlCall> entry;
  if (work.entry) entry = add_entry(session, history, work.entry(cost));
  std::size_t largest_bytes = entry ? bytes_of(*entry) : 0;
  for (const Statement& statement : work.statements)
    largest_bytes = std::max(largest_bytes, statement.text.size());
  for (const SqlCall& call : work.also) largest_bytes = std::max(largest_bytes, bytes_of(call));

  histories_.push_back(calls_.size());
  add_usual(with_idle_limit(work.history, largest_bytes), true);
  for (const Statement& statement : work.statements) calls_.push_back({.sql = statement.text});
  // The file may have taken another role, which may not write our tables.
  add({.sql = "RESET SESSION AUTHORIZATION"});
  add({.sql = "RESET ROLE"});
  for (const SqlCall& call : work.also) add(call);
  if (entry) add_usual(std::move(*entry));
}

/// The lock is the transaction's own, so that two runners cannot both be here even where the session's lock
/// was lost. Between changes everything is as between transactions: settings, and constraints that were put
/// off.
TargetScript::TargetScript(std::span<const TargetWork> works, const Session& session,
                           const HistoryTable& history, std::chrono::milliseconds lock_timeout,
                           std::chrono::milliseconds statement_timeout, const LockCost& cost,
                           bool keeps_plans)
    : works_(works), keeps_plans_(keeps_plans) {
  add({.sql = works.size() == 1 ? works.front().begin : "BEGIN"});
  SqlCall first = limits(works.front(), lock_timeout, statement_timeout);
  // A target list is evaluated from left to right: the lock is waited for no longer than the limit says.
  first.sql += ", pg_catalog.pg_advisory_xact_lock($4::bigint)";
  first.parameters.emplace_back(std::to_string(transaction_lock_key(history)));
  add_usual(std::move(first));
  for (std::size_t i = 0; i < works.size(); ++i) {
    if (i > 0) {
      add({.sql = "SET CONSTRAINTS ALL IMMEDIATE"});
      add({.sql = "RESET ALL"});
      add(limits(works[i], lock_timeout, statement_timeout));
    }
    add_work(works[i], session, history, cost);
  }
  add({.sql = "COMMIT"});
}

bool TargetScript::is_history(std::size_t index) const {
  return std::find(histories_.begin(), histories_.end(), index) != histories_.end();
}

std::size_t TargetScript::index_of_work(std::size_t index) const {
  const auto after = std::upper_bound(histories_.begin(), histories_.end(), index);
  return after == histories_.begin() ? 0 : static_cast<std::size_t>(after - histories_.begin()) - 1;
}

const TargetWork& TargetScript::work_at(std::size_t index) const {
  return works_[index_of_work(index)];
}

std::size_t TargetScript::number_of_statement(std::size_t index) const {
  return index - histories_[index_of_work(index)];
}

const Statement* TargetScript::statement_at(std::size_t index) const {
  const std::size_t history = histories_[index_of_work(index)];
  const std::vector<Statement>& statements = work_at(index).statements;
  if (index <= history || index - history > statements.size()) return nullptr;
  return &statements[index - history - 1];
}

}  // namespace runner
