#pragma once

#include "runner/process/child.hpp"
#include "tests/support/project_folder.hpp"
#include "tests/support/test_server.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace runner {

/// A project with accounts to make, and calls of `runner seed auth-users` in it.
struct AuthAccounts {
  explicit AuthAccounts(TestDatabase::Content content) : database(content) {
    project.write("pipeline.yml",
                  "version: 1\ndatabase: {url: \"${DATABASE_URL:-}\"}\nstages: {s: [auth-users]}\n");
    std::filesystem::create_directories(project.migrations());
    project.write("seeds/auth_users.yml", R"(version: 1
link: { table: public.app_users, email: email, id: auth_user_id }
users:
  - email: admin@sira.example.co.id
    password_variable: ADMIN_PASSWORD
    user_metadata: { full_name: Ayu Lestari }
    app_metadata: { role: ADMIN }
  - email: viewer@sira.example.co.id
    id: 7b1f5a52-1111-4222-8333-444455556666
    generate_password: true
)");
    environment = minimal_environment();
    environment["DATABASE_URL"] = database.url().uri();
    environment["ADMIN_PASSWORD"] = admin_password;
  }

  /// The application's table, as SIRA has it, behind the schema auth.
  void make_app_users() {
    sql("CREATE TABLE public.app_users (email text PRIMARY KEY, "
        "auth_user_id uuid UNIQUE REFERENCES auth.users (id) ON DELETE SET NULL)");
    sql("ALTER TABLE public.app_users OWNER TO postgres");
    sql("INSERT INTO public.app_users VALUES ('admin@sira.example.co.id'), ('viewer@sira.example.co.id'), "
        "('nobody@sira.example.co.id')");
  }

  Command command(std::vector<std::string> arguments) const {
    return {.program = RUNNER_PROGRAM,
            .arguments = std::move(arguments),
            .environment = environment,
            .folder = project.path()};
  }
  ChildResult seed(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"seed", "auth-users"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_child(command(std::move(arguments)));
  }
  Rows sql(std::string_view text) { return admin.query(text, "work for the test"); }
  /// The first column of the first row.
  std::string value(std::string_view text) { return sql(text).rows.at(0).at(0).value_or("NULL"); }

  static inline const std::string admin_password = "pa55-word-of-the-admin";
  testing::ProjectFolder project{};
  TestDatabase database;
  Session admin = database.admin();
  std::map<std::string, std::string> environment{};
};

/// What a call showed behind "password ".
inline std::string shown_password(const std::string& output) {
  static constexpr std::string_view before = "password ";
  const std::size_t at = output.find(before);
  return at == std::string::npos ? std::string() : output.substr(at + before.size(), 23);
}

}  // namespace runner
