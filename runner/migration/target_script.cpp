#include "runner/migration/target_script.hpp"

#include "runner/migration/lock_keys.hpp"

#include <algorithm>
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

/// Five seconds, and one more for each megabyte of the text: the server is idle while a slow network brings
/// it.
static std::chrono::milliseconds idle_limit(std::span<const TargetWork> works) {
  std::size_t text_bytes = 0;
  for (const TargetWork& work : works) text_bytes += work.source.sql.size();
  return std::chrono::milliseconds(5000 + static_cast<std::int64_t>(text_bytes / 1000));
}

static SqlCall limits(std::span<const TargetWork> works, std::chrono::milliseconds lock_timeout,
                      std::chrono::milliseconds statement_timeout) {
  return {.sql =
              "SELECT pg_catalog.set_config('lock_timeout', $1, true), "
              "pg_catalog.set_config('statement_timeout', $2, true), "
              "pg_catalog.set_config('idle_in_transaction_session_timeout', $3, true)",
          .parameters = {fmt::format("{}ms", lock_timeout.count()),
                         fmt::format("{}ms", statement_timeout.count()),
                         fmt::format("{}ms", idle_limit(works).count())}};
}

void TargetScript::add_work(const TargetWork& work, const Session& session, const HistoryTable& history,
                            const LockCost& cost) {
  histories_.push_back(calls_.size());
  add_usual(work.history, true);
  for (const Statement& statement : work.statements) calls_.push_back({.sql = statement.text});
  // The file may have taken another role, which may not write our tables.
  add({.sql = "RESET SESSION AUTHORIZATION"});
  add({.sql = "RESET ROLE"});
  for (const SqlCall& call : work.also) add(call);
  if (work.entry) add_usual(add_entry(session, history, work.entry(cost)));
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
  SqlCall first = limits(works, lock_timeout, statement_timeout);
  // A target list is evaluated from left to right: the lock is waited for no longer than the limit says.
  first.sql += ", pg_catalog.pg_advisory_xact_lock($4::bigint)";
  first.parameters.emplace_back(std::to_string(transaction_lock_key(history)));
  add_usual(std::move(first));
  for (std::size_t i = 0; i < works.size(); ++i) {
    if (i > 0) {
      add({.sql = "SET CONSTRAINTS ALL IMMEDIATE"});
      add({.sql = "RESET ALL"});
      add(limits(works, lock_timeout, statement_timeout));
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
