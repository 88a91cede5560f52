#include "runner/migration/catalogue_privileges.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace runner {

namespace {
/// Grantee → privileges, each with its grant option and grantor.
using Privileges = std::map<std::string, std::set<std::string>, std::less<>>;
}  // namespace

/// The elements of a one-dimensional array's text.
static std::vector<std::string> elements_of(std::string_view array) {
  std::vector<std::string> elements;
  std::string element;
  bool quoted = false;
  for (std::size_t at = 1; at < array.size(); ++at) {
    const char c = array[at];
    if (c == '\\' && at + 1 < array.size()) {
      element += array[++at];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == ',' || c == '}')) {
      if (!element.empty()) elements.push_back(std::move(element));
      element.clear();
    } else {
      element += c;
    }
  }
  return elements;
}

/// Takes a role's name, quoted where it needs to be, from the front of `item`.
static std::string take_role(std::string_view& item) {
  std::string name;
  bool quoted = false;
  std::size_t at = 0;
  for (; at < item.size() && (quoted || (item[at] != '=' && item[at] != '/')); ++at) {
    if (item[at] != '"') {
      name += item[at];
    } else if (quoted && at + 1 < item.size() && item[at + 1] == '"') {
      name += item[++at];
    } else {
      quoted = !quoted;
    }
  }
  item.remove_prefix(at);
  return name;
}

static std::string_view privilege_name(char letter) {
  switch (letter) {
    case 'r':
      return "SELECT";
    case 'a':
      return "INSERT";
    case 'w':
      return "UPDATE";
    case 'd':
      return "DELETE";
    case 'D':
      return "TRUNCATE";
    case 'x':
      return "REFERENCES";
    case 't':
      return "TRIGGER";
    case 'm':
      return "MAINTAIN";
    case 'U':
      return "USAGE";
    case 'C':
      return "CREATE";
    case 'c':
      return "CONNECT";
    case 'T':
      return "TEMPORARY";
    case 'X':
      return "EXECUTE";
    case 's':
      return "SET";
    case 'A':
      return "ALTER SYSTEM";
    default:
      return {};
  }
}

static Privileges privileges_of(std::string_view acl, std::string_view owner) {
  Privileges privileges;
  for (const std::string& element : elements_of(acl)) {
    std::string_view item = element;
    std::string grantee = take_role(item);
    if (grantee.empty()) grantee = "PUBLIC";
    const std::size_t slash = item.find('/');
    std::string_view rest = slash == std::string_view::npos ? std::string_view() : item.substr(slash + 1);
    const std::string grantor = take_role(rest);
    for (std::size_t at = 1; at < std::min(slash, item.size()); ++at) {
      if (item[at] == '*') continue;
      const std::string_view known = privilege_name(item[at]);
      std::string name = known.empty() ? std::string(1, item[at]) : std::string(known);
      if (at + 1 < item.size() && item[at + 1] == '*') name += " with grant option";
      if (!grantor.empty() && grantor != owner) name += " granted by " + grantor;
      privileges[grantee].insert(std::move(name));
    }
  }
  return privileges;
}

static void add_missing_from(const Privileges& other, const Privileges& privileges, std::string_view kind,
                             std::string_view towards, const std::string& target, Catalogue& into) {
  for (const auto& [grantee, names] : privileges) {
    const auto known = other.find(grantee);
    std::string listed;
    for (const std::string& name : names)
      if (known == other.end() || !known->second.contains(name))
        listed += (listed.empty() ? "" : ", ") + name;
    if (listed.empty()) continue;
    CatalogueObject& object = into.emplace_back();
    object.kind = kind;
    object.identity = std::string(towards) + grantee + " on " + target;
    object.definition = std::move(listed);
    object.parent = target;
  }
}

void add_privileges(std::string_view acl, std::string_view base, const std::string& target,
                    const std::string& owner, Catalogue& into) {
  if (acl == base) return;
  const Privileges actual = privileges_of(acl, owner);
  const Privileges by_itself = privileges_of(base, owner);
  add_missing_from(by_itself, actual, "grant", "to ", target, into);
  add_missing_from(actual, by_itself, "revoke", "from ", target, into);
}

}  // namespace runner
