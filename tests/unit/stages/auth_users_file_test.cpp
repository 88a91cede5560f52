#include "stages/auth_users/auth_users_file.hpp"
#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/secret.hpp"
#include "stages/auth_users/auth_passwords.hpp"

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

static const std::string good = R"(# The people.
version: 1
link:
  table: public.app_users
  email: email
  id: auth_user_id
users:
  - email: admin@example.org
    id: 7b1f5a52-1111-4222-8333-444455556666
    password_variable: ADMIN_PASSWORD
    user_metadata: { full_name: Ada, floor: 3 }
    app_metadata: { role: ADMIN }
  - email: viewer@example.org
    generate_password: true
)";

TEST(AuthUsersFile, IsRead) {
  const AuthUsersFile file = parse_auth_users("auth_users.yml", good);
  ASSERT_TRUE(file.link);
  EXPECT_EQ(file.link->table, "public.app_users");
  EXPECT_EQ(file.link->id_column, "auth_user_id");
  ASSERT_EQ(file.users.size(), 2U);
  EXPECT_EQ(file.users[0].id, "7b1f5a52-1111-4222-8333-444455556666");
  EXPECT_EQ(file.users[0].password_variable, "ADMIN_PASSWORD");
  EXPECT_EQ(file.users[0].user_metadata, R"({"full_name":"Ada","floor":3})");
  EXPECT_EQ(file.users[0].app_metadata, R"({"role":"ADMIN"})");
  EXPECT_EQ(file.users[1].email, "viewer@example.org");
  EXPECT_TRUE(file.users[1].generate_password);
}

TEST(AuthUsersFile, IsReadAsTheReadmeAndTheExampleHaveIt) {
  const std::filesystem::path root = RUNNER_SOURCE_DIR;
  EXPECT_EQ(read_auth_users(root / "pipelines/sira/seeds/auth_users.yml", root).users.size(), 4U);
  const std::string readme = read_file(root / "README.md");
  const std::size_t begin = readme.find("version: 1\nlink:");
  ASSERT_NE(begin, std::string::npos);
  const AuthUsersFile file =
      parse_auth_users("README.md", readme.substr(begin, readme.find("```", begin) - begin));
  EXPECT_EQ(file.users.at(0).app_metadata, R"({"team":"finance"})");
}

static Error error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  return Error{ExitCode::passed, "nothing was thrown"};
}

/// `good` with one line replaced, or left out.
static std::string with_line(const std::string& line, const std::string& instead) {
  std::string text = good;
  const std::size_t at = text.find(line);
  EXPECT_NE(at, std::string::npos) << line;
  return text.replace(at, line.size(), instead);
}

struct BadFile {
  std::string line;
  std::string instead;
  std::string text;  ///< the beginning of the error's text
};

class AuthUsersFileRefuses : public testing::TestWithParam<BadFile> {};

TEST_P(AuthUsersFileRefuses, WhatItDoesNotKnowAndNeverShowsAPassword) {
  const Error error =
      error_of([] { parse_auth_users("auth_users.yml", with_line(GetParam().line, GetParam().instead)); });
  EXPECT_EQ(error.code(), ExitCode::usage);
  EXPECT_TRUE(error.text().starts_with("error: auth_users.yml:" + GetParam().text)) << error.text();
  EXPECT_EQ(error.text().find("hunter2"), std::string::npos) << error.text();
}

INSTANTIATE_TEST_SUITE_P(
    Each, AuthUsersFileRefuses,
    testing::Values(
        BadFile{"version: 1\n", "", "2:1: the file has no version\n"},
        BadFile{"version: 1", "version: 2", "2:10: this version of the file is not known\n"},
        BadFile{"link:", "links:", "3:1: unknown key 'links' in the file\n  hint: did you mean 'link'?\n"},
        BadFile{"  id: auth_user_id\n", "", "4:3: 'id' is missing\n"},
        BadFile{"public.app_users", "public.app-users", "4:10: 'public.app-users' is no table\n"},
        BadFile{"public.app_users", "'a; DROP TABLE b'", "4:10: 'a; DROP TABLE b' is no table\n"},
        BadFile{"  id: auth_user_id", "  id: a.b", "6:7: 'a.b' is no column\n"},
        BadFile{
            "password_variable: ADMIN_PASSWORD", "password: hunter2",
            "10:5: 'password': a password does not belong into a file\n  hint: put it into an environment "
            "variable"},
        BadFile{"password_variable: ADMIN_PASSWORD", "pasword: hunter2",
                "10:5: unknown key 'pasword' in a user\n"},
        BadFile{"password_variable: ADMIN_PASSWORD", "password_variable: hunter2",
                "10:24: 'password_variable' is not the name of a variable\n"},
        BadFile{"password_variable: ADMIN_PASSWORD", "password_variable: [hunter2]",
                "10:24: 'password_variable' wants a text, not a list\n"},
        BadFile{"    password_variable: ADMIN_PASSWORD\n", "",
                "8:5: admin@example.org has no way to a password\n"},
        BadFile{"email: admin@example.org", "email: Admin@example.org",
                "8:12: 'Admin@example.org' has capitals\n"},
        BadFile{"email: admin@example.org", "email: admin", "8:12: 'admin' is no e-mail address\n"},
        BadFile{"email: admin@example.org", "email: viewer@example.org",
                "13:12: viewer@example.org is listed twice\n"},
        BadFile{"7b1f5a52-1111", "7B1F5A52-1111",
                "9:9: '7B1F5A52-1111-4222-8333-444455556666' is no UUID in small letters\n"},
        BadFile{"generate_password: true", "generate_password: yes",
                "14:24: 'generate_password' is true or false\n"},
        BadFile{"app_metadata: { role: ADMIN }", "app_metadata: ADMIN",
                "12:19: 'app_metadata' wants a map, not a text\n"},
        BadFile{"{ role: ADMIN }", "{ role: ADMIN, role: VIEWER }", "12:34: "},
        BadFile{"password_variable: ADMIN_PASSWORD", "password: \"hunter2", ""},
        BadFile{
            "    app_metadata:", "    user_metadata: { password: hunter2 }\n    app_metadata:", "12:5: "}));

TEST(AuthUsersFile, WantsUsers) {
  EXPECT_EQ(error_of([] { parse_auth_users("f.yml", "version: 1\nusers: []\n"); }).message(),
            "the file has no users");
  EXPECT_EQ(error_of([] { parse_auth_users("f.yml", "- 1\n"); }).message(),
            "the file is a map of keys, not a list");
}

class AuthPasswords : public testing::Test {
 protected:
  void TearDown() override { ::unsetenv("ADMIN_PASSWORD"); }
  AuthUsersFile file_ = parse_auth_users("auth_users.yml", good);
};

TEST_F(AuthPasswords, ComeFromTheEnvironmentOrAreGenerated) {
  ::setenv("ADMIN_PASSWORD", "correct horse", 1);
  const std::vector<AuthPassword> passwords = passwords_for(file_, true);
  EXPECT_EQ(passwords.at(0).text.reveal(), "correct horse");
  EXPECT_FALSE(passwords.at(0).generated);
  EXPECT_EQ(passwords.at(1).text.reveal().size(), 23U);
  EXPECT_TRUE(passwords.at(1).generated);
  EXPECT_EQ(hide_secrets("it said: correct horse, " + passwords[1].text.reveal()),
            "it said: [hidden], [hidden]");
}

TEST_F(AuthPasswords, AreNotGeneratedInPlaceOfOneThatIsNotSet) {
  const Error error = error_of([&] { passwords_for(file_, true); });
  EXPECT_EQ(error.code(), ExitCode::usage);
  EXPECT_EQ(error.message(), "auth_users.yml wants passwords that are not set: ADMIN_PASSWORD");
}

TEST_F(AuthPasswords, AreNotGeneratedWhereNobodyWouldSeeThem) {
  ::setenv("ADMIN_PASSWORD", "", 1);
  const Error error = error_of([&] { passwords_for(file_, false); });
  EXPECT_EQ(error.message(),
            "auth_users.yml wants passwords that are not set: ADMIN_PASSWORD, none is named for "
            "viewer@example.org");
}

TEST_F(AuthPasswords, AreRefusedWithoutBeingShown) {
  const std::pair<std::string, std::string> cases[] = {
      {"12345", "has fewer than 6 characters"},
      {std::string(73, 'p'), "has more than the 72 bytes that bcrypt looks at"},
      {"caf\xE9 caf\xE9", "is not UTF-8"},
  };
  for (const auto& [password, why] : cases) {
    ::setenv("ADMIN_PASSWORD", password.c_str(), 1);
    const Error error = error_of([&] { passwords_for(file_, true); });
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_EQ(error.message(), "ADMIN_PASSWORD, the password of admin@example.org, " + why);
    EXPECT_EQ(error.text().find(password), std::string::npos);
  }
}

}  // namespace runner
