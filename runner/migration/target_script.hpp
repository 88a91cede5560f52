#pragma once

#include "runner/migration/target_transaction.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace runner {

/// The calls that make changes one transaction on a target, and what each of them is: limits and the
/// transaction's advisory lock, then for each change its row of the history, its statements and its entry of
/// the ledger, at last COMMIT. `keeps_plans`: our own SQL is prepared, so that the server parses and plans it
/// once for all migrations.
class TargetScript {
 public:
  TargetScript(std::span<const TargetWork> works, const Session& session, const HistoryTable& history,
               std::chrono::milliseconds lock_timeout, std::chrono::milliseconds statement_timeout,
               const LockCost& cost, bool keeps_plans);
  TargetScript(const TargetScript&) = delete;
  TargetScript& operator=(const TargetScript&) = delete;

  std::span<const PipelineCall> calls() const { return calls_; }
  std::size_t first_history() const { return histories_.front(); }
  /// So many calls open the transaction and limit its times.
  static constexpr std::size_t opening = 2;
  bool is_history(std::size_t index) const;
  std::size_t commit() const { return calls_.size() - 1; }
  /// The change that a call belongs to; of COMMIT the last one.
  const TargetWork& work_at(std::size_t index) const;
  /// Nothing where the call is SQL of ours.
  const Statement* statement_at(std::size_t index) const;
  std::size_t number_of_statement(std::size_t index) const;  ///< within its change, from 1

 private:
  void add(SqlCall call);
  /// SQL that is the same for every migration.
  void add_usual(SqlCall call, bool keep_rows = false);
  void add_work(const TargetWork& work, const Session& session, const HistoryTable& history,
                const LockCost& cost);
  std::size_t index_of_work(std::size_t index) const;

  std::span<const TargetWork> works_;
  bool keeps_plans_;
  std::deque<SqlCall> texts_{};  ///< which the calls refer to
  std::vector<PipelineCall> calls_{};
  std::vector<std::size_t> histories_{};  ///< of each change, the index of the history's call
};

}  // namespace runner
