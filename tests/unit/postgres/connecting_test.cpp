#include "runner/postgres/connecting.hpp"

#include "runner/core/secret.hpp"
#include "runner/postgres/pooler.hpp"

#include <string>

#include <gtest/gtest.h>

using namespace runner;

static DatabaseUrl orders() {
  return DatabaseUrl{}.with("host", "db").with("port", "5432").with("dbname", "orders");
}

TEST(ConnectError, TellsTheSqlstateApartFromTheServersWords) {
  const Error error = connect_error(
      orders(),
      "connection to server at \"10.0.0.1\", port 5432 failed: FATAL:  28P01: password authentication "
      "failed for user \"ann\"\nLOCATION:  auth_failed, auth.c:337\n");
  EXPECT_EQ(error.code(), ExitCode::environment);
  EXPECT_EQ(error.message(), "cannot connect to orders on db:5432");
  EXPECT_EQ(error.reason(),
            "connection to server at \"10.0.0.1\", port 5432 failed: FATAL: password authentication failed "
            "for user "
            "\"ann\" (SQLSTATE 28P01)");
  EXPECT_EQ(error.advice(),
            "check the password; special characters in a URL must be percent-encoded ('@' is %40)");
}

TEST(ConnectError, HasAHintForEachKindOfTrouble) {
  const auto advice = [](const char* words) { return connect_error(orders(), words).advice(); };
  EXPECT_NE(advice("FATAL:  3D000: database \"x\" does not exist").find("create the database"),
            std::string::npos);
  EXPECT_NE(advice("FATAL:  28000: no pg_hba.conf entry for host").find("pg_hba.conf"), std::string::npos);
  EXPECT_NE(advice("FATAL:  28000: role \"x\" does not exist").find("user's name"), std::string::npos);
  EXPECT_NE(advice("FATAL:  53300: sorry, too many clients already").find("max_connections"),
            std::string::npos);
  EXPECT_NE(advice("failed: Connection refused").find("the server runs"), std::string::npos);
  EXPECT_NE(advice("could not translate host name \"x\"").find("host's name"), std::string::npos);
  EXPECT_NE(advice("server does not support SSL, but SSL was required").find("sslmode=disable"),
            std::string::npos);
  EXPECT_NE(advice("ERROR:  08P01: unsupported startup parameter: options").find("session pooler"),
            std::string::npos);
  EXPECT_NE(advice("fe_sendauth: no password supplied").find("PGPASSWORD"), std::string::npos);
}

TEST(ConnectError, HidesSecretsInTheLibrarysWords) {
  register_secret(Secret("hunter2-pw"));
  EXPECT_EQ(connect_error(orders(), "odd: hunter2-pw").reason(), "odd: [hidden]");
}

TEST(PoolerAddress, IsRefusedWithTheWayOut) {
  const DatabaseUrl url = orders().with("host", "aws-0-eu.pooler.supabase.com").with("port", "6543");
  try {
    refuse_pooler_address(url);
    FAIL() << "not refused";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_NE(error.advice().find("session pooler"), std::string::npos);
  }
  EXPECT_NO_THROW(refuse_pooler_address(url.with("port", "5432")));
  EXPECT_NO_THROW(refuse_pooler_address(orders().with("port", "6543")));
}
