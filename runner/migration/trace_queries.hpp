#pragma once

#include "runner/migration/lock_mode.hpp"
#include "runner/postgres/session.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace runner {

using Oid = std::uint32_t;

/// A relation as it is committed. System catalogues and TOAST tables are none of ours.
struct RelationState {
  std::string schema{};
  std::string name{};
  char kind = 'r';  ///< pg_class.relkind
  Oid file = 0;     ///< pg_class.relfilenode
  Oid tablespace = 0;
  Oid table = 0;  ///< of an index: its table; else 0
};
using RelationStates = std::map<Oid, RelationState>;

/// How often a table was read whole, and through its indexes, since the session last reported its statistics.
struct ScanCount {
  std::int64_t whole = 0;
  std::int64_t by_index = 0;
};

/// A relation on which the session holds locks, as its transaction sees it.
struct LockedRelation {
  Oid relation = 0;
  LockMode strongest = LockMode::access_share;
  bool dropped = false;
  Oid file = 0;
  Oid tablespace = 0;
  ScanCount scans{};
  struct Index {
    Oid relation = 0;
    Oid file = 0;
    std::string name{};
  };
  std::vector<Index> indexes{};
};

/// False where track_counts is off: then scans are not seen.
bool counts_scans(Session& session);

/// Relations that are made later have a greater number, unless the counter turns over after four thousand
/// million; so this is good for leaving out much, and not for knowing.
Oid newest_relation(Session& session);

/// What a session that is in no transaction of the migration's sees is the state before the migration.
RelationStates all_relations(Session& beside);
/// The given ones, and the indexes of those that are tables.
RelationStates relations_and_indexes(Session& beside, const std::set<Oid>& relations);

/// What has been counted already, by table. To be asked in the transaction: outside of one the counts are
/// handed in and start anew.
/// Source: PostgreSQL manual, "The Cumulative Statistics System", pg_stat_xact_all_tables.
std::map<Oid, ScanCount> scans_so_far(Session& traced, Oid newest);

/// The locks that the session holds on relations up to `newest`. One round trip.
std::vector<LockedRelation> locked_relations(Session& traced, Oid newest);

/// The relation that a name as written means to the session, or the table of the index; 0: none.
Oid table_named(Session& traced, const std::string& name);

}  // namespace runner
