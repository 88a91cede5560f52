#include "runner/migration/check_hints.hpp"

#include <gtest/gtest.h>

namespace runner {

using Texts = std::vector<std::string>;

TEST(CheckHints, FindTheConstantsOfAConstraint) {
  const CheckHints list = check_hints("CHECK ((status = ANY (ARRAY['OPEN'::text, 'IT''S'::text])))");
  EXPECT_EQ(list.words, (Texts{"OPEN", "IT'S"}));
  EXPECT_EQ(check_hints("CHECK ((code ~ '^[A-Z]+$'::text))").patterns, Texts{"^[A-Z]+$"});
  EXPECT_EQ(check_hints("CHECK ((path ~~ '/home/%'::text))").likes, Texts{"/home/%"});
  EXPECT_TRUE(check_hints("CHECK ((name <> ''::text))").words.empty());
  EXPECT_EQ(check_hints("CHECK (((score >= (0)::numeric) AND (score <= (100)::numeric)))").numbers,
            (std::vector<long long>{0, 100}));
  EXPECT_EQ(check_hints("FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')").mentioned,
            (Texts{"2026-01-01", "2027-01-01"}));
  EXPECT_TRUE(check_hints("CHECK ((col2 IS NOT NULL))").numbers.empty());
}

}  // namespace runner
