#include "runner/core/duration.hpp"
#include "runner/core/error.hpp"

#include <string>

#include <gtest/gtest.h>

namespace runner {

using namespace std::chrono_literals;

TEST(Duration, ReadsEveryUnit) {
  const struct {
    const char* text;
    std::chrono::milliseconds expected;
  } cases[] = {{"0ms", 0ms}, {"10ms", 10ms}, {"5s", 5s},   {"10min", 10min},
               {"2h", 2h},   {"3d", 72h},    {"007s", 7s}, {"9223372036854ms", 9223372036854ms},
               {"0d", 0ms}};
  for (const auto& c : cases) EXPECT_EQ(parse_duration(c.text), c.expected) << c.text;
}

static std::string refusal(const std::string& text, bool range = false) {
  try {
    if (range)
      parse_duration_range(text);
    else
      parse_duration(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_FALSE(error.advice().empty());
    return error.message();
  }
  return "accepted";
}

TEST(Duration, RefusesWhatIsNone) {
  const struct {
    const char *text, *message;
  } cases[] = {
      {"", "'' is not a duration: it does not start with a number"},
      {"ms", "'ms' is not a duration: it does not start with a number"},
      {"5", "'5' is not a duration: it has no unit"},
      {"5m", "'5m' is not a duration: 'm' is no unit"},
      {"5 s", "'5 s' is not a duration: ' s' is no unit"},
      {" 5s", "' 5s' is not a duration: it does not start with a number"},
      {"5S", "'5S' is not a duration: 'S' is no unit"},
      {"1.5s", "'1.5s' is not a duration: '.5s' is no unit"},
      {"-5s", "'-5s' is not a duration: it does not start with a number"},
      {"+5s", "'+5s' is not a duration: it does not start with a number"},
      {"1h30min", "'1h30min' is not a duration: 'h30min' is no unit"},
      {"99999999999999999999s", "'99999999999999999999s' is not a duration: the number is too large"},
      {"9223372036854775807d", "'9223372036854775807d' is not a duration: the number is too large"},
      {"9223372036855ms", "'9223372036855ms' is not a duration: the number is too large"},
  };
  for (const auto& c : cases) EXPECT_EQ(refusal(c.text), c.message);
}

TEST(Duration, WhatIsAcceptedFitsIntoNanoseconds) {
  // 106751 days are the last whole ones below 2^63 ns.
  EXPECT_EQ(std::chrono::nanoseconds(parse_duration("106751d")), 106751 * 24h);
  EXPECT_NE(refusal("106752d"), "accepted");
}

TEST(DurationRange, ReadsOneOrTwoEnds) {
  EXPECT_EQ(parse_duration_range("5s").from, 5s);
  EXPECT_EQ(parse_duration_range("5s").to, 5s);
  EXPECT_EQ(parse_duration_range("10ms..1s").from, 10ms);
  EXPECT_EQ(parse_duration_range("10ms..1s").to, 1s);
  EXPECT_EQ(parse_duration_range("1s..1000ms").to, 1s);
}

TEST(DurationRange, RefusesWhatIsNone) {
  EXPECT_EQ(refusal("80ms..10ms", true), "the range '80ms..10ms' ends before it starts");
  EXPECT_EQ(refusal("..10ms", true), "'' is not a duration: it does not start with a number");
  EXPECT_EQ(refusal("10ms..", true), "'' is not a duration: it does not start with a number");
  EXPECT_EQ(refusal("1ms..2ms..3ms", true), "'2ms..3ms' is not a duration: 'ms..3ms' is no unit");
  EXPECT_EQ(refusal("10..80ms", true), "'10' is not a duration: it has no unit");
}

TEST(Duration, IsShownInAUnitThatPeopleRead) {
  const struct {
    std::chrono::nanoseconds duration;
    const char* text;
  } cases[] = {{0ns, "0.0 ms"},           {400us, "0.4 ms"},       {1ms, "1 ms"},
               {999ms, "999 ms"},         {999'700us, "1.0 s"},    {1s, "1.0 s"},
               {59'900ms, "59.9 s"},      {59'970ms, "1 min 0 s"}, {60s, "1 min 0 s"},
               {200s, "3 min 20 s"},      {3599s, "59 min 59 s"},  {3600s, "1 h 0 min"},
               {26h + 5min, "26 h 5 min"}};
  for (const auto& c : cases) EXPECT_EQ(for_people(c.duration), c.text);
}

}  // namespace runner
