#include "stages/seed/row_progress.hpp"
#include "tests/unit/seed/seed_project.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace runner {

using namespace std::chrono_literals;

/// Keeps each line as the console shows it.
class Lines : public Reporter {
 public:
  void say(std::string_view) override {}
  void detail(std::string_view) override {}
  void warn(std::string_view) override {}
  void progress(std::size_t done, std::size_t total, std::string_view what) override {
    lines.push_back(fmt::format("  {}/{} {}", done, total, what));
  }
  void stage_started(std::string_view, std::string_view) override {}
  void step_started(std::string_view, std::string_view, std::string_view) override {}
  void step_finished(std::string_view, const StepReport&) override {}
  void stage_finished(const StageReport&) override {}

  std::vector<std::string> lines{};
};

/// A file of 80,000 rows, whose batches are made in `a_batch` each by a clock of the test's own.
class RowProgressOf : public ::testing::Test {
 protected:
  static constexpr int rows = 80'000;

  void read_all(std::chrono::milliseconds a_batch) {
    testing::SeedProject project;
    std::string csv = "name,town\n";
    for (int i = 0; i < rows; ++i) csv += "abcd,efgh\n";
    project.dataset("people", testing::people_yaml("  name: name\n  town: town\n"), csv);
    const DatasetFolder folder = project.read();
    RowMaker maker(folder.datasets.front(), nullptr, 10);
    RowProgress progress("people", out, [this] { return std::chrono::steady_clock::time_point(time); });
    RowBatch batch;
    while (maker.next(batch)) {
      time += a_batch;
      progress.show(maker);
    }
    progress.show_inserting(maker);
  }

  std::chrono::milliseconds time = 1h;
  Lines out{};
};

TEST_F(RowProgressOf, ALongFileTellsItsSpeedAndTheTimeThatIsLeft) {
  read_all(10s);
  ASSERT_EQ(out.lines.size(), 8U);
  EXPECT_EQ(out.lines[0], "  13106/79993 people [##        ] 1311 rows/s, 51 s left");
  EXPECT_EQ(out.lines[3], "  52427/79998 people [#######   ] 1311 rows/s, 21 s left");
  EXPECT_EQ(out.lines[6], "  80000/80000 people [##########] 1143 rows/s, 0 s left");
  EXPECT_EQ(out.lines[7], "  80000/80000 people [##########] read in 1 min 10 s, the server inserts them");
  for (const std::string& line : out.lines) EXPECT_LT(line.size(), 80U) << line;
}

TEST_F(RowProgressOf, AFileIsToldSomeTimesASecondOnly) {
  read_all(50ms);
  ASSERT_EQ(out.lines.size(), 2U);  // after four batches of seven, and at the end
  EXPECT_EQ(out.lines[0], "  52427/79998 people [#######   ] 262135 rows/s, 0 s left");
}

TEST_F(RowProgressOf, AShortFileIsNotWorthALine) {
  read_all(1ms);
  EXPECT_TRUE(out.lines.empty());
}

}  // namespace runner
