#include "runner/postgres/url.hpp"

#include "runner/core/error.hpp"

#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

using namespace runner;

static DatabaseUrl parse(const std::string& text) {
  return DatabaseUrl::parse(Secret(text), "DATABASE_URL");
}

static Error refusal(const std::string& text) {
  try {
    parse(text);
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "not refused";
  return Error{ExitCode::passed, ""};
}

/// The environment variables that libpq reads decide what a test sees.
class DatabaseUrlTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name :
         {"PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGSSLMODE", "PGSERVICE"})
      unsetenv(name);
  }
  void TearDown() override { SetUp(); }
};

TEST_F(DatabaseUrlTest, ReadsAUri) {
  const DatabaseUrl url = parse("postgresql://ann@db.internal:5433/orders?application_name=ci");
  EXPECT_EQ(url.get("host"), "db.internal");
  EXPECT_EQ(url.get("port"), "5433");
  EXPECT_EQ(url.get("user"), "ann");
  EXPECT_EQ(url.get("dbname"), "orders");
  EXPECT_EQ(url.get("application_name"), "ci");
  EXPECT_EQ(url.describe(), "orders on db.internal:5433");
  EXPECT_FALSE(url.local());
}

TEST_F(DatabaseUrlTest, ReadsKeywordsAndValues) {
  const DatabaseUrl url = parse("host=localhost port=5433 dbname='my orders' user=ann");
  EXPECT_EQ(url.describe(), "my orders on localhost:5433");
  EXPECT_EQ(url.uri(), "postgresql://ann@localhost:5433/my%20orders");
  EXPECT_TRUE(url.local());
}

TEST_F(DatabaseUrlTest, IsEmptyForABlankText) {
  EXPECT_TRUE(parse(" \n").empty());
  EXPECT_EQ(parse("").describe(), "no database");
}

TEST_F(DatabaseUrlTest, AsksForTlsOnARemoteHostOnly) {
  EXPECT_EQ(parse("postgresql://db.internal/orders").get("sslmode"), "require");
  EXPECT_EQ(parse("postgresql://db.internal/orders?sslmode=disable").get("sslmode"), "disable");
  EXPECT_EQ(parse("postgresql://db.internal/orders?sslmode=verify-full").get("sslmode"), "verify-full");
  EXPECT_EQ(parse("postgresql://localhost/orders").get("sslmode"), "");
  EXPECT_EQ(parse("postgresql://127.0.0.2/orders").get("sslmode"), "");
  EXPECT_EQ(parse("postgresql://[::1]/orders").get("sslmode"), "");
  EXPECT_EQ(parse("postgresql:///orders?host=/run/pg").get("sslmode"), "");
  EXPECT_EQ(parse("postgresql://localhost,db.internal/orders").get("sslmode"), "require");
  EXPECT_EQ(parse("host=localhost hostaddr=192.0.2.7 dbname=orders").get("sslmode"), "require");
}

TEST_F(DatabaseUrlTest, LeavesTlsToTheEnvironmentAndToServices) {
  setenv("PGSSLMODE", "verify-ca", 1);
  EXPECT_EQ(parse("postgresql://db.internal/orders").get("sslmode"), "");
  unsetenv("PGSSLMODE");
  EXPECT_EQ(parse("service=orders").get("sslmode"), "");
  EXPECT_EQ(parse("service=orders dbname=shop").describe(), "shop on service orders");
}

TEST_F(DatabaseUrlTest, TakesTheHostFromTheEnvironment) {
  setenv("PGHOST", "db.internal", 1);
  setenv("PGPORT", "6000", 1);
  const DatabaseUrl url = parse("dbname=orders");
  EXPECT_EQ(url.describe(), "orders on db.internal:6000");
  EXPECT_EQ(url.get("sslmode"), "require");
}

TEST_F(DatabaseUrlTest, ShowsSocketsAndHostLists) {
  EXPECT_EQ(parse("postgresql:///orders?host=/run/pg").describe(), "orders on /run/pg");
  EXPECT_EQ(parse("postgresql:///orders?host=/run/pg&port=6000").uri(),
            "postgresql:///orders?host=/run/pg&port=6000");
  EXPECT_EQ(parse("postgresql://a:1,b:2/orders").describe(), "orders on a:1,b:2");
  EXPECT_EQ(parse("postgresql://a:1,b:2/orders").uri(), "postgresql://a:1,b:2/orders?sslmode=require");
  EXPECT_EQ(parse("postgresql://[::1]:7/orders").uri(), "postgresql://[::1]:7/orders");
}

TEST_F(DatabaseUrlTest, WritesAUriThatReadsBackTheSame) {
  const DatabaseUrl url = DatabaseUrl{}
                              .with("host", "/run/my pg")
                              .with("user", "o'neil@corp")
                              .with("dbname", "a/b?c#d%e")
                              .with("options", "-c work_mem=1MB");
  EXPECT_EQ(parse(url.uri()).parameters(), url.parameters());
}

TEST_F(DatabaseUrlTest, NeverShowsThePassword) {
  const std::string password = R"(p@ss:/?#[]!$&'()*+,;=% "\<>^`{|}~)";
  const DatabaseUrl url =
      DatabaseUrl{}.with("host", "localhost").with("user", "u").with("password", password);
  EXPECT_EQ(url.parameters().at("password"), password);
  EXPECT_EQ(url.get("password"), "");
  EXPECT_EQ(url.uri(), "postgresql://u@localhost/");
  EXPECT_EQ(url.describe(), "u on localhost:5432");
  EXPECT_EQ(hide_secrets("login with " + password + " failed"), "login with [hidden] failed");
}

TEST_F(DatabaseUrlTest, HidesThePasswordAsItWasSpelled) {
  parse("postgresql://u:spe%6cled%20S0@localhost/d");
  EXPECT_EQ(hide_secrets("spelled S0|spe%6cled%20S0|spelled%20S0"), "[hidden]|[hidden]|[hidden]");
}

TEST_F(DatabaseUrlTest, RefusesAPasswordThatItsOwnCharactersCutInTwo) {
  for (const char* password :
       {"pa@ss", "pa/ss", "pa?ss", "pa#ss", "p/a@ss", "se#cr/et", "a@b?c", "@", "/", "1/2"}) {
    try {
      parse(fmt::format("postgres://joe:{}@db.internal:5432/orders", password));
      FAIL() << password;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      EXPECT_EQ(error.message(), "DATABASE_URL is no address of a PostgreSQL database");
      EXPECT_EQ(error.reason().find("joe"), std::string::npos);
    }
  }
  EXPECT_EQ(parse("postgres://db.internal/a@b").get("dbname"), "a@b");
  EXPECT_EQ(parse("postgres://joe@db.internal/orders?application_name=a@b").get("user"), "joe");
}

TEST_F(DatabaseUrlTest, NamesAnUnknownParameterAndTheNearestOne) {
  const Error error = refusal("postgresql://localhost/orders?sslmod=require");
  EXPECT_EQ(error.code(), ExitCode::usage);
  EXPECT_EQ(error.message(), "DATABASE_URL has the unknown parameter 'sslmod'");
  EXPECT_EQ(error.advice(), "use 'sslmode'");
  EXPECT_EQ(refusal("host=localhost prot=5432").message(), "DATABASE_URL has the unknown parameter 'prot'");
}

TEST_F(DatabaseUrlTest, KnowsParametersOfOtherTools) {
  const Error error = refusal("postgresql://localhost:6543/orders?pgbouncer=true");
  EXPECT_EQ(error.message(), "DATABASE_URL has the parameter 'pgbouncer', which PostgreSQL does not know");
  EXPECT_EQ(error.advice(), "remove 'pgbouncer=…' from DATABASE_URL");
}

/// Where somebody forgot the host, the port is the password.
TEST_F(DatabaseUrlTest, RefusesAPortThatIsNoneWithoutRepeatingIt) {
  for (const std::string text :
       {"postgres://u:word@h:54x32/d", "postgres://u:word@h:99999/d", "postgres://u:word@h:0/d",
        "postgres://u:word@h:-1/d", "host=h port=7e1 password=word", "postgres://joe:54321word",
        "postgresql:///d?port=12.5"}) {
    const Error error = refusal(text);
    EXPECT_EQ(error.code(), ExitCode::usage) << text;
    EXPECT_EQ(error.message(), "the port in DATABASE_URL is no number from 1 to 65535") << text;
    EXPECT_EQ(error.text().find("word"), std::string::npos) << error.text();
  }
  EXPECT_EQ(refusal("postgres://a:1,b:c/d").message(),
            "the port of host 2 in DATABASE_URL is no number from 1 to 65535");
  EXPECT_EQ(refusal("host=a,b port=1,2,3").message(), "DATABASE_URL has 3 ports for 2 hosts");
}

TEST_F(DatabaseUrlTest, TakesThePortsThatLibpqTakes) {
  EXPECT_EQ(parse("postgres://a:1,b/d").get("port"), "1,");
  EXPECT_EQ(parse("host=a,b port=65535").get("port"), "65535");
  EXPECT_EQ(parse("host=a port=' 7 '").get("port"), " 7 ");
}

TEST_F(DatabaseUrlTest, RefusesATextWithoutRepeatingAnyOfIt) {
  for (const std::string text :
       {"postgresql://u:se/cret?word=1@localhost/d", "host=localhost password=my secretword",
        "password=my secretword=x host=localhost", "postgresql://u:secret%zzword@localhost/d",
        "jdbc:postgresql://u:secretword@h/d", "secretword", "postgresql://u:pa?secretword=1@[::1/d"}) {
    const Error error = refusal(text);
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_EQ(error.text().find("secret"), std::string::npos) << error.text();
    EXPECT_EQ(error.text().find("word="), std::string::npos) << error.text();
    EXPECT_EQ(error.message(), "DATABASE_URL is no address of a PostgreSQL database");
  }
}
