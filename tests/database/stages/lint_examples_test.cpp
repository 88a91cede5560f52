// Traces and rules agree: what each rule says of its examples, and what lint's table of locks says of each
// statement, is what a trace of the same statements saw on a server.
#include "runner/migration/trace.hpp"
#include "stages/lint/locks.hpp"
#include "stages/lint/rules.hpp"
#include "stages/lint/schema_query.hpp"
#include "tests/support/test_server.hpp"
#include "tests/unit/stages/lint/lint_call.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace runner {
namespace {

struct Effect {
  std::optional<LockMode> lock{};  ///< the strongest that is new
  RowWork work = RowWork::none;    ///< what takes longest

  void add(LockMode mode) { lock = std::max(lock.value_or(mode), mode); }
  void add(RowWork more) { work = std::max(work, more); }
};

/// By statement and relation: "0 public.invoices".
using Effects = std::map<std::string, Effect>;

std::string_view name_of(RowWork work) {
  static constexpr std::array<std::string_view, 4> names{"", ", scan", ", index build", ", rewrite"};
  return names.at(static_cast<std::size_t>(work));
}

std::string shown(const Effect& effect) {
  return fmt::format("{}{}", effect.lock ? to_string(*effect.lock) : "held", name_of(effect.work));
}

std::string shown(const Effects& effects) {
  std::string text;
  for (const auto& [of, effect] : effects) text += fmt::format("{}: {}\n", of, shown(effect));
  return text;
}

RowWork work_of(WorkKind kind) {
  switch (kind) {
    case WorkKind::scan:
      return RowWork::scan;
    case WorkKind::index_build:
      return RowWork::build_index;
    case WorkKind::rewrite:
      return RowWork::rewrite;
  }
  return RowWork::none;
}

bool holds_rows(const TracedRelation& relation) {
  return relation.kind == 'r' || relation.kind == 'p' || relation.kind == 'm';
}

std::string label(std::size_t offset, const TracedRelation& relation) {
  return fmt::format("{} {}.{}", offset, relation.schema, relation.name);
}

/// Work counts where the relation is locked: whoever only reads it waits for nobody.
Effects seen_by(const std::vector<StatementTrace>& traces) {
  Effects seen;
  for (const StatementTrace& statement : traces) {
    for (const HeldLock& lock : statement.held)
      if (holds_rows(lock.relation)) {
        Effect& effect = seen[label(statement.offset, lock.relation)];
        if (lock.since == statement.offset) effect.add(lock.mode);
      }
    for (const TracedWork& work : statement.work)
      if (const auto found = seen.find(label(statement.offset, work.relation)); found != seen.end())
        found->second.add(work_of(work.kind));
  }
  std::erase_if(seen, [](const auto& one) { return !one.second.lock && one.second.work == RowWork::none; });
  return seen;
}

/// The strongest lock on whatever was there before, views too, and the longest work on what is locked.
Effect whole(const std::vector<StatementTrace>& traces) {
  Effect all;
  for (const StatementTrace& statement : traces) {
    for (const HeldLock& lock : statement.held)
      if (lock.since == statement.offset) all.add(lock.mode);
    for (const TracedWork& work : statement.work)
      if (std::any_of(statement.held.begin(), statement.held.end(),
                      [&](const HeldLock& lock) { return lock.relation == work.relation; }))
        all.add(work_of(work.kind));
  }
  return all;
}

TransactionShape shape_of(const std::string& sql) {
  return transaction_shape(split_statements(sql).statements, sql);
}

/// What lint's table says. A statement in a DO block is one of the block; what is locked already is not told
/// again.
Effects said_of(const std::string& sql, const Schema& catalogue, const ParsedFile* undone) {
  Effects said;
  const ParsedFile file = parse_file(sql);
  const LintSettings settings;
  RuleContext in(
      file, sql, shape_of(sql), settings, [&] { return std::optional(catalogue); }, undone);
  std::map<Schema::Key, LockMode> held;
  std::size_t offset = 0;
  if (file.statements.empty()) return said;
  do {
    if (!in.statement().in_body) offset = in.statement().offset;
    if (in.shape() == TransactionShape::none) held.clear();
    for (const TableLock& lock : in.locks().back()) {
      const Schema::Key key = in.schema().key(lock.table);
      LockMode& mode = held.try_emplace(key, LockMode::access_share).first->second;
      Effect& effect = said[fmt::format("{} {}.{}", offset, key.first, key.second)];
      if (lock.lock > mode) effect.add(lock.lock);
      mode = std::max(mode, lock.lock);
      effect.add(lock.work);
    }
  } while (in.next());
  std::erase_if(said, [](const auto& one) { return !one.second.lock && one.second.work == RowWork::none; });
  return said;
}

/// A partition that lint does not name goes with its table.
Effects with_partitions_in_their_tables(const Effects& seen, const Effects& said, const Schema& schema) {
  Effects result;
  for (const auto& [of, effect] : seen) {
    const std::size_t space = of.find(' ');
    const std::size_t dot = of.find('.', space);
    const auto table = schema.tables.find({of.substr(space + 1, dot - space - 1), of.substr(dot + 1)});
    const bool goes_along =
        table != schema.tables.end() && !table->second.partition_of.empty() && !said.contains(of);
    Effect& into = result[goes_along ? of.substr(0, space + 1) + table->second.partition_of.str() : of];
    if (effect.lock) into.add(*effect.lock);
    into.add(effect.work);
  }
  return result;
}

/// One file on a database of its own.
class TracedFile {
 public:
  explicit TracedFile(TestDatabase::Content content) : database_(content) {}

  Session& session() { return session_; }
  void given(std::string_view sql) {
    if (sql.empty()) return;
    const Execution done = execute_sql(std::string(sql), "before.sql", "before", session_, {});
    for (const Finding& finding : done.findings)
      if (finding.severity == Severity::error) ADD_FAILURE() << finding.text();
  }
  void run(std::string_view sql, bool refused = false) {
    schema = read_schema(session_);
    Trace trace{session_, beside_};
    ExecuteHooks hooks;
    trace.attach(hooks);
    const Execution done = execute_sql(std::string(sql), "example.sql", "example", session_, hooks);
    EXPECT_EQ(done.failed(), refused) << sql << (done.findings.empty() ? "" : done.findings.back().text());
    traces = trace.finish();
  }
  void expect_agreement(std::string_view sql, const ParsedFile* undone = nullptr) const {
    const Effects said = said_of(std::string(sql), schema, undone);
    EXPECT_EQ(shown(with_partitions_in_their_tables(seen_by(traces), said, schema)), shown(said))
        << "the trace saw the first, lint says the second, of\n"
        << sql;
  }

  Schema schema{};  ///< before the file
  std::vector<StatementTrace> traces{};

 private:
  TestDatabase database_;
  Session session_ = database_.session();
  Session beside_ = database_.session();
};

class LintExamples : public testing::TestWithParam<const LintRule*> {
 protected:
  void expect(const RuleExample& example, std::size_t findings) const {
    TracedFile file(TestDatabase::Content::supabase);
    if (file.session().server_version() / 10000 < example.since_major)
      GTEST_SKIP() << "PostgreSQL " << example.since_major << " is needed";
    file.given(example.before);
    if (!example.rollback.empty()) file.given(example.sql);
    const std::string_view sql = example.rollback.empty() ? example.sql : example.rollback;
    file.run(sql, example.refused);
    expect_findings(example, file.schema, findings);
    if (!example.refused) expect_effects(example, sql, file);
  }

 private:
  static void expect_findings(const RuleExample& example, const Schema& catalogue, std::size_t findings) {
    LintCall call{.sql = std::string(example.sql), .rollback = std::string(example.rollback)};
    call.catalogue = catalogue;
    const Findings found = call.run();
    const auto of_rule = [](const Finding& finding) { return finding.rule == GetParam()->name; };
    EXPECT_EQ(static_cast<std::size_t>(std::count_if(found.begin(), found.end(), of_rule)), findings)
        << example.before << example.sql;
  }
  static void expect_effects(const RuleExample& example, std::string_view sql, const TracedFile& file) {
    if (GetParam()->name == "parser-gap" &&
        example.since_major > 0) {  // what the parser cannot read, only the trace sees
      EXPECT_EQ(shown(whole(file.traces)), "ACCESS EXCLUSIVE") << sql;
      return;
    }
    EXPECT_EQ(shown(whole(file.traces)), shown(Effect{example.lock, example.work}))
        << "the trace saw the first, the rule says the second, of\n"
        << sql;
    if (is_opaque(sql)) return;
    const ParsedFile undone = parse_file(example.sql);
    file.expect_agreement(sql, example.rollback.empty() ? nullptr : &undone);
  }
  /// What the rule opaque-sql is about: only the trace knows.
  static bool is_opaque(std::string_view sql) { return sql.find("EXECUTE format") != std::string_view::npos; }
};

TEST_P(LintExamples, AreFoundByARealCatalogueAndLockWhatTheTraceSees) {
  expect(GetParam()->bad, 1);
  expect(GetParam()->good, 0);
}

INSTANTIATE_TEST_SUITE_P(Table, LintExamples, testing::ValuesIn(lint_rules().begin(), lint_rules().end()),
                         [](const testing::TestParamInfo<const LintRule*>& one) {
                           std::string name(one.param->name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

constexpr const char* tables =
    "CREATE TABLE p (id int PRIMARY KEY, v varchar(10), n int);"
    "CREATE TABLE c (id int PRIMARY KEY, p_id int, v varchar(10), n int, at timestamp, j json, b varbit(3),"
    "  i cidr, t text CHECK (t IS NOT NULL), q numeric(8, 2), f bpchar(4));"
    "CREATE TABLE fk (id int PRIMARY KEY, p_id int CONSTRAINT fk_p REFERENCES p, m int);"
    "ALTER TABLE c ADD CONSTRAINT later CHECK (n > 0) NOT VALID;"
    "CREATE INDEX c_v ON c (v); CREATE UNIQUE INDEX c_n ON c (n); ALTER TABLE c ALTER n SET NOT NULL;"
    "CREATE MATERIALIZED VIEW mv AS SELECT id FROM c; CREATE UNIQUE INDEX mv_id ON mv (id);"
    "CREATE TABLE part (k int, n int) PARTITION BY LIST (k);"
    "CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1);"
    "CREATE TABLE part_d PARTITION OF part DEFAULT;"
    "CREATE TABLE loose (k int, n int); CREATE TABLE checked (k int CHECK (k = 3), n int);"
    "ALTER TABLE checked ADD CHECK (k IS NOT NULL);"
    "CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE TABLE d (n positive);"
    "CREATE DOMAIN plain AS int; ALTER DOMAIN positive ADD CONSTRAINT soon CHECK (VALUE > 1) NOT VALID;"
    "CREATE SCHEMA other; CREATE TABLE other.x (a int);"
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
    "CREATE TRIGGER quiet BEFORE UPDATE ON p FOR EACH ROW EXECUTE FUNCTION f();"
    "CREATE POLICY anyone ON p USING (true)";

constexpr std::array<std::string_view, 83> forms{
    "ALTER TABLE c ADD x int",
    "ALTER TABLE c ADD x int DEFAULT 1",
    "ALTER TABLE c ADD x int NOT NULL DEFAULT 1",
    "ALTER TABLE c ADD x int NOT NULL",
    "ALTER TABLE c ADD x timestamptz DEFAULT now()",
    "ALTER TABLE c ADD x timestamptz DEFAULT clock_timestamp()",
    "ALTER TABLE c ADD x uuid DEFAULT gen_random_uuid()",
    "ALTER TABLE c ADD x serial",
    "ALTER TABLE c ADD x int GENERATED ALWAYS AS IDENTITY",
    "ALTER TABLE c ADD x int GENERATED ALWAYS AS (n + 1) STORED",
    "ALTER TABLE c ADD x positive",
    "ALTER TABLE c ADD x plain",
    "ALTER TABLE c ADD x int CHECK (x > 0)",
    "ALTER TABLE c ADD x int UNIQUE",
    "ALTER TABLE c ADD x int REFERENCES p",
    "ALTER TABLE c ADD x int DEFAULT 1 REFERENCES p",
    "ALTER TABLE c DROP v",
    "ALTER TABLE fk DROP p_id",
    "ALTER TABLE fk DROP CONSTRAINT fk_p",
    "ALTER TABLE c ALTER n DROP NOT NULL",
    "ALTER TABLE c ALTER q SET DEFAULT 1",
    "ALTER TABLE c ALTER q DROP DEFAULT",
    "ALTER TABLE c ALTER v SET STORAGE EXTERNAL",
    "ALTER TABLE c ALTER v SET STATISTICS 7",
    "ALTER TABLE c ALTER v TYPE varchar(20)",
    "ALTER TABLE c ALTER v TYPE varchar(5)",
    "ALTER TABLE c ALTER v TYPE text",
    "ALTER TABLE c ALTER t TYPE varchar(9)",
    "ALTER TABLE c ALTER b TYPE varbit(9)",
    "ALTER TABLE c ALTER i TYPE inet",
    "ALTER TABLE c ALTER f TYPE char(8)",
    "ALTER TABLE c ALTER q TYPE numeric(10, 2)",
    "ALTER TABLE c ALTER q TYPE numeric(10, 3)",
    "ALTER TABLE c ALTER at TYPE timestamptz",
    "ALTER TABLE c ALTER n TYPE bigint",
    "ALTER TABLE c ALTER j TYPE jsonb",
    "ALTER TABLE c ALTER v TYPE varchar(10) COLLATE \"C\"",
    "ALTER TABLE c ALTER n TYPE int USING n + 1",
    "ALTER TABLE p ALTER n SET NOT NULL",
    "ALTER TABLE c ALTER t SET NOT NULL",
    "ALTER TABLE c ADD CHECK (q > 0)",
    "ALTER TABLE c ADD CHECK (q > 0) NOT VALID",
    "ALTER TABLE c VALIDATE CONSTRAINT later",
    "ALTER TABLE c ADD FOREIGN KEY (p_id) REFERENCES p",
    "ALTER TABLE c ADD FOREIGN KEY (p_id) REFERENCES p NOT VALID",
    "ALTER TABLE c ADD UNIQUE (v)",
    "ALTER TABLE c ADD CONSTRAINT u UNIQUE USING INDEX c_n",
    "ALTER TABLE loose ADD PRIMARY KEY (k)",
    "ALTER TABLE c ADD EXCLUDE (v WITH =)",
    "ALTER TABLE c RENAME n TO m",
    "ALTER TABLE c RENAME TO e",
    "ALTER TABLE c SET SCHEMA other",
    "ALTER TABLE c ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE c REPLICA IDENTITY FULL",
    "ALTER TABLE c SET (fillfactor = 50)",
    "ALTER TABLE c SET UNLOGGED",
    "ALTER TABLE p DISABLE TRIGGER quiet",
    "ALTER TABLE part ATTACH PARTITION loose FOR VALUES IN (2)",
    "ALTER TABLE part ATTACH PARTITION checked FOR VALUES IN (3)",
    "ALTER TABLE part DETACH PARTITION part_1",
    "CREATE TABLE part_4 PARTITION OF part FOR VALUES IN (4)",
    "CREATE TABLE x (p_id int REFERENCES p)",
    "CREATE POLICY mine ON c USING (true)",
    "DROP POLICY anyone ON p",
    "CREATE TRIGGER t BEFORE UPDATE ON c FOR EACH ROW EXECUTE FUNCTION f()",
    "DROP TRIGGER quiet ON p",
    "CREATE INDEX ON c (p_id)",
    "CREATE INDEX ON part (n)",
    "CREATE INDEX ON ONLY part (n)",
    "CREATE INDEX IF NOT EXISTS c_v ON c (v)",
    "DROP INDEX c_v",
    "REINDEX INDEX c_v",
    "REINDEX TABLE c",
    "CLUSTER c USING c_v",
    "REFRESH MATERIALIZED VIEW mv",
    "REFRESH MATERIALIZED VIEW CONCURRENTLY mv",
    "TRUNCATE c",
    "DROP TABLE fk",
    "DROP SCHEMA other CASCADE",
    "ALTER DOMAIN positive ADD CHECK (VALUE > 2)",
    "ALTER DOMAIN positive ADD CHECK (VALUE > 2) NOT VALID",
    "ALTER DOMAIN positive VALIDATE CONSTRAINT soon",
    "LOCK TABLE c IN SHARE MODE; UPDATE c SET n = 1 WHERE id = 1",
};

}  // namespace

TEST(LintLocks, AgreeWithTheTraceOfEachFormOfStatement) {
  TracedFile file(TestDatabase::Content::empty);
  for (const std::string_view form : forms) {
    file.given("DROP SCHEMA IF EXISTS other CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;" +
               std::string(tables));
    file.run(form);
    file.expect_agreement(form);
  }
}

}  // namespace runner
