#pragma once

#include "runner/migration/trace.hpp"
#include "runner/migration/trace_queries.hpp"

#include <map>
#include <variant>
#include <vector>

namespace runner {

/// What a trace saw, in order. What it means is known when the state before is, which is asked last.
namespace trace_event {

/// A transaction's first look: what had been counted before.
struct Begun {
  std::map<Oid, ScanCount> scans{};
};
struct Ended {};
/// The committed state, where it changes while a file runs: outside a transaction.
struct Committed {
  RelationStates relations{};
};
struct Looked {
  StatementTrace statement{};
  std::size_t locked_by = 0;  ///< offset of the statement that took what locks a query is found with
  std::vector<LockedRelation> locked{};
};
/// A statement that PostgreSQL refuses in a transaction; `tables` belong to `effect.locks`.
struct Outside {
  StatementTrace statement{};
  OutsideEffect effect{};
  std::vector<Oid> tables{};
};

}  // namespace trace_event

using TraceEvent = std::variant<trace_event::Begun, trace_event::Ended, trace_event::Committed,
                                trace_event::Looked, trace_event::Outside>;

/// `before`: the relations that existed before the file.
std::vector<StatementTrace> read_trace(const std::vector<TraceEvent>& events, const RelationStates& before);

}  // namespace runner
