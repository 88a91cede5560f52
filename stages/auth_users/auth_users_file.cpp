#include "stages/auth_users/auth_users_file.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/nearest.hpp"
#include "runner/yaml/yaml_file.hpp"
#include "runner/yaml/yaml_json.hpp"
#include "stages/auth_users/auth_users_keys.hpp"

#include <algorithm>
#include <regex>
#include <string_view>

#include <fmt/format.h>

namespace runner {

using Kind = YamlNode::Kind;

static std::regex regex_of(std::string_view pattern) {
  return {pattern.begin(), pattern.end()};
}

namespace {

class Reader {
 public:
  explicit Reader(const YamlFile& file) : file_(file) {}
  AuthUsersFile read() const;

 private:
  void check_keys(const YamlNode& map, std::string_view of, const std::vector<std::string_view>& known) const;
  void check_version(const YamlNode& top) const;
  const YamlNode* find(const YamlNode& map, std::string_view key, Kind kind) const;
  std::string text(const YamlNode& map, std::string_view key, bool required) const;
  std::string json(const YamlNode& map, std::string_view key) const;
  AuthLink link(const YamlNode& map) const;
  AuthUser user(const YamlNode& map) const;
  void check_password(const YamlNode& map, const AuthUser& user) const;
  void check_email(const YamlNode& map, const AuthUser& user) const;
  void refuse_duplicates(const AuthUsersFile& accounts) const;
  /// Without the line: it may hold a password that does not belong there.
  Error hidden_at(const YamlNode& node, std::string message) const;

  const YamlFile& file_;
};

}  // namespace

Error Reader::hidden_at(const YamlNode& node, std::string message) const {
  Place place = file_.place(node.offset);
  place.source_line.clear();
  return Error{ExitCode::usage, std::move(message)}.at(std::move(place));
}

void Reader::check_keys(const YamlNode& map, std::string_view of,
                        const std::vector<std::string_view>& known) const {
  if (map.kind != Kind::map)
    throw hidden_at(map, fmt::format("{} is a map of keys, not {}", of, kind_name(map)));
  for (const YamlEntry& entry : map.entries) {
    const std::string& key = entry.key.text;
    if (std::ranges::find(known, key) != known.end()) continue;
    if (key == "password" || key == "encrypted_password" || key == "password_hash")
      throw hidden_at(entry.key, fmt::format("'{}': a password does not belong into a file", key))
          .hint("put it into an environment variable and name that as 'password_variable'");
    throw hidden_at(entry.key, fmt::format("unknown key '{}' in {}", key, of)).hint(suggest(key, known));
  }
}

/// nullptr when the key is not there.
const YamlNode* Reader::find(const YamlNode& map, std::string_view key, Kind kind) const {
  for (const YamlEntry& entry : map.entries) {
    if (entry.key.text != key) continue;
    if (entry.value.kind == kind) return &entry.value;
    const std::string_view wanted = kind == Kind::scalar ? "a text" : kind == Kind::list ? "a list" : "a map";
    throw hidden_at(shown_node(entry),
                    fmt::format("'{}' wants {}, not {}", key, wanted, kind_name(entry.value)));
  }
  return nullptr;
}

std::string Reader::text(const YamlNode& map, std::string_view key, bool required) const {
  const YamlNode* node = find(map, key, Kind::scalar);
  if (node == nullptr && required)
    throw hidden_at(map, fmt::format("'{}' is missing", key)).hint(fmt::format("add a line '{}: …'", key));
  if (node != nullptr && node->text.empty()) throw file_.error_at(*node, fmt::format("'{}' is empty", key));
  return node == nullptr ? std::string() : node->text;
}

std::string Reader::json(const YamlNode& map, std::string_view key) const {
  const YamlNode* node = find(map, key, Kind::map);
  return node == nullptr ? "{}" : json_of(*node);
}

/// First of all, because a file of another version may hold keys that this one does not know.
void Reader::check_version(const YamlNode& top) const {
  if (top.kind != Kind::map)
    throw hidden_at(top, fmt::format("the file is a map of keys, not {}", kind_name(top)))
        .hint("start with 'version: 1'");
  const YamlNode* version = top.find("version");
  if (version == nullptr)
    throw hidden_at(top, "the file has no version").hint("write 'version: 1' as its first line");
  if (version->kind != Kind::scalar || version->text != "1")
    throw file_.error_at(*version, "this version of the file is not known").hint("write 'version: 1'");
}

AuthLink Reader::link(const YamlNode& map) const {
  check_keys(map, "link", auth_link_keys());
  AuthLink link{text(map, "table", true), text(map, "email", true), text(map, "id", true)};
  static const std::regex table = regex_of(auth_pattern::table);
  static const std::regex column = regex_of(auth_pattern::column);
  if (!std::regex_match(link.table, table))
    throw file_.error_at(*map.find("table"), fmt::format("'{}' is no table", link.table))
        .hint("write table or schema.table");
  for (const auto& [key, name] : {std::pair("email", link.email_column), std::pair("id", link.id_column)})
    if (!std::regex_match(name, column))
      throw file_.error_at(*map.find(key), fmt::format("'{}' is no column", name))
          .hint("write the column's name alone");
  return link;
}

void Reader::check_password(const YamlNode& map, const AuthUser& user) const {
  static const std::regex variable = regex_of(auth_pattern::variable);
  if (!user.password_variable.empty() && !std::regex_match(user.password_variable, variable))
    throw hidden_at(*map.find("password_variable"), "'password_variable' is not the name of a variable")
        .hint("write the name in capitals, such as ADMIN_PASSWORD, and never the password itself");
  if (user.password_variable.empty() && !user.generate_password)
    throw hidden_at(map, fmt::format("{} has no way to a password", user.email))
        .hint("name a 'password_variable', write 'generate_password: true', or both");
}

void Reader::check_email(const YamlNode& map, const AuthUser& user) const {
  static const std::regex address(R"([^@\s]+@[^@\s]+)");
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const YamlNode& node = *map.find("email");
  if (!std::regex_match(user.email, address))
    throw file_.error_at(node, fmt::format("'{}' is no e-mail address", user.email));
  if (std::ranges::any_of(user.email, is_capital))
    throw file_.error_at(node, fmt::format("'{}' has capitals", user.email))
        .hint("write it in small letters, as Supabase Auth keeps it");
}

AuthUser Reader::user(const YamlNode& map) const {
  check_keys(map, "a user", auth_user_keys());
  AuthUser user{.email = text(map, "email", true),
                .id = text(map, "id", false),
                .password_variable = text(map, "password_variable", false),
                .user_metadata = json(map, "user_metadata"),
                .app_metadata = json(map, "app_metadata"),
                .place = file_.place(map.find("email")->offset)};
  check_email(map, user);
  static const std::regex uuid = regex_of(auth_pattern::uuid);
  if (!user.id.empty() && !std::regex_match(user.id, uuid))
    throw file_.error_at(*map.find("id"), fmt::format("'{}' is no UUID in small letters", user.id))
        .hint("leave it out to get one, or take one from `uuidgen`");
  const std::string generate = text(map, "generate_password", false);
  if (!generate.empty() && generate != "true" && generate != "false")
    throw hidden_at(*map.find("generate_password"), "'generate_password' is true or false");
  user.generate_password = generate == "true";
  check_password(map, user);
  return user;
}

void Reader::refuse_duplicates(const AuthUsersFile& accounts) const {
  for (auto one = accounts.users.begin(); one != accounts.users.end(); ++one)
    for (auto other = accounts.users.begin(); other != one; ++other) {
      if (one->email == other->email)
        throw Error{ExitCode::usage, fmt::format("{} is listed twice", one->email)}.at(one->place);
      if (!one->id.empty() && one->id == other->id)
        throw Error{ExitCode::usage, fmt::format("{} and {} have the same id", other->email, one->email)}.at(
            one->place);
    }
}

AuthUsersFile Reader::read() const {
  const YamlNode& top = file_.root();
  check_version(top);
  check_keys(top, "the file", auth_top_keys());
  AuthUsersFile accounts;
  if (const YamlNode* map = find(top, "link", Kind::map)) accounts.link = link(*map);
  const YamlNode* list = find(top, "users", Kind::list);
  if (list == nullptr || list->items.empty())
    throw hidden_at(top, "the file has no users").hint("add a list 'users:'");
  for (const YamlNode& item : list->items) accounts.users.push_back(user(item));
  refuse_duplicates(accounts);
  return accounts;
}

/// YAML's own mistakes are shown with their line, which may hold a password that does not belong there.
static YamlFile yaml_without_lines(const std::string& shown_path, std::string text) {
  try {
    return {shown_path, std::move(text)};
  } catch (const Error& error) {
    Place place = error.place();
    place.source_line.clear();
    throw Error{error.code(), error.message()}
        .because(error.reason())
        .hint(error.advice())
        .at(std::move(place));
  }
}

AuthUsersFile parse_auth_users(std::string shown_path, std::string text) {
  const YamlFile file = yaml_without_lines(shown_path, std::move(text));
  AuthUsersFile accounts = Reader(file).read();
  accounts.shown_path = std::move(shown_path);
  return accounts;
}

AuthUsersFile read_auth_users(const std::filesystem::path& path, const std::filesystem::path& root) {
  return parse_auth_users(display_path(path, root), read_file(path, ExitCode::usage));
}

}  // namespace runner
