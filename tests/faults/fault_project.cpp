#include "tests/faults/fault_project.hpp"

#include "runner/core/file.hpp"
#include "runner/migration/catalogue.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace runner {

static constexpr const char* pipeline_file = R"(version: 1
database:
  url: "${DATABASE_URL}"
stages:
  migrate:
    - apply: { retry_for: 60s }
  migrate:rollback:
    - rollback: { version: "${MIGRATION_VERSION:-}", to: "${ROLLBACK_TO:-}", retry_for: 60s }
)";

FaultProject::FaultProject() {
  for (const char* folder : {"migrations", "rollbacks"}) std::filesystem::create_directory(folder_ / folder);
  write_file(folder_ / "pipeline.yml", pipeline_file);
}

void FaultProject::add(const std::string& version, const std::string& sql, const std::string& rollback) {
  write_file(folder_ / fmt::format("migrations/{}_m.sql", version), sql + ";\n");
  write_file(folder_ / fmt::format("rollbacks/{}_m.rollback.sql", version), rollback + ";\n");
}

std::string FaultProject::version(int number) {
  return std::to_string(1000 + number);
}

void FaultProject::add_up_to(int count) {
  while (count_ < count) add_one(++count_);
}

/// Every second is a table in a transaction of ours, with all that can hang on it; others have a BEGIN of
/// their own, or make an index outside of a transaction.
void FaultProject::add_one(int i) {
  const std::string row = fmt::format("INSERT INTO noted VALUES ({})", i);
  const std::string no_row = fmt::format("DELETE FROM noted WHERE n = {}", i);
  if (i == 1)
    add(version(i), "CREATE TABLE noted (n int PRIMARY KEY);\n" + row, "DROP TABLE noted");
  else if (i % 2 == 0)
    add(version(i),
        fmt::format(
            "CREATE TABLE t{0} (n int REFERENCES noted, m text);\n{1};\nINSERT INTO t{0} VALUES ({0}, 'x')",
            i, row),
        fmt::format("DROP TABLE t{};\n{}", i, no_row));
  else if (i % 10 == 3)
    add(version(i), fmt::format("CREATE INDEX CONCURRENTLY t{}_n ON t{} (n);\n{}", i - 1, i - 1, row),
        fmt::format("{};\nDROP INDEX CONCURRENTLY t{}_n", no_row, i - 1));
  else
    add(version(i),
        fmt::format("BEGIN;\nALTER TABLE t{0} ADD COLUMN k int DEFAULT {0};\n{1};\nCOMMIT", i - 1, row),
        fmt::format("BEGIN;\nALTER TABLE t{} DROP COLUMN k;\n{};\nCOMMIT", i - 1, no_row));
}

std::unique_ptr<Program> FaultProject::apply(const DatabaseUrl& url,
                                             const Program::Variables& variables) const {
  return std::make_unique<Program>(path(), "migrate", url, variables);
}

std::unique_ptr<Program> FaultProject::roll_back(const DatabaseUrl& url, const std::string& to,
                                                 const Program::Variables& variables) const {
  Program::Variables all{{"ROLLBACK_TO", to}, {"RUNNER_ALLOW", "data-loss,unproven"}};
  all.insert(variables.begin(), variables.end());
  return std::make_unique<Program>(path(), "migrate:rollback", url, all);
}

std::string ask(Session& session, const std::string& sql) {
  return session.query(sql, "ask").rows.at(0).at(0).value_or("NULL");
}

static constexpr const char* records =
    "SELECT string_agg(line, E'\\n' ORDER BY line) FROM ("
    "SELECT 'history ' || version || name || statements::text || coalesce(rollback::text, '') AS line "
    "FROM supabase_migrations.schema_migrations "
    "UNION ALL SELECT 'ledger ' || action || version || outcome || coalesce(digest, '') || "
    "coalesce(rollback_digest, '') || coalesce(proof, '') FROM supabase_migrations.runner_log "
    "UNION ALL SELECT 'progress ' || version || way || statement || state "
    "FROM supabase_migrations.runner_progress "
    "UNION ALL SELECT concat_ws(' ', 'column', attrelid::regclass, attname, format_type(atttypid, "
    "atttypmod), "
    "pg_get_expr(adbin, adrelid)) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid "
    "LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum "
    "WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped "
    "UNION ALL SELECT 'constraint ' || conrelid::regclass || conname || pg_get_constraintdef(oid) "
    "FROM pg_constraint WHERE connamespace = 'public'::regnamespace "
    "UNION ALL SELECT 'index ' || indexrelid::regclass || indisvalid FROM pg_index "
    "JOIN pg_class c ON c.oid = indexrelid WHERE relnamespace = 'public'::regnamespace "
    "UNION ALL SELECT 'rows of ' || relname || ' ' || md5(query_to_xml(format("
    "'SELECT t::text FROM %s t ORDER BY 1', oid::regclass), true, false, '')::text) FROM pg_class "
    "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace) AS lines";

std::string records_of(Session& admin) {
  if (ask(admin, "SELECT to_regclass('supabase_migrations.runner_progress')") == "NULL") return "no history";
  return ask(admin, records);
}

std::string state_of(Session& admin) {
  std::string state = records_of(admin);
  for (const CatalogueObject& object :
       snapshot(admin, {.excluded_schemas = {}, .outside_the_database = false}))
    state += fmt::format("\n{} {}", object.key(), object.definition);
  return state;
}

void wait_until(Session& session, const std::string& sql) {
  while (ask(session, sql) != "t") ::usleep(1000);
}

void wait_until_alone(Session& session) {
  wait_until(session,
             "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database() "
             "AND backend_type = 'client backend'");
}

}  // namespace runner
