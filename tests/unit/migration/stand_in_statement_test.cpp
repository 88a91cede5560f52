#include "runner/migration/stand_in_statement.hpp"

#include <string>

#include <gtest/gtest.h>

namespace runner {

static std::string shown(const std::string& statement) {
  const auto options = index_options(statement);
  if (!options) return "none";
  return options->method + ":" + statement.substr(options->from, options->to - options->from);
}

TEST(IndexOptions, AreFoundBehindTheColumns) {
  EXPECT_EQ(shown("CREATE INDEX i ON t USING hnsw (e ops) WITH (m = 16, \"x)\" = 2) WHERE (a > 1)"),
            "hnsw:WITH (m = 16, \"x)\" = 2)");
  EXPECT_EQ(shown("create unique index concurrently on t using ivfflat ((e::v(3)) with_ops)"), "ivfflat:");
  EXPECT_EQ(shown("CREATE INDEX i ON t (e) WITH (fillfactor = 50)"), "none");
  EXPECT_EQ(shown("ALTER INDEX i SET (m = 1)"), "none");
  EXPECT_EQ(shown("CREATE INDEX i ON t USING"), "none");
  EXPECT_EQ(shown("CREATE INDEX i ON t USING hnsw (e) WITH"), "hnsw:");
}

static std::string version(const std::string& statement) {
  const auto named = named_version(statement);
  if (!named) return "none";
  return named->extension + ":" + statement.substr(named->from, named->to - named->from);
}

TEST(NamedVersion, IsFoundWhereOneIsWritten) {
  EXPECT_EQ(version("CREATE EXTENSION IF NOT EXISTS \"a-b\" WITH SCHEMA s VERSION '1.2' CASCADE"),
            "a-b:VERSION '1.2'");
  EXPECT_EQ(version("alter extension vault update to '0.3.1'"), "vault:to '0.3.1'");
  EXPECT_EQ(version("ALTER EXTENSION vault UPDATE"), "none");
  EXPECT_EQ(version("CREATE EXTENSION a"), "none");
  EXPECT_EQ(version("CREATE TABLE version (a int)"), "none");
}

}  // namespace runner
