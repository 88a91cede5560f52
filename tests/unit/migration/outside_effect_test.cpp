#include "runner/migration/outside_effect.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace runner {

static std::string shown(std::string_view statement) {
  const auto effect = outside_effect(statement);
  if (!effect) return "nothing";
  std::string text;
  for (const OutsideEffect::Locked& lock : effect->locks)
    text += fmt::format("{} {}, ", to_string(lock.mode), lock.relation);
  if (effect->locks.empty()) text += fmt::format("each {}, ", to_string(effect->each_table));
  if (!effect->work) return text + "no work";
  switch (*effect->work) {
    case WorkKind::rewrite:
      return text + "rewrite";
    case WorkKind::scan:
      return text + "scan";
    case WorkKind::index_build:
      return text + "build " + effect->index;
  }
  return text;
}

TEST(OutsideEffect, IsKnownForEachForm) {
  const std::pair<const char*, const char*> cases[] = {
      {"create unique index concurrently if not exists i on only s.t (a)",
       "SHARE UPDATE EXCLUSIVE s.t, build i"},
      {"CREATE INDEX CONCURRENTLY ON t (a)", "SHARE UPDATE EXCLUSIVE t, build "},
      {"DROP INDEX CONCURRENTLY IF EXISTS s.i", "SHARE UPDATE EXCLUSIVE s.i, no work"},
      {"REINDEX INDEX CONCURRENTLY i", "SHARE UPDATE EXCLUSIVE i, build i"},
      {"REINDEX (VERBOSE, CONCURRENTLY) TABLE t", "SHARE UPDATE EXCLUSIVE t, build "},
      {"REINDEX (CONCURRENTLY off) TABLE t", "ACCESS EXCLUSIVE t, build "},
      {"REINDEX SCHEMA public", "each ACCESS EXCLUSIVE, build "},
      {"VACUUM", "each SHARE UPDATE EXCLUSIVE, scan"},
      {"VACUUM FULL", "each ACCESS EXCLUSIVE, rewrite"},
      {"VACUUM (FULL false) t", "SHARE UPDATE EXCLUSIVE t, scan"},
      {"VACUUM FULL FREEZE VERBOSE ANALYZE a (x, y), \"B\"",
       "ACCESS EXCLUSIVE a, ACCESS EXCLUSIVE \"B\", rewrite"},
      {"CLUSTER", "each ACCESS EXCLUSIVE, rewrite"},
      {"ALTER TABLE IF EXISTS ONLY p DETACH PARTITION p_1 CONCURRENTLY",
       "SHARE UPDATE EXCLUSIVE p, ACCESS EXCLUSIVE p_1, no work"},
      {"ALTER TABLE p DETACH PARTITION p_1", "nothing"},
      {"CREATE DATABASE x", "nothing"},
      {"ALTER SYSTEM SET work_mem = '1MB'", "nothing"},
      {"VACUUM (", "each SHARE UPDATE EXCLUSIVE, scan"},
  };
  for (const auto& [statement, expected] : cases) EXPECT_EQ(shown(statement), expected) << statement;
}

TEST(LockMode, KnowsTheServersNames) {
  EXPECT_EQ(lock_mode_of("ShareRowExclusiveLock"), LockMode::share_row_exclusive);
  EXPECT_EQ(lock_mode_of("SIReadLock"), std::nullopt);
  EXPECT_EQ(blocked_by(LockMode::share), "writes");
  EXPECT_EQ(blocked_by(LockMode::share_update_exclusive), "");
}

}  // namespace runner
