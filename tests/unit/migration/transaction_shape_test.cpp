#include "runner/migration/execute.hpp"

#include <ostream>
#include <string_view>

#include <gtest/gtest.h>

namespace runner {

struct Shaped {
  std::string_view name;
  std::string_view sql;
  TransactionShape shape;
  friend void PrintTo(const Shaped& shaped, std::ostream* out) { *out << shaped.name; }
};

class Shapes : public testing::TestWithParam<Shaped> {};

TEST_P(Shapes, AreToldApart) {
  const SplitResult split = split_statements(GetParam().sql);
  ASSERT_TRUE(split.problems.empty());
  EXPECT_EQ(transaction_shape(split.statements, GetParam().sql), GetParam().shape) << GetParam().sql;
}

using enum TransactionShape;
INSTANTIATE_TEST_SUITE_P(
    Table, Shapes,
    testing::Values(
        Shaped{"NoControl", "SELECT 1; SELECT 2", ours},
        Shaped{"SavepointsAlone", "SAVEPOINT a; SELECT 1; ROLLBACK TO a", ours},
        Shaped{"OnePair", "-- x\nBEGIN; SELECT 1; COMMIT;", own_pair},
        Shaped{"PairWithOptions", "START TRANSACTION ISOLATION LEVEL SERIALIZABLE; SELECT 1; END TRANSACTION",
               own_pair},
        Shaped{"StatementAfterPair", "BEGIN; SELECT 1; COMMIT; SELECT 2", as_written},
        Shaped{"TwoPairs", "BEGIN; SELECT 1; COMMIT; BEGIN; SELECT 2; COMMIT", as_written},
        Shaped{"OpenBegin", "BEGIN; SELECT 1", as_written},
        Shaped{"StrayCommit", "SELECT 1; COMMIT", as_written},
        Shaped{"RolledBack", "BEGIN; SELECT 1; ROLLBACK", as_written},
        Shaped{"Chained", "BEGIN; SELECT 1; COMMIT AND CHAIN", as_written},
        Shaped{"PairThenConcurrently", "BEGIN; SELECT 1; COMMIT; CREATE INDEX CONCURRENTLY i ON t (a)",
               as_written},
        Shaped{"Concurrently", "SELECT 1; CREATE INDEX CONCURRENTLY i ON t (a)", none},
        Shaped{"Directive", "\xEF\xBB\xBF-- why\r\n\r\n--  runner:no-transaction \r\nCALL p()", none},
        Shaped{"DirectiveBelowAStatement", "SELECT 1;\n-- runner:no-transaction\nCALL p()", ours},
        Shaped{"DirectiveWithinAComment", "-- say runner:no-transaction\nSELECT 1", ours}),
    [](const auto& one) { return std::string(one.param.name); });

}  // namespace runner
