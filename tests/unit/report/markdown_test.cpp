#include "runner/report/markdown_text.hpp"
#include "runner/report/report.hpp"
#include "tests/unit/report/sample_report.hpp"

#include <string>

#include <gtest/gtest.h>

namespace runner {

TEST(Markdown, ShowsVerdictMigrationsFindingsStepsAndTiers) {
  StageReport report = failed_report();
  report.tiers = {{.name = "merge_request", .stages = {{"migrate:check", {"history", "dry-run", "query"}}}},
                  {.name = "manual", .stages = {{"one", {"rollback"}}, {"two", {"verify"}}}}};
  report.steps[1].outcome.facts.push_back({"1_clients", topic::way_back, "proven"});
  report.steps[1].outcome.findings[1].detail = "  3 | SELECT amout\n";
  EXPECT_EQ(markdown_report(report), R"(# migrate\:check: failed

failed\: 1 of 2 migrations executed

Exit code 1: a check failed, or a migration's SQL was refused.

Compared with base commit 1a2b3c4 \(merge base with main\).

| migration | result | locks | rewrite or scan | way back | data loss |
|---|---|---|---|---|---|
| 1_clients | passed | blocks all reads and writes of clients | – | proven | – |
| 2_invoices | **failed** | – | – | – | – |

## 2 findings

- **error** migrations/2_invoices.sql\:3\:8: column "amout" does not exist (sql-refused)

  ```text
    3 | SELECT amout
  ```

  Perhaps you meant "amount"\.
- **warning** migrations/1_clients.sql\:1\:1: runs its own transactions (own-transaction)
  Remove BEGIN and COMMIT\.

## Steps

| step | result | |
|---|---|---|
| history | passed | 2 migrations in order |
| dry-run | **failed** | 1 of 2 migrations executed |
| query | skipped |  |

## When what runs

```mermaid
flowchart LR
  subgraph t0["merge_request"]
    subgraph t0s0["migrate:check"]
      t0s0n0["history"]:::passed
      t0s0n1["dry-run"]:::failed
      t0s0n2["query"]
    end
    t0s0n0 --> t0s0n1
    t0s0n1 --> t0s0n2
  end
  subgraph t1["manual"]
    subgraph t1s0["one"]
      t1s0n0["rollback"]
    end
    subgraph t1s1["two"]
      t1s1n0["verify"]
    end
    t1s0n0 --> t1s1n0
  end
  classDef passed fill:#cfc,stroke:#393
  classDef failed fill:#fcc,stroke:#933
```
)");
}

TEST(Markdown, TellsWhatKeptAStageFromItsVerdict) {
  StageReport report;
  report.stage = "s";
  report.exit_code = ExitCode::environment;
  report.verdict = "failed";
  report.error = Error{ExitCode::environment, "no ``` here"}.hint("look");
  EXPECT_NE(markdown_report(report).find("````text\nerror: no ``` here\n"), std::string::npos)
      << markdown_report(report);
}

TEST(Markdown, CountsMigrationsThatNeedNoWords) {
  StageReport report;
  report.steps.push_back({.handler = "a", .outcome = {.cases = {{.name = "1_a"}, {.name = "2_b"}}}});
  EXPECT_NE(markdown_report(report).find("\n2 migrations, no remarks.\n"), std::string::npos);
  report.steps[0].outcome.facts = {{"1_a", topic::locks, "one"}};
  for (int i = 0; i < 5; ++i) report.steps[0].outcome.facts.push_back({"1_a", topic::locks, "more"});
  const std::string text = markdown_report(report);
  EXPECT_NE(text.find("| one<br>more<br>more<br>more<br>and 2 more |"), std::string::npos) << text;
  EXPECT_NE(text.find("\n1 more migration.\n"), std::string::npos) << text;
}

TEST(Markdown, HostileTextStaysText) {
  EXPECT_EQ(
      markdown_text("a|b\n`c` <script>&amp; @all #1 !2 [x](http://y) \\| $z$ :smile: *e* _u_ ~~s~~"),
      "a&#124;b \\`c\\` &#60;script&#62;&#38;amp; \\@all \\#1 \\!2 \\[x\\]\\(http\\:\\/\\/y\\) \\\\&#124; "
      "\\$z\\$ \\:smile\\: \\*e\\* \\_u\\_ \\~\\~s\\~\\~");
  EXPECT_EQ(markdown_text("länge ?"), "länge ?");
  EXPECT_EQ(markdown_block("```\n</details>\x1b[0m\n````", 2, 9),
            "  `````text\n  ```\n  </details>\n  ````\n  `````\n");
  EXPECT_EQ(markdown_block("1\n2\n3\n", 0, 2), "```text\n1\n2\n…\n```\n");
  EXPECT_EQ(mermaid_label("a\"]; click b \"x\" é\n"), "\"a#34;#93;#59; click b #34;x#34; é#10;\"");
}

}  // namespace runner
