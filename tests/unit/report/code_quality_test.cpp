#include "runner/core/secret.hpp"
#include "runner/report/report.hpp"
#include "tests/unit/report/sample_report.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace runner {

using Json = nlohmann::ordered_json;

/// What GitLab wants of an entry, or it reads no further.
/// Source: gitlab-org/gitlab, app/validators/json_schemas/codeclimate.json.
static void expect_valid(const Json& report) {
  static const std::set<std::string> severities{"info", "minor", "major", "critical", "blocker"};
  ASSERT_TRUE(report.is_array());
  std::set<std::string> fingerprints;
  for (const Json& entry : report) {
    for (const char* field : {"description", "check_name", "fingerprint", "severity"}) {
      ASSERT_TRUE(entry.at(field).is_string()) << entry.dump();
      EXPECT_NE(entry.at(field), "") << entry.dump();
      EXPECT_EQ(entry.at(field).get<std::string>().find('\n'), std::string::npos) << entry.dump();
    }
    EXPECT_TRUE(severities.contains(entry.at("severity"))) << entry.dump();
    EXPECT_TRUE(fingerprints.insert(entry.at("fingerprint")).second) << entry.dump();
    const std::string path = entry.at("location").at("path");
    EXPECT_FALSE(path.empty() || path.starts_with("./")) << path;
    ASSERT_TRUE(entry.at("location").at("lines").at("begin").is_number_integer());
    EXPECT_GE(entry.at("location").at("lines").at("begin"), 1);
  }
}

static StageReport with(Findings findings) {
  StageReport report;
  report.steps.push_back({.handler = "lint",
                          .outcome = {.findings = std::move(findings),
                                      .cases = {{.name = "1_a", .path = "./migrations/1_a.sql"}}}});
  return report;
}

static Json json_of(Findings findings) {
  Json json = Json::parse(code_quality_report(with(std::move(findings))));
  expect_valid(json);
  return json;
}

static Finding finding(int line, std::string source_line, std::string message = "blocks writes") {
  return {.rule = "long-lock",
          .severity = Severity::warning,
          .place = {.path = "migrations/1_a.sql",
                    .line = line,
                    .column = 3,
                    .source_line = std::move(source_line)},
          .subject = "1_a",
          .message = std::move(message)};
}

TEST(CodeQuality, TellsWhatIsWrongWhereAndHowBadlyItIs) {
  const Json json = Json::parse(code_quality_report(failed_report()));
  expect_valid(json);
  ASSERT_EQ(json.size(), 2U);
  EXPECT_EQ(json[0].at("severity"), "minor");
  EXPECT_EQ(json[1].at("description"), "column \"amout\" does not exist. Perhaps you meant \"amount\".");
  EXPECT_EQ(json[1].at("check_name"), "sql-refused");
  EXPECT_EQ(json[1].at("severity"), "critical");
  EXPECT_EQ(json[1].at("location").dump(), R"({"path":"migrations/2_invoices.sql","lines":{"begin":3}})");
}

TEST(CodeQuality, IsAnEmptyArrayWithoutFindings) {
  EXPECT_EQ(code_quality_report({}), "[]\n");
}

TEST(CodeQuality, AFingerprintOutlivesMovedLinesAndOtherNumbers) {
  const auto fingerprint = [](const Finding& one) { return json_of({one})[0].at("fingerprint"); };
  EXPECT_EQ(fingerprint(finding(3, "ALTER TABLE a ADD b int;")),
            fingerprint(finding(9, "  ALTER  TABLE a ADD b int;\t")));
  EXPECT_EQ(fingerprint(finding(3, "", "blocks a (41 M rows) since line 3")),
            fingerprint(finding(4, "", "blocks a (42 M rows) since line 4")));
  EXPECT_NE(fingerprint(finding(3, "ALTER TABLE a ADD b int;")),
            fingerprint(finding(3, "ALTER TABLE c ADD b int;")));
  Finding other = finding(3, "ALTER TABLE a ADD b int;");
  other.rule = "other";
  EXPECT_NE(fingerprint(finding(3, "ALTER TABLE a ADD b int;")), fingerprint(other));
}

TEST(CodeQuality, OfTwoAlikeNoneIsLost) {
  EXPECT_EQ(json_of({finding(3, "ALTER TABLE a;"), finding(4, "ALTER TABLE a;")}).size(), 2U);
}

TEST(CodeQuality, AFindingWithoutAPlaceStandsAtItsMigration) {
  const Json json =
      json_of({{.rule = "a", .subject = "1_a", .message = "m"}, {.rule = "b", .message = "all"}});
  ASSERT_EQ(json.size(), 1U) << "what is about no file cannot be shown";
  EXPECT_EQ(json[0].at("location").at("path"), "migrations/1_a.sql");
}

TEST(CodeQuality, SurvivesHostileText) {
  register_secret(Secret{"hunter22"});
  const Json json = json_of({finding(1, "\xff\x1b[31m\"", "a\nb \x01 \"quoted\" hunter22 <b>")});
  EXPECT_EQ(json[0].at("description"), "a b \"quoted\" [hidden] <b>");
}

}  // namespace runner
