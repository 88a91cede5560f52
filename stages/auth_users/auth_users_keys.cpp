#include "stages/auth_users/auth_users_keys.hpp"

#include "runner/report/auth_users_schema.hpp"

#include <array>

namespace runner {

static constexpr std::array link_options{
    OptionSpec{.name = "table", .help = "The application's own table of people", .required = true},
    OptionSpec{.name = "email", .help = "Its column by which a person is found", .required = true},
    OptionSpec{.name = "id", .help = "Its column that gets the account's id", .required = true},
};

static constexpr std::array user_options{
    OptionSpec{.name = "email", .help = "Address to log in with, in small letters", .required = true},
    OptionSpec{.name = "id", .help = "Id of a new account, a UUID; without one, any"},
    OptionSpec{.name = "password_variable", .help = "Environment variable that holds the password"},
    OptionSpec{.name = "generate_password",
               .type = OptionType::boolean,
               .help = "Whether a password is made up, and shown once, where the variable is not set",
               .default_text = "false"},
};

static constexpr std::array metadata_options{
    OptionSpec{.name = "user_metadata", .help = "What the person may change: any map"},
    OptionSpec{.name = "app_metadata", .help = "What only the back end may change: any map"},
};

static constexpr std::string_view link_help =
    "The application's own people, each of whom gets the account's id";
static constexpr std::string_view users_help = "The accounts; passwords are never written here";

static std::vector<std::string_view> names_of(std::span<const OptionSpec> options) {
  std::vector<std::string_view> names;
  for (const OptionSpec& option : options) names.push_back(option.name);
  return names;
}

std::vector<std::string_view> auth_top_keys() {
  return {"version", "link", "users"};
}
std::vector<std::string_view> auth_link_keys() {
  return names_of(link_options);
}
std::vector<std::string_view> auth_user_keys() {
  return names_of(joined(user_options, metadata_options));
}

std::string auth_users_file_schema() {
  static constexpr std::array link_patterns{TextPattern{"table", auth_pattern::table},
                                            TextPattern{"email", auth_pattern::column},
                                            TextPattern{"id", auth_pattern::column}};
  static constexpr std::array user_patterns{TextPattern{"email", auth_pattern::address},
                                            TextPattern{"id", auth_pattern::uuid},
                                            TextPattern{"password_variable", auth_pattern::variable}};
  return auth_users_schema({.help = "The people who can log in",
                            .link = {link_help, link_options, link_patterns},
                            .users = {users_help, user_options, user_patterns},
                            .metadata = metadata_options});
}

}  // namespace runner
