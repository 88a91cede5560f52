#include "stages/rollback/undo.hpp"

#include "runner/migration/execute.hpp"
#include "runner/migration/outside_transaction.hpp"
#include "runner/migration/refused_statement.hpp"

#include <iterator>
#include <utility>

namespace runner {

namespace {
class Undo {
 public:
  Undo(const UndoContext& to, const WayBack& way)
      : to_(to), way_(way), source_{way.sql, way.shown_path, way.of.label()} {}
  Undone run();

 private:
  TargetResult in_one_transaction(const std::vector<Statement>& statements, bool own_pair);
  TargetResult one_by_one(const std::vector<Statement>& statements);
  LedgerEntry entry(const LockCost& cost) const;
  SqlCall history() const { return history_delete(*to_.use.target, to_.in.history, way_.of.row.version); }
  std::string doing() const { return "roll back " + way_.of.label(); }

  const UndoContext& to_;
  const WayBack& way_;
  SqlSource source_;
};
}  // namespace

LedgerEntry Undo::entry(const LockCost& cost) const {
  LedgerEntry entry;
  entry.run = to_.run;
  entry.action = "rollback";
  entry.version = way_.of.row.version;
  entry.name = way_.of.row.name;
  entry.rollback_digest = way_.digest;
  entry.proof = to_.proof;
  entry.lock_wait = cost.waited;
  entry.retries = cost.retries;
  return entry;
}

TargetResult Undo::in_one_transaction(const std::vector<Statement>& statements, bool own_pair) {
  TargetWork work;
  work.doing = doing();
  work.source = source_;
  if (own_pair) {
    work.begin = statements.front().text;
    work.statements.assign(statements.begin() + 1, statements.end() - 1);
  } else {
    work.statements = statements;
  }
  work.history = history();
  work.version = way_.of.row.version;
  work.inserts = false;
  work.entry = [this](const LockCost& cost) { return entry(cost); };
  return TargetTransaction(*to_.use.target, to_.in.history, to_.limits.target, to_.use.reporter, to_.use.stop)
      .run(work);
}

TargetResult Undo::one_by_one(const std::vector<Statement>& statements) {
  OutsideWork work;
  work.doing = doing();
  work.source = source_;
  work.statements = statements;
  work.version = way_.of.row.version;
  work.way = "rollback";
  work.history = history();
  work.inserts = false;
  work.entry = [this](const LockCost& cost) { return entry(cost); };
  return run_outside_transaction(work, *to_.use.target, to_.in.history, to_.limits, to_.use.reporter,
                                 to_.use.stop);
}

static Finding own_transaction(const Statement& first, const SqlSource& source) {
  Finding finding = finding_at(first, source, "own-transaction", Severity::error);
  finding.message = "the rollback's own BEGIN and COMMIT would part it from its history row";
  finding.remedy = "Remove them: a rollback is one transaction anyway.";
  return finding;
}

Undone Undo::run() {
  const SplitResult split = split_statements(way_.sql);
  if (!split.problems.empty()) return {.findings = {unsplittable(split.problems.front(), source_)}};
  const TransactionShape shape = transaction_shape(split.statements, way_.sql);
  if (shape == TransactionShape::as_written)
    return {.findings = {own_transaction(split.statements.front(), source_)}};
  TargetResult result = shape == TransactionShape::none
                            ? one_by_one(split.statements)
                            : in_one_transaction(split.statements, shape == TransactionShape::own_pair);
  return {.findings = std::move(result.findings),
          .by_another = result.state == TargetResult::State::already,
          .kept_parts = shape == TransactionShape::none,
          .reconnected = result.reconnected,
          .duration = result.duration};
}

Undone undo(const UndoContext& to, const WayBack& way) {
  return Undo(to, way).run();
}

}  // namespace runner
