// Runs every rule's examples on a server: they are SQL that PostgreSQL executes, and the catalogue that is
// read there leads to the same findings as the one that lint keeps in memory.
#include "runner/migration/execute.hpp"
#include "stages/lint/rules.hpp"
#include "stages/lint/schema_query.hpp"
#include "tests/support/test_server.hpp"
#include "tests/unit/stages/lint/lint_call.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace runner {

static void execute(std::string_view sql, Session& session) {
  if (sql.empty()) return;
  const Execution execution = execute_sql(sql, "example.sql", "example", session, {});
  for (const Finding& finding : execution.findings)
    if (finding.severity == Severity::error) ADD_FAILURE() << finding.text() << sql;
}

class LintExamples : public testing::TestWithParam<const LintRule*> {
 protected:
  void expect(const RuleExample& example, std::size_t findings) const {
    const LintRule& rule = *GetParam();
    const TestDatabase database(TestDatabase::Content::supabase);
    Session session = database.session();
    if (session.server_version() / 10000 < example.since_major)
      GTEST_SKIP() << "PostgreSQL " << example.since_major << " is needed";
    execute(example.before, session);
    if (!example.rollback.empty()) execute(example.sql, session);
    LintCall call{.sql = std::string(example.sql), .rollback = std::string(example.rollback)};
    call.catalogue = read_schema(session);
    const Findings found = call.run();
    EXPECT_EQ(static_cast<std::size_t>(std::count_if(found.begin(), found.end(),
                                                     [&](const Finding& f) { return f.rule == rule.name; })),
              findings)
        << example.before << example.sql;
    const std::string_view last = example.rollback.empty() ? example.sql : example.rollback;
    if (example.refused)
      EXPECT_TRUE(execute_sql(last, "example.sql", "example", session, {}).failed()) << last;
    else
      execute(last, session);
  }
};

TEST_P(LintExamples, ExecuteAndAreFoundByARealCatalogue) {
  expect(GetParam()->bad, 1);
  expect(GetParam()->good, 0);
}

INSTANTIATE_TEST_SUITE_P(Table, LintExamples, testing::ValuesIn(lint_rules().begin(), lint_rules().end()),
                         [](const testing::TestParamInfo<const LintRule*>& one) {
                           std::string name(one.param->name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace runner
