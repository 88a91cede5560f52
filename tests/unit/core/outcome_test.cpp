#include "runner/core/outcome.hpp"

#include <gtest/gtest.h>

namespace runner {

TEST(Outcome, FailsFromItsLimitOn) {
  Outcome outcome{.findings = {{.rule = "r", .severity = Severity::warning}}};
  EXPECT_EQ(outcome.exit_code(), ExitCode::passed);
  outcome.fail_on = Severity::warning;
  EXPECT_EQ(outcome.exit_code(), ExitCode::failed);
  EXPECT_FALSE(Outcome{}.failed());
}

TEST(Outcome, TakesInAnother) {
  Outcome sum{.cases = {{.name = "a"}}, .summary = "first"};
  sum +=
      {.findings = {{.rule = "r"}}, .cases = {{.name = "b"}}, .facts = {{.text = "c"}}, .summary = "second"};
  EXPECT_EQ(sum.findings.size(), 1U);
  EXPECT_EQ(sum.cases.at(1).name, "b");
  EXPECT_EQ(sum.facts.at(0).text, "c");
  EXPECT_EQ(sum.summary, "first");
}

TEST(Finding, ShowsWhereWhatAndTheWayOut) {
  const Finding finding{.rule = "sql-refused",
                        .place = {"m/1_a.sql", 2, 3, "x y"},
                        .subject = "1_a",
                        .message = "no such column",
                        .remedy = "git rm m/1_a.sql\nor mend it"};
  EXPECT_EQ(finding.text(),
            "error: m/1_a.sql:2:3: no such column [sql-refused]\n"
            "  x y\n"
            "    ^\n"
            "  hint: git rm m/1_a.sql\n"
            "        or mend it\n");
}

TEST(Finding, WithoutAPlaceNamesItsSubject) {
  const Finding finding{
      .rule = "r", .severity = Severity::info, .subject = "1_a", .message = "m", .detail = "d\n\ne"};
  EXPECT_EQ(finding.text(), "info: 1_a: m [r]\n  d\n\n  e\n");
}

}  // namespace runner
