#include "tests/faults/one_change.hpp"

#include <gtest/gtest.h>

namespace runner {

OneChange::OneChange(Stage stage, const std::string& sql, const std::string& undone)
    : stage_(stage),
      migration_(stage == Stage::apply ? sql : undone),
      rollback_(stage == Stage::apply ? "SELECT 1" : sql) {
  project_.add("1", "SELECT 1");
}

void OneChange::prepare(const DatabaseUrl& url) const {
  if (stage_ == Stage::rollback) project_.add("2", migration_, rollback_);
  const auto run = project_.apply(url);
  EXPECT_EQ(run->wait(), 0) << run->told();
  if (stage_ == Stage::apply) project_.add("2", migration_, rollback_);
}

std::unique_ptr<Program> OneChange::start(const DatabaseUrl& url) const {
  return stage_ == Stage::apply ? project_.apply(url) : project_.roll_back(url, "1", without_shadow);
}

std::string OneChange::shown_path() const {
  return stage_ == Stage::apply ? "migrations/2_m.sql" : "rollbacks/2_m.rollback.sql";
}

bool OneChange::done(Session& admin) const {
  const std::string versions = ask(
      admin, "SELECT string_agg(version, ' ' ORDER BY version) FROM supabase_migrations.schema_migrations");
  return versions == (stage_ == Stage::apply ? "1 2" : "1");
}

}  // namespace runner
