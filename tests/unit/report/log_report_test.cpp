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
                            .actor = "ada"});
  return report;
}

TEST(LogTable, Fits80Columns) {
  EXPECT_EQ(log_lines(example()),
            "ledger of app on db:5432\n"
            "\n"
            "FINISHED (UTC)    ACTION    VERSION         NAME              BY\n"
            "2026-03-09 06:05  rollback  20260309060000  a_name_that_i...  somebody@a-long...\n"
            "2026-03-09 06:00  apply     1               a                 ada\n"
            "\n"
            "2 entries\n");
}

TEST(LogTable, SaysWhenThereIsNoLedger) {
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
