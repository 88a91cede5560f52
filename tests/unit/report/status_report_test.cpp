#include "runner/report/status_report.hpp"

#include <string>

#include <gtest/gtest.h>

namespace runner {

static StatusReport example() {
  StatusReport report;
  report.source = "target";
  report.compared_with = "history of app on db:5432";
  report.rows = {{"20260101000000", "create_clients", MigrationState::applied,
                  "migrations/20260101000000_create_clients.sql",
                  "rollbacks/20260101000000_create_clients.rollback.sql"},
                 {"20260102000000", "gone", MigrationState::missing, "", ""},
                 {"20260103000000", std::string(60, 'x'), MigrationState::edited, "migrations/3.sql", ""},
                 {"20260104000000", "late", MigrationState::out_of_order, "migrations/4.sql", ""},
                 {"20260105000000", "caf\xC3\xA9", MigrationState::pending, "migrations/5.sql", ""}};
  report.problems = {{"migrations/x.sql", "is skipped", "git mv a b"}};
  return report;
}

TEST(StatusTable, FitsEightyColumns) {
  EXPECT_EQ(status_table(example()),
            "compared with history of app on db:5432\n"
            "\n"
            "VERSION         NAME                                STATE         LIES IN\n"
            "20260101000000  create_clients                      applied       file, database\n"
            "20260102000000  gone                                missing       database\n"
            "20260103000000  xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...  edited        file, database\n"
            "20260104000000  late                                out of order  file\n"
            "20260105000000  caf\xC3\xA9                                pending       file\n"
            "\n"
            "5 migrations: 1 applied, 1 edited, 1 pending, 1 out of order, 1 missing\n"
            "\n"
            "migrations/x.sql: is skipped\n");
}

TEST(StatusTable, OfNothingSaysSo) {
  StatusReport report;
  report.source = "nothing";
  report.compared_with = "neither a target nor a base commit: there are no migrations";
  EXPECT_EQ(status_table(report),
            "neither a target nor a base commit: there are no migrations\n\n0 migrations\n");
}

TEST(StatusTable, NamesTheBaseWhereThereIsNoDatabase) {
  StatusReport report = example();
  report.source = "base_commit";
  EXPECT_NE(status_table(report).find("applied       file, base\n"), std::string::npos);
  EXPECT_NE(status_table(report).find("missing       base\n"), std::string::npos);
}

TEST(StatusTable, CutsALongListOfProblems) {
  StatusReport report;
  for (int i = 0; i < 12; ++i) report.problems.push_back({"f" + std::to_string(i), "is skipped", ""});
  const std::string text = status_table(report);
  EXPECT_NE(text.find("f9: is skipped\n... and 2 more: see --format json\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("f10"), std::string::npos);
}

TEST(StatusTable, KeepsTheLineWhateverANameHolds) {
  StatusReport report = example();
  report.rows = {{"1\n2", "a\nb\x1b[31mc\xFF", MigrationState::missing, "", ""}};
  EXPECT_NE(status_table(report).find("1 2      a bc\xEF\xBF\xBD       missing  database\n"),
            std::string::npos)
      << status_table(report);
}

TEST(StatusTable, TellsWhatTheLedgerKnowsWithin80Columns) {
  StatusReport report = example();
  report.ledger = true;
  report.rows.resize(2);
  report.rows[0].name = "a_name_that_is_longer_than_there_is_room";
  report.rows[0].applied_at = "2026-03-09T06:00:00Z";
  report.rows[0].applied_by = "somebody@a-long-host-name";
  const std::string table = status_table(report);
  EXPECT_NE(table.find("VERSION         NAME               STATE    APPLIED (UTC)     BY\n"
                       "20260101000000  a_name_that_is...  applied  2026-03-09 06:00  somebody@a-long..."
                       "\n20260102000000  gone               missing\n"),
            std::string::npos)
      << table;
}

TEST(StatusJson, HoldsEverythingThatTheTableShows) {
  StatusReport report = example();
  report.rows.resize(2);
  report.rows[0].applied_at = "2026-03-09T06:00:00Z";
  report.rows[0].applied_by = "ada";
  report.rows[0].batch = "pipeline-4711";
  EXPECT_EQ(status_json(report), R"({
  "format": 1,
  "source": "target",
  "compared_with": "history of app on db:5432",
  "content_checked": false,
  "counts": {
    "applied": 1,
    "edited": 0,
    "pending": 0,
    "out_of_order": 0,
    "missing": 1
  },
  "migrations": [
    {
      "version": "20260101000000",
      "name": "create_clients",
      "state": "applied",
      "path": "migrations/20260101000000_create_clients.sql",
      "rollback": "rollbacks/20260101000000_create_clients.rollback.sql",
      "applied_at": "2026-03-09T06:00:00Z",
      "applied_by": "ada",
      "batch": "pipeline-4711"
    },
    {
      "version": "20260102000000",
      "name": "gone",
      "state": "missing",
      "path": null,
      "rollback": null,
      "applied_at": null,
      "applied_by": null,
      "batch": null
    }
  ],
  "problems": [
    {
      "path": "migrations/x.sql",
      "message": "is skipped",
      "remedy": "git mv a b"
    }
  ]
}
)");
}

TEST(StatusJson, HasEmptyListsRatherThanNone) {
  EXPECT_NE(status_json(StatusReport{}).find("\"migrations\": [],\n  \"problems\": []"), std::string::npos);
}

}  // namespace runner
