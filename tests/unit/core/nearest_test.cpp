#include "runner/core/nearest.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

static const std::vector<std::string_view> words{"migrate", "migrate:check", "migrate:rollback", "run",
                                                 "list"};

TEST(Nearest, FindsTheWordThatWasMeant) {
  const struct {
    const char *typed, *meant;
  } cases[] = {{"migrate:chekc", "migrate:check"},
               {"migrte", "migrate"},
               {"migrate", "migrate"},
               {"rnu", "run"},
               {"lst", "list"},
               {"migrate-check", "migrate:check"},
               {"deploy", ""},
               {"", ""},
               {"x", ""},
               {"Migrate", "migrate"},
               {"LIST", "list"},
               {"MIGRATE:CHECK", "migrate:check"}};
  for (const auto& c : cases) EXPECT_EQ(nearest(c.typed, words), c.meant) << c.typed;
}

TEST(Nearest, ACandidateThatSharesNothingIsNotNear) {
  const std::vector<std::string_view> shorts{"a", "by"};
  EXPECT_EQ(nearest("x", shorts), "");
  EXPECT_EQ(nearest("xz", shorts), "");
}

TEST(Nearest, ALongWordIsNotLookedAt) {
  EXPECT_EQ(nearest(std::string(100'000, 'a'), words), "");
}

TEST(Suggest, OffersTheNearestOrAll) {
  EXPECT_EQ(suggest("lits", words), "did you mean 'list'?");
  EXPECT_EQ(suggest("deploy", words), "use one of migrate, migrate:check, migrate:rollback, run, list");
  EXPECT_EQ(suggest("deploy", {}), "");
}

}  // namespace runner
