// Comments, owners and privileges: what is said about a thing.

#include "stages/draft/catalogue_words.hpp"
#include "stages/draft/inverse.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

static constexpr std::array<std::string_view, 6> note_kinds{
    "comment", "owner", "grant", "revoke", "security label", "default privileges"};

bool is_note(std::string_view kind) {
  return std::find(note_kinds.begin(), note_kinds.end(), kind) != note_kinds.end();
}

static Inverse gap_of(const CatalogueDifference& difference, std::string_view why) {
  return {{}, fmt::format("{}: {}", difference.text(), why)};
}

/// How COMMENT ON and ALTER name the thing behind a key: "TABLE public.t", "COLUMN public.t.c".
static std::string named(std::string_view key) {
  const auto parts = split_key(key);
  if (!parts) return {};
  std::string identity{parts->identity};
  if (const auto on = parts_around(identity, " on ")) {
    constexpr std::string_view domain = "domain ";
    const bool of_domain = on->second.starts_with(domain);
    identity = fmt::format("{} ON {}{}", on->first, of_domain ? "DOMAIN " : "",
                           of_domain ? on->second.substr(domain.size()) : on->second);
  }
  if (parts->kind == "column" || parts->kind == "constraint")
    return fmt::format("{} {}", parts->kind == "column" ? "COLUMN" : "CONSTRAINT", identity);
  const auto words = words_of_kind(parts->kind);
  return words ? fmt::format("{} {}", words->words, identity) : std::string();
}

static Inverse comment_inverse(const CatalogueDifference& difference) {
  const std::string thing = named(std::string_view(difference.identity).substr(3));  // "on "
  if (thing.empty()) return gap_of(difference, "there is no draft for this kind of object");
  const bool had_one = difference.change != CatalogueChange::left_over;
  return {{fmt::format("COMMENT ON {} IS {}", thing, had_one ? string_constant(difference.before) : "NULL")},
          {}};
}

static Inverse owner_inverse(const CatalogueDifference& difference) {
  const std::string thing = named(std::string_view(difference.identity).substr(3));  // "of "
  if (thing.empty() || difference.before.empty())
    return gap_of(difference, "there is no draft for this kind of object");
  return {{fmt::format("ALTER {} OWNER TO {}", thing, difference.before)}, {}};
}

// --- Privileges ----------------------------------------------------------------------------------

namespace {
struct PrivilegeTarget {
  std::string grantee{};
  std::string columns{};  ///< " (c)" where the privileges are on a column
  std::string thing{};    ///< "TABLE public.t"; empty: none that is known
};
}  // namespace

/// Of "to X on table public.t", "from PUBLIC on function f()".
static PrivilegeTarget privilege_target(std::string_view identity) {
  identity.remove_prefix(identity.find(' ') + 1);
  const std::size_t on = identity.find(" on ");
  PrivilegeTarget target{.grantee = role_word(identity.substr(0, on))};
  const auto key = split_key(identity.substr(on + 4));
  if (!key) return target;
  if (key->kind == "column") {
    const TwoParts parts = table_and_column(key->identity);
    target.columns = fmt::format(" ({})", parts.second);
    target.thing = fmt::format("TABLE {}", parts.first);
  } else if (const auto words = words_of_kind(key->kind); words && !words->grant.empty()) {
    target.thing = fmt::format("{} {}", words->grant, key->identity);
  }
  return target;
}

static std::set<std::string> privileges_in(std::string_view list) {
  std::set<std::string> names;
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(", "), list.size());
    names.emplace(list.substr(0, end));
    list.remove_prefix(std::min(end + 2, list.size()));
  }
  return names;
}

static std::vector<std::string> without(const std::set<std::string>& names,
                                        const std::set<std::string>& known) {
  std::vector<std::string> left;
  std::set_difference(names.begin(), names.end(), known.begin(), known.end(), std::back_inserter(left));
  return left;
}

/// GRANT or REVOKE of what is in a list. A grant option needs a statement of its own.
static void add_privileges(const PrivilegeTarget& target, bool grant, const std::vector<std::string>& names,
                           Inverse& into) {
  constexpr std::string_view option = " with grant option";
  std::vector<std::string> plain;
  std::vector<std::string> with_option;
  for (const std::string& name : names) {
    const std::string bare = name.substr(0, std::min(name.find(option), name.find(" granted by ")));
    (name.find(option) == std::string::npos ? plain : with_option).push_back(bare + target.columns);
  }
  const std::string_view towards = grant ? "TO" : "FROM";
  for (const auto* list : {&plain, &with_option}) {
    if (list->empty()) continue;
    into.statements.push_back(fmt::format("{} {} ON {} {} {}{}", grant ? "GRANT" : "REVOKE",
                                          fmt::join(*list, ", "), target.thing, towards, target.grantee,
                                          grant && list == &with_option ? " WITH GRANT OPTION" : ""));
  }
}

/// A "grant" is what a grantee has beyond the default, a "revoke" what it lacks of it.
static Inverse privilege_inverse(const CatalogueDifference& difference) {
  const PrivilegeTarget target = privilege_target(difference.identity);
  if (target.thing.empty()) return gap_of(difference, "there is no draft for privileges of this kind");
  const std::set<std::string> before = privileges_in(difference.before);
  const std::set<std::string> after = privileges_in(difference.after);
  const bool grants = difference.kind == "grant";
  Inverse inverse;
  add_privileges(target, !grants, without(after, before), inverse);
  add_privileges(target, grants, without(before, after), inverse);
  return inverse;
}

// --- Default privileges --------------------------------------------------------------------------

/// "select to x", "usage with grant option to y": by grantee.
static Inverse default_privileges_inverse(const CatalogueDifference& difference) {
  const std::string_view identity = difference.identity;
  const std::size_t of = identity.find(" for ");
  const std::size_t in = identity.rfind(" in ");
  if (in == std::string_view::npos || of == std::string_view::npos)
    return gap_of(
        difference,
        "write ALTER DEFAULT PRIVILEGES by hand: without a schema, PostgreSQL's own defaults count, too");
  const std::string head = fmt::format("ALTER DEFAULT PRIVILEGES FOR ROLE {} IN SCHEMA {}",
                                       identity.substr(3, of - 3), identity.substr(in + 4));
  std::string objects{identity.substr(of + 5, in - of - 5)};
  std::transform(objects.begin(), objects.end(), objects.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  const auto split = [](const std::string& item) { return parts_around(item, " to "); };
  const std::set<std::string> before = privileges_in(difference.before);
  const std::set<std::string> after = privileges_in(difference.after);
  Inverse inverse;
  for (const std::string& item : without(after, before))
    if (const auto parts = split(item))
      inverse.statements.push_back(fmt::format("{} REVOKE {} ON {} FROM {}", head,
                                               parts->first.substr(0, parts->first.find(" with ")), objects,
                                               parts->second));
  for (const std::string& item : without(before, after))
    if (const auto parts = split(item)) {
      const std::size_t option = parts->first.find(" with grant option");
      inverse.statements.push_back(fmt::format("{} GRANT {} ON {} TO {}{}", head,
                                               parts->first.substr(0, option), objects, parts->second,
                                               option == std::string_view::npos ? "" : " WITH GRANT OPTION"));
    }
  return inverse;
}

Inverse note_inverse(const CatalogueDifference& difference) {
  if (difference.kind == "comment") return comment_inverse(difference);
  if (difference.kind == "owner") return owner_inverse(difference);
  if (difference.kind == "default privileges") return default_privileges_inverse(difference);
  if (difference.kind == "security label") return gap_of(difference, "write SECURITY LABEL by hand");
  return privilege_inverse(difference);
}

}  // namespace runner
