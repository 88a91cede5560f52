#include "runner/core/text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace runner {

static const std::string bad = "\xEF\xBF\xBD";

TEST(CleanText, LetsThroughWhatXmlAndTerminalsTake) {
  const struct {
    std::string raw, clean;
  } cases[] = {
      {"", ""},
      {"a\tb\nc", "a\tb\nc"},
      {"a\r\nb\rc\r", "a\nb\nc\n"},
      {"äß€😀", "äß€😀"},
      {std::string("a\0b", 3), "ab"},
      {"a\x07"
       "b\x7f",
       "ab"},
      {"\x1b[31mred\x1b[0m", "red"},
      {"\x1b[1;32;4mx", "x"},
      {"a\x1b", "a"},
      {"a\x1b[", "a"},
      {"a\x1b[31", "a"},
      {"a\x1b[3\xC3\xA4", "aä"},
      {"\x1b]0;title\x07x", "x"},
      {"\x1b]8;;http://a\x1b\\link", "link"},
      {"\x1b(Bx", "x"},
      {"\xC2\x9B"
       "31mred",
       "31mred"},
      {"a\xFF"
       "b",
       "a" + bad + "b"},
      {"\xC0\xAF", bad + bad},
      {"\xED\xA0\x80", bad + bad + bad},
      {"\xF4\x90\x80\x80", bad + bad + bad + bad},
      {"\xE2\x82", bad + bad},
      {"\xEF\xBF\xBF", bad},
  };
  for (const auto& c : cases) EXPECT_EQ(clean_text(c.raw), c.clean) << testing::PrintToString(c.raw);
}

TEST(InvalidUtf8, IsFoundWhereItStarts) {
  EXPECT_EQ(find_invalid_utf8("äöü"), std::nullopt);
  EXPECT_EQ(find_invalid_utf8("ab\x80"), 2U);
  EXPECT_EQ(find_invalid_utf8("\xC3"), 0U);
  EXPECT_EQ(find_invalid_utf8("\xF0\x8F\xBF\xBF"), 0U);
  EXPECT_EQ(find_invalid_utf8("\xF4\x8F\xBF\xBF"), std::nullopt);
}

TEST(ByteOffset, CountsCharactersFromOne) {
  EXPECT_EQ(byte_offset("äbc", 1), 0U);
  EXPECT_EQ(byte_offset("äbc", 2), 2U);
  EXPECT_EQ(byte_offset("äbc", 4), 4U);
  EXPECT_EQ(byte_offset("", 1), 0U);
  EXPECT_EQ(byte_offset("a", 99), 1U);
}

TEST(PlaceAt, CountsLinesAndCharacters) {
  const struct {
    std::string text;
    std::size_t offset;
    int line, column;
    const char* source_line;
  } cases[] = {
      {"", 0, 1, 1, ""},
      {"abc", 0, 1, 1, "abc"},
      {"abc", 3, 1, 4, "abc"},
      {"abc", 99, 1, 4, "abc"},
      {"a\nbc\nd", 3, 2, 2, "bc"},
      {"a\nbc\nd", 1, 1, 2, "a"},
      {"a\n", 2, 2, 1, ""},
      {"a\r\nbc\r\n", 4, 2, 2, "bc"},
      {"ä€x", 5, 1, 3, "ä€x"},
      {"\xEF\xBB\xBFx", 3, 1, 1, "x"},
      {"\xEF\xBB\xBFx\ny", 5, 2, 1, "y"},
      {"\xEF\xBB\xBF", 0, 1, 1, ""},
  };
  for (const auto& c : cases) {
    const Place place = place_at("f", c.text, c.offset);
    EXPECT_EQ(place.line, c.line) << c.text << c.offset;
    EXPECT_EQ(place.column, c.column) << c.text << c.offset;
    EXPECT_EQ(place.source_line, c.source_line) << c.text << c.offset;
  }
}

TEST(CountOf, KnowsOneAndMany) {
  EXPECT_EQ(count_of(0, "file"), "0 files");
  EXPECT_EQ(count_of(1, "file"), "1 file");
  EXPECT_EQ(count_of(2, "entry", "entries"), "2 entries");
}

TEST(Trimmed, TakesSpaceFromBothEnds) {
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed(" \n"), "");
  EXPECT_EQ(trimmed(""), "");
}

TEST(PercentEncoded, LeavesOnlyWhatIsPlain) {
  EXPECT_EQ(percent_encoded(""), "");
  EXPECT_EQ(percent_encoded("a.b-c_d~e9"), "a.b-c_d~e9");
  EXPECT_EQ(percent_encoded("ada+x@example.org&page=2"), "ada%2Bx%40example.org%26page%3D2");
}

}  // namespace runner
