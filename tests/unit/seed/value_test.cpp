#include "runner/core/error.hpp"
#include "runner/seed/date_format.hpp"
#include "runner/seed/field_number.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace runner {

TEST(Number, IsDigitsWithSignAndPoint) {
  for (const std::string_view text : {"0", "12", "-1", "+7", "1250000.50", "007", "99999999999999999999.1"})
    EXPECT_EQ(problem_of_number(text, {}), std::nullopt) << text;
}

TEST(Number, RefusesThousandsSeparatorsAndWhatIsNone) {
  const std::string grouped = "has thousands separators or a decimal comma";
  for (const std::string_view text : {"1,000", "1.000.000", "1.000,50", "1 000", "1'000", "1_000",
                                      "1\xC2\xA0"
                                      "000",
                                      "12,5"})
    EXPECT_EQ(problem_of_number(text, {}), grouped) << text;
  for (const std::string_view text : {"", "abc", "1e5", "NaN", "Infinity", "0x10", "--1", "1-", "Rp 5"})
    EXPECT_EQ(problem_of_number(text, {}), "is no number") << text;
  EXPECT_EQ(problem_of_number("1.", {}), "ends with a point");
}

TEST(Number, CountsDecimals) {
  EXPECT_EQ(problem_of_number("1.25", 2), std::nullopt);
  EXPECT_EQ(problem_of_number("1", 0), std::nullopt);
  EXPECT_EQ(problem_of_number("1.255", 2), "has 3 digits behind the point, and 2 are allowed");
}

static std::string read_as(std::string_view format, std::string_view text) {
  const auto day = DateFormat(format).parse(text);
  return day ? iso_date(*day) : "none";
}

TEST(Date, ReadsItsFormat) {
  EXPECT_EQ(read_as("YYYY-MM-DD", "2026-03-09"), "2026-03-09");
  EXPECT_EQ(read_as("DD/MM/YYYY", "09/03/2026"), "2026-03-09");
  EXPECT_EQ(read_as("D.M.YYYY", "9.3.2026"), "2026-03-09");
  EXPECT_EQ(read_as("D.M.YYYY", "29.12.2026"), "2026-12-29");
  EXPECT_EQ(read_as("YYYYMMDD", "20240229"), "2024-02-29");
}

TEST(Date, RefusesDaysThatDoNotExistAndOtherFormats) {
  for (const std::string_view text : {"2026-02-29", "2026-13-01", "2026-00-10", "2026-01-32", "0000-01-01",
                                      "26-01-01", "2026-1-01", "2026-01-011", "2026/01/01", "09-03-2026", ""})
    EXPECT_EQ(read_as("YYYY-MM-DD", text), "none") << text;
}

TEST(Date, RefusesAFormatThatLacksAPart) {
  for (const std::string_view format :
       {"", "YYYY-MM", "YYYY-MM-DD-DD", "YY-MM-DD", "%Y-%m-%d", "MM/DD/YYYY HH"})
    EXPECT_THROW(DateFormat{format}, Error) << format;
}

}  // namespace runner
