#include "runner/migration/target_transaction.hpp"

#include <gtest/gtest.h>

namespace runner {

using std::chrono::milliseconds;

TEST(OwnShare, IsAllOfItOnAQuietServer) {
  EXPECT_EQ(own_share({100'000'000, milliseconds(2000)}, {0, milliseconds(50)}), 100'000'000);
  EXPECT_EQ(own_share({100'000'000, milliseconds(2000)}, {0, milliseconds(0)}), 100'000'000);
}

TEST(OwnShare, LeavesOutWhatOthersGoOnToWrite) {
  EXPECT_EQ(own_share({100'000'000, milliseconds(2000)}, {2'500'000, milliseconds(50)}), 0);
  EXPECT_EQ(own_share({100'000'000, milliseconds(2000)}, {500'000, milliseconds(50)}), 80'000'000);
}

}  // namespace runner
