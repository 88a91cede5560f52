#include "runner/core/place.hpp"

#include <string>

#include <gtest/gtest.h>

namespace runner {

TEST(Place, IsWrittenAsFarAsItIsKnown) {
  EXPECT_EQ((Place{"a.sql", 0, 0, ""}.str()), "a.sql");
  EXPECT_EQ((Place{"a.sql", 3, 0, ""}.str()), "a.sql:3");
  EXPECT_EQ((Place{"a.sql", 3, 7, ""}.str()), "a.sql:3:7");
  EXPECT_FALSE(Place{}.known());
}

TEST(Excerpt, PutsTheCaretBelowTheCharacter) {
  const struct {
    std::string line;
    int column;
    std::string expected;
  } cases[] = {
      {"", 1, ""},
      {"abc", 0, "  abc\n"},
      {"abc", 1, "  abc\n  ^\n"},
      {"abc", 4, "  abc\n     ^\n"},
      {"äöü x", 5, "  äöü x\n      ^\n"},
      {"\tx", 2, "   x\n   ^\n"},
  };
  for (const auto& c : cases) EXPECT_EQ((Place{"f", 1, c.column, c.line}.excerpt()), c.expected) << c.line;
}

/// The character of `lines` above the caret.
static std::string above_caret(const std::string& lines) {
  const std::size_t caret = lines.find('^') - lines.find('\n') - 1;
  std::size_t at = 0;
  for (std::size_t seen = 0; seen < caret; ++at)
    if ((lines[at + 1] & 0xC0) != 0x80) ++seen;
  std::size_t end = at + 1;
  while ((lines[end] & 0xC0) == 0x80) ++end;
  return lines.substr(at, end - at);
}

TEST(Excerpt, CutsALongLineAroundTheCaret) {
  for (const char* filler : {"a", "ä"})
    for (const std::size_t before : {0U, 1U, 37U, 38U, 39U, 100U, 260U, 290U, 299U}) {
      std::string line;
      for (std::size_t i = 0; i < 300; ++i) line += i == before ? "|" : filler;
      const std::string shown = Place{"f", 1, static_cast<int>(before) + 1, line}.excerpt();
      EXPECT_EQ(above_caret(shown), "|") << filler << before << '\n' << shown;
      std::size_t width = 0;
      for (std::size_t i = 0; shown[i] != '\n'; ++i) width += (shown[i] & 0xC0) != 0x80;
      EXPECT_LE(width, 78U) << shown;
    }
}

TEST(Excerpt, ControlCharactersDoNotMoveTheCaret) {
  const std::string shown = Place{"f", 1, 6, "a\x1b[1mb|"}.excerpt();
  EXPECT_EQ(shown.find('\x1b'), std::string::npos);
}

}  // namespace runner
