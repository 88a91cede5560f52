#include "runner/core/option.hpp"
#include "runner/core/error.hpp"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

using namespace std::chrono_literals;
using Items = std::vector<std::string>;

static constexpr std::array<std::string_view, 2> colours{"red", "green"};

static OptionSpec spec(OptionType type) {
  return {.name = "x", .type = type, .choices = colours};
}

TEST(Option, ReadsEveryType) {
  EXPECT_EQ(std::get<bool>(parse_option(spec(OptionType::boolean), Items{"true"}, false)), true);
  EXPECT_EQ(std::get<std::int64_t>(parse_option(spec(OptionType::integer), Items{"42"}, false)), 42);
  EXPECT_EQ(std::get<std::string>(parse_option(spec(OptionType::text), Items{" a b "}, false)), " a b ");
  EXPECT_EQ(std::get<std::string>(parse_option(spec(OptionType::choice), Items{"red"}, false)), "red");
  EXPECT_EQ(std::get<Items>(parse_option(spec(OptionType::text_list), Items{"a", "b"}, true)),
            (Items{"a", "b"}));
  EXPECT_EQ(std::get<Items>(parse_option(spec(OptionType::text_list), Items{}, true)), Items{});
  EXPECT_EQ(std::get<Items>(parse_option(spec(OptionType::choice_list), Items{"green"}, true)),
            Items{"green"});
  EXPECT_EQ(std::get<std::chrono::milliseconds>(parse_option(spec(OptionType::duration), Items{"2s"}, false)),
            2s);
  EXPECT_EQ(
      std::get<DurationRange>(parse_option(spec(OptionType::duration_range), Items{"2s..3s"}, false)).to, 3s);
}

TEST(Option, SaysWhatItWantsAndWhatItSaw) {
  const struct {
    OptionType type;
    Items items;
    bool is_list;
    const char* message;
  } cases[] = {
      {OptionType::boolean, {"yes"}, false, "option 'x' wants true or false, not 'yes'"},
      {OptionType::boolean, {"True"}, false, "option 'x' wants true or false, not 'True'"},
      {OptionType::integer, {"4x"}, false, "option 'x' wants a whole number, not '4x'"},
      {OptionType::integer, {""}, false, "option 'x' wants a whole number, not ''"},
      {OptionType::integer, {"1.5"}, false, "option 'x' wants a whole number, not '1.5'"},
      {OptionType::integer, {"-1"}, false, "option 'x' is out of range: -1"},
      {OptionType::integer,
       {"9223372036854775808"},
       false,
       "option 'x' is out of range: 9223372036854775808"},
      {OptionType::integer, {"1"}, true, "option 'x' wants a whole number, not a list"},
      {OptionType::text, {"a", "b"}, true, "option 'x' wants a text, not a list"},
      {OptionType::text, {" \t"}, false, "option 'x' is empty"},
      {OptionType::choice, {"blue"}, false, "option 'x' does not know 'blue'"},
      {OptionType::choice_list, {"red", "blue"}, true, "option 'x' does not know 'blue'"},
      {OptionType::choice_list, {"red"}, false, "option 'x' wants a list of words, not 'red'"},
      {OptionType::text_list, {"a", ""}, true, "option 'x' holds an empty text"},
      {OptionType::duration, {"5"}, false, "option 'x': '5' is not a duration: it has no unit"},
      {OptionType::duration_range, {"2s..1s"}, false, "option 'x': the range '2s..1s' ends before it starts"},
  };
  for (const auto& c : cases) {
    try {
      parse_option(spec(c.type), c.items, c.is_list);
      ADD_FAILURE() << "accepted: " << c.message;
    } catch (const Error& error) {
      EXPECT_EQ(error.message(), c.message);
      EXPECT_EQ(error.code(), ExitCode::usage);
    }
  }
}

TEST(Option, RangesHoldForNumbersAndDurations) {
  OptionSpec number{.name = "n", .type = OptionType::integer, .unit = "rows", .min = 2, .max = 5};
  EXPECT_NO_THROW(parse_option(number, Items{"2"}, false));
  EXPECT_NO_THROW(parse_option(number, Items{"5"}, false));
  EXPECT_THROW(parse_option(number, Items{"1"}, false), Error);
  EXPECT_THROW(parse_option(number, Items{"6"}, false), Error);
  OptionSpec wait{.name = "w", .type = OptionType::duration_range, .min = 1, .max = 1000};
  EXPECT_NO_THROW(parse_option(wait, Items{"1ms..1s"}, false));
  EXPECT_THROW(parse_option(wait, Items{"0ms..1s"}, false), Error);
  EXPECT_THROW(parse_option(wait, Items{"1ms..1001ms"}, false), Error);
}

TEST(Options, DefaultsFillOnlyWhatIsMissing) {
  static constexpr std::array<OptionSpec, 4> specs{{
      {.name = "list", .type = OptionType::text_list, .default_text = "a, b"},
      {.name = "wait", .type = OptionType::duration, .default_text = "1s"},
      {.name = "given", .type = OptionType::integer, .default_text = "1"},
      {.name = "none"},
  }};
  Options options;
  options.set("given", std::int64_t{7});
  add_defaults(specs, options);
  EXPECT_EQ(options.list("list"), (Items{"a", "b"}));
  EXPECT_EQ(options.duration("wait"), 1s);
  EXPECT_EQ(options.integer("given"), 7);
  EXPECT_FALSE(options.has("none"));
  EXPECT_EQ(options.text("none"), "");
  EXPECT_THROW(options.integer("undeclared"), std::logic_error);
}

}  // namespace runner
