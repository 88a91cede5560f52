#include "stages/rollback/undo.hpp"

#include "runner/core/text.hpp"
#include "runner/migration/execute.hpp"
#include "runner/migration/outside_transaction.hpp"
#include "runner/migration/refused_statement.hpp"

#include <algorithm>
#include <deque>
#include <iterator>
#include <utility>

#include <fmt/format.h>

namespace runner {

namespace {
class Undo {
 public:
  Undo(const UndoContext& to, const WayBack& way)
      : to_(to), way_(way), source_{way.sql, way.shown_path, way.of.label()} {}
  Undone run();
  TargetWork work(const std::vector<Statement>& statements, bool own_pair) const;

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

TargetWork Undo::work(const std::vector<Statement>& statements, bool own_pair) const {
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
  return work;
}

TargetResult Undo::in_one_transaction(const std::vector<Statement>& statements, bool own_pair) {
  return TargetTransaction(*to_.use.target, to_.in.history, to_.limits.target, to_.use.reporter, to_.use.stop)
      .run(work(statements, own_pair));
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
  return {.refused = result.findings.empty() ? "" : way_.of.label(),
          .findings = std::move(result.findings),
          .by_another = result.state == TargetResult::State::already,
          .kept_parts = shape == TransactionShape::none,
          .reconnected = result.reconnected,
          .duration = result.duration};
}

Undone undo(const UndoContext& to, const WayBack& way) {
  return Undo(to, way).run();
}

static TransactionShape shape_of(const WayBack& way) {
  const SplitResult split = split_statements(way.sql);
  return split.problems.empty() ? transaction_shape(split.statements, way.sql) : TransactionShape::as_written;
}

bool can_be_together(const std::vector<WayBack>& ways) {
  return std::all_of(ways.begin(), ways.end(), [](const WayBack& way) {
    const TransactionShape shape = shape_of(way);
    return shape == TransactionShape::ours || shape == TransactionShape::own_pair;
  });
}

Undone undo_together(const UndoContext& to, const std::vector<WayBack>& ways) {
  std::deque<Undo> undos;  // the works refer to them
  std::vector<TargetWork> works;
  for (const WayBack& way : ways)
    works.push_back(undos.emplace_back(to, way).work(split_statements(way.sql).statements,
                                                     shape_of(way) == TransactionShape::own_pair));
  const std::string doing = fmt::format("roll back {}", count_of(ways.size(), "migration"));
  TargetResult result =
      TargetTransaction(*to.use.target, to.in.history, to.limits.target, to.use.reporter, to.use.stop)
          .run(works, doing);
  Undone undone{.findings = std::move(result.findings),
                .by_another = result.state == TargetResult::State::already,
                .reconnected = result.reconnected,
                .duration = result.duration};
  for (const WayBack& way : ways)
    if (result.refused_work == "roll back " + way.of.label()) undone.refused = way.of.label();
  return undone;
}

}  // namespace runner
