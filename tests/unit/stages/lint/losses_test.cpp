#include "tests/unit/stages/lint/lint_call.hpp"

#include <gtest/gtest.h>

namespace runner {

using Places = std::vector<std::string>;

static Places places(std::string_view sql) {
  return LintCall{.before = "CREATE TABLE public.a (n int, m int); CREATE TABLE public.b (n int);",
                  .sql = std::string(sql)}
      .places();
}

TEST(Losses, AreToldOnceAndAsTheWorst) {
  EXPECT_EQ(places("ALTER TABLE public.a DROP COLUMN m;"), Places{"1:22 drop-column"});
  EXPECT_EQ(places("DROP TABLE public.a;"), Places{"1:19 drop-table"});
  EXPECT_EQ(places("TRUNCATE public.b;"), Places{"1:10 truncate"});
  EXPECT_EQ(places("ALTER TABLE public.a DROP COLUMN m, DROP COLUMN n;"),
            (Places{"1:22 drop-column", "1:37 drop-column"}));
}

TEST(Losses, ThatAreExcusedStayIrreversible) {
  EXPECT_EQ(places("-- runner:allow drop-column -- nobody reads it\nALTER TABLE public.a DROP COLUMN m;"),
            Places{"2:22 irreversible"});
}

}  // namespace runner
