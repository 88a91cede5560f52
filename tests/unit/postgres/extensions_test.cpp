#include "runner/postgres/shadow.hpp"

#include <gtest/gtest.h>

using namespace runner;

TEST(PackageOfAnExtension, IsKnownWhereDebianHasOne) {
  EXPECT_EQ(debian_package_of_extension("pg_trgm", 15), "postgresql-15");
  EXPECT_EQ(debian_package_of_extension("adminpack", 15), "postgresql-15");
  EXPECT_EQ(debian_package_of_extension("xml2", 15), "postgresql-15");
  EXPECT_EQ(debian_package_of_extension("vector", 16), "postgresql-16-pgvector");
  EXPECT_EQ(debian_package_of_extension("pg_sphere", 15), "postgresql-15-pgsphere");
  EXPECT_EQ(debian_package_of_extension("pg_cron", 15), "postgresql-15-cron");
  EXPECT_EQ(debian_package_of_extension("plpython3u", 15), "postgresql-plpython3-15");
}

TEST(PackageOfAnExtension, IsEmptyOtherwise) {
  for (const char* name : {"pg_graphql", "", " ", "amcheck autoinc", "trgm"})
    EXPECT_EQ(debian_package_of_extension(name, 15), "") << name;
}
