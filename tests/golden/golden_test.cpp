// Runs every case of cases/ and compares the whole of it. `ninja update-golden` rewrites them on purpose.

#include "tests/golden/golden_case.hpp"

#include <cctype>
#include <ostream>
#include <string>

#include <gtest/gtest.h>

namespace runner::golden {

/// "an_unknown_stage_is_refused" → "AnUnknownStageIsRefused"
static std::string sentence(const std::filesystem::path& file) {
  std::string name;
  bool starts_word = true;
  for (const char c : file.stem().string()) {
    const bool letter = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (letter) name += starts_word ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    starts_word = !letter;
  }
  return name;
}

class Golden : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(Golden, Call) {
  const Case expected = read_case(GetParam());
  EXPECT_EQ(to_text(run_case(expected)), to_text(expected)) << "in " << GetParam().string();
}

INSTANTIATE_TEST_SUITE_P(, Golden, testing::ValuesIn(case_files()),
                         [](const testing::TestParamInfo<std::filesystem::path>& one) {
                           return sentence(one.param);
                         });

}  // namespace runner::golden
