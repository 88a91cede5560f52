// The harness itself: what it reads, what it replaces, and that it notices a difference.

#include "tests/golden/golden_case.hpp"

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace runner::golden {

static Case parsed(const std::string& text) {
  const auto file =
      std::filesystem::temp_directory_path() / ("golden-harness-" + std::to_string(::getpid()) + ".golden");
  std::ofstream(file) << text;
  Case result;
  try {
    result = read_case(file);
  } catch (...) {
    std::filesystem::remove(file);
    throw;
  }
  std::filesystem::remove(file);
  return result;
}

TEST(GoldenHarness, WritesACaseAsItWasRead) {
  const std::string text =
      "What it shows.\n\n-- file a.sql --\n-- a comment --\nselect 1;\n-- run --\ntrue\n-- exit --\n0\n";
  const Case c = parsed(text);
  ASSERT_EQ(c.sections.size(), 3U);
  EXPECT_EQ(c.sections[0].argument, "a.sql");
  EXPECT_EQ(c.sections[0].body, "-- a comment --\nselect 1;\n");
  EXPECT_EQ(to_text(c), text);
}

TEST(GoldenHarness, RefusesACaseThatRunsNothing) {
  EXPECT_THROW(parsed("words only\n"), std::runtime_error);
}

TEST(GoldenHarness, WritesDownWhatACallReallyGave) {
  const Case seen =
      run_case(parsed("Intro.\n-- file a/b.txt --\nhello\n-- env --\nGREETING=good day\n"
                      "-- run --\ncat a/b.txt; echo \"$GREETING $PWD\" >&2; printf x >c; exit 7\n"
                      "-- stdout --\nwrong\n-- stderr --\nwrong\n-- exit --\n0\n-- result c --\nwrong\n"));
  EXPECT_EQ(to_text(seen),
            "Intro.\n-- file a/b.txt --\nhello\n-- env --\nGREETING=good day\n"
            "-- run --\ncat a/b.txt; echo \"$GREETING $PWD\" >&2; printf x >c; exit 7\n"
            "-- stdout --\nhello\n-- stderr --\ngood day <project>\n-- exit --\n7\n"
            "-- result c --\nx\n(no newline at the end)\n");
}

TEST(GoldenHarness, CommitsTheProjectAsTheBase) {
  const Case seen =
      run_case(parsed("-- file a --\n1\n-- commit --\n-- file b --\n2\n-- run --\ngit status --short\n"));
  EXPECT_EQ(to_text(seen),
            "-- file a --\n1\n-- commit --\n-- file b --\n2\n-- run --\ngit status --short\n"
            "-- stdout --\n?? b\n-- stderr --\n-- exit --\n0\n");
}

TEST(GoldenHarness, KeepsTheCallersEnvironmentOut) {
  ::setenv("RUNNER_LEAKS", "yes", 1);
  const Case seen = run_case(parsed("-- run --\necho \"[$RUNNER_LEAKS]\"\n"));
  ::unsetenv("RUNNER_LEAKS");
  EXPECT_NE(to_text(seen).find("\n[]\n"), std::string::npos);
}

struct Sample {
  const char* raw;
  const char* normal;
};

class Normalising : public testing::TestWithParam<Sample> {};

TEST_P(Normalising, ReplacesWhatDiffersFromRunToRunAndNothingElse) {
  EXPECT_EQ(normalised(GetParam().raw, "/tmp/p/project"), GetParam().normal);
}

INSTANTIATE_TEST_SUITE_P(
    Each, Normalising,
    testing::Values(Sample{"passed (12 ms), 3 min 20 s, 1.4 s", "passed (<time>), <time>, <time>"},
                    Sample{"8 migrations, 61 statements", "8 migrations, 61 statements"},
                    Sample{"base commit 1a2b3c4 (merge base)", "base commit <id> (merge base)"},
                    Sample{"20260309060000_optimize_invoices", "20260309060000_optimize_invoices"},
                    Sample{"PostgreSQL 15.20", "PostgreSQL <version>"},
                    Sample{"runner 0.1.0", "runner <version>"},
                    Sample{"prelude supabase (cached)", "prelude supabase"},
                    Sample{"/tmp/p/project/a.sql", "<project>/a.sql"},
                    Sample{"\x1b[0Ksection_start:1773036000:a\r", "␛[0Ksection_start:<unix>:a␍"},
                    Sample{"time=\"0.012000\" timestamp=\"2026-03-09T06:00:00Z\"",
                           "time=\"0.012000\" timestamp=\"<date>\""},
                    Sample{"x time=\"0.012000\"", "x time=\"<seconds>\""},
                    Sample{"\"duration_us\": 1234,", "\"duration_us\": <us>,"}));

}  // namespace runner::golden
