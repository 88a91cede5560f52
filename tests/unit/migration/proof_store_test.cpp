#include "runner/migration/proof_store.hpp"

#include <gtest/gtest.h>

namespace runner {

TEST(ProofDigest, IsTheSameHoweverTheVersionsCame) {
  const std::string expected = ProofDigest({"1", "2", "3"}).of("up", "down");
  ProofDigest in_order({"1"});
  in_order.add("2");
  in_order.add("3");
  EXPECT_EQ(in_order.of("up", "down"), expected);
  ProofDigest late({"3"});
  late.add("1");
  late.add("2");
  late.add("2");
  EXPECT_EQ(late.of("up", "down"), expected);
}

TEST(ProofDigest, DiffersWithEachOfItsParts) {
  const ProofDigest behind({"1", "2"});
  EXPECT_NE(behind.of("up", "down"), behind.of("down", "up"));
  EXPECT_NE(behind.of("up", "down"), ProofDigest({"1"}).of("up", "down"));
  EXPECT_NE(ProofDigest({"12"}).of("up", "down"), behind.of("up", "down"));
}

}  // namespace runner
