#include "runner/report/log_report.hpp"

#include <string>

#include <gtest/gtest.h>

namespace runner {

static LogReport example() {
  LogReport report{.database = "ledger of app on db:5432", .ledger = true};
  report.entries.push_back({.id = 2,
                            .finished = "2026-03-09T06:05:00Z",
                            .started = "2026-03-09T06:04:58Z",
                            .action = "rollback",
                            .version = "20260309060000",
                            .name = "a_name_that_is_longer_than_there_is_room_for",
                            .outcome = "done",
                            .batch = "pipeline-4711",
                            .actor = "somebody@a-long-host-name",
                            .runner_version = "1.0",
                            .proof = "proven",
                            .duration_ms = 12,
                            .lock_wait_ms = 3,
                            .retries = 1});
  report.entries.push_back({.id = 1,
                            .finished = "2026-03-09T06:00:00Z",
                            .action = "apply",
                            .version = "1",
                            .name = "a",
                            .batch = "pipeline-12",
                            .actor = "ada"});
  return report;
}

TEST(LogList, TellsBatchByBatchWithin80Columns) {
  LogReport report = example();
  report.entries[1].commit = "0123456789abcdef0123456789abcdef01234567";
  report.entries[1].pipeline = "https://gitlab.example.com/shop/-/pipelines/12";
  report.entries.push_back(report.entries[1]);
  report.entries[2].action = "repair";
  report.entries[2].outcome = "reverted";
  EXPECT_EQ(log_lines(report),
            "ledger of app on db:5432\n"
            "\n"
            "batch pipeline-4711 by somebody@a-long-host-name\n"
            "  2026-03-09 06:05  rollback         20260309060000_a_name_th...  proven  12 ms\n"
            "    waited 3 ms for locks, 1 retry\n"
            "\n"
            "batch pipeline-12 by ada, commit 0123456789ab\n"
            "https://gitlab.example.com/shop/-/pipelines/12\n"
            "  2026-03-09 06:00  apply            1_a                                  0.0 ms\n"
            "  2026-03-09 06:00  repair reverted  1_a                                  0.0 ms\n"
            "\n"
            "3 entries\n");
}

TEST(LogDetails, TellAllThatIsKnownOfAVersion) {
  LogReport report = example();
  report.version = "20260309060000";
  report.entries.resize(1);
  report.entries[0].job = "https://gitlab.example.com/shop/-/jobs/9";
  report.entries[0].restore_point = "runner_20260309060000 at 0/16B3748";
  report.entries[0].digest = "aa";
  EXPECT_EQ(log_lines(report),
            "ledger of app on db:5432\n"
            "\n"
            "rollback of 20260309060000_a_name_that_is_longer_than_there_is_room_for\n"
            "  finished      2026-03-09T06:05:00Z\n"
            "  took          12 ms\n"
            "  locks         waited 3 ms for locks, 1 retry\n"
            "  by            somebody@a-long-host-name\n"
            "  batch         pipeline-4711\n"
            "  job           https://gitlab.example.com/shop/-/jobs/9\n"
            "  runner        1.0\n"
            "  proof         proven\n"
            "  restore point runner_20260309060000 at 0/16B3748\n"
            "  migration     aa\n"
            "\n"
            "1 entry\n");
  EXPECT_EQ(log_lines({.database = "ledger of app", .ledger = true, .version = "7"}),
            "ledger of app\n\nno entries about version 7\n");
}

TEST(LogList, SaysWhenThereIsNoLedger) {
  EXPECT_EQ(log_lines({.database = "ledger of app"}),
            "ledger of app\n\nno ledger: nothing was applied, rolled back or repaired by runner here\n");
  EXPECT_EQ(log_lines({.database = "ledger of app", .ledger = true}), "ledger of app\n\nno entries\n");
}

TEST(LogJson, HoldsEverything) {
  LogReport report = example();
  report.entries.resize(1);
  EXPECT_EQ(log_json(report), R"({
  "format": 1,
  "database": "ledger of app on db:5432",
  "ledger": true,
  "entries": [
    {
      "id": 2,
      "started": "2026-03-09T06:04:58Z",
      "finished": "2026-03-09T06:05:00Z",
      "action": "rollback",
      "version": "20260309060000",
      "name": "a_name_that_is_longer_than_there_is_room_for",
      "outcome": "done",
      "batch": "pipeline-4711",
      "actor": "somebody@a-long-host-name",
      "commit": null,
      "pipeline": null,
      "job": null,
      "runner_version": "1.0",
      "digest": null,
      "rollback_digest": null,
      "proof": "proven",
      "restore_point": null,
      "duration_ms": 12,
      "lock_wait_ms": 3,
      "retries": 1
    }
  ]
}
)");
}

}  // namespace runner
