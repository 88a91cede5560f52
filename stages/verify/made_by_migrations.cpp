#include "stages/verify/made_by_migrations.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace runner {

bool fits(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern.front() != '*')
    return !text.empty() && text.front() == pattern.front() && fits(text.substr(1), pattern.substr(1));
  for (std::size_t taken = 0; taken <= text.size(); ++taken)
    if (fits(text.substr(taken), pattern.substr(1))) return true;
  return false;
}

namespace {
using ByKey = std::unordered_map<std::string, const CatalogueObject*>;

class Matter {
 public:
  Matter(const ThreeCatalogues& seen, const Ignored& ignored);
  bool matters(const CatalogueDifference& difference) const;

 private:
  const CatalogueObject* find(const std::string& key) const;
  std::string root_of(const std::string& key) const;
  bool is_ignored(const CatalogueDifference& difference, const std::string& root) const;

  const Ignored& ignored_;
  ByKey start_;
  ByKey shadow_;
  ByKey target_;
  std::set<std::string> schemas_{"public"};  ///< that belong to the migrations
};
}  // namespace

static ByKey by_key(const Catalogue& catalogue) {
  ByKey objects;
  objects.reserve(catalogue.size());
  for (const CatalogueObject& object : catalogue) objects.emplace(object.key(), &object);
  return objects;
}

/// Kinds of things whose identity begins with a schema. Anything else belongs to none.
static bool lives_in_a_schema(std::string_view key) {
  static const std::set<std::string_view> outside{"role",
                                                  "membership",
                                                  "setting",
                                                  "database",
                                                  "tablespace",
                                                  "parameter",
                                                  "cast",
                                                  "language",
                                                  "publication",
                                                  "extension",
                                                  "foreign data wrapper",
                                                  "server",
                                                  "transform",
                                                  "subscription",
                                                  "event trigger",
                                                  "user mapping",
                                                  "access method",
                                                  "default privileges"};
  return std::none_of(outside.begin(), outside.end(), [&](std::string_view kind) {
    return key.starts_with(kind) && key.substr(kind.size()).starts_with(' ');
  });
}

/// The schema in "table public.invoices"; empty where there is none. Names may be quoted.
static std::string schema_in(std::string_view key) {
  static constexpr std::string_view schema_kind = "schema ";
  if (key.starts_with(schema_kind)) return std::string(key.substr(schema_kind.size()));
  if (!lives_in_a_schema(key)) return {};
  const std::size_t dot = key.find('.');
  if (dot == std::string_view::npos) return {};
  if (dot > 0 && key[dot - 1] == '"') {
    const std::size_t quote = key.find('"');
    return std::string(key.substr(quote, dot - quote));
  }
  const std::size_t space = key.rfind(' ', dot);
  return std::string(key.substr(space + 1, dot - space - 1));
}

Matter::Matter(const ThreeCatalogues& seen, const Ignored& ignored)
    : ignored_(ignored),
      start_(by_key(seen.start)),
      shadow_(by_key(seen.shadow)),
      target_(by_key(seen.target)) {
  for (const CatalogueObject& object : seen.shadow)
    if (object.kind == "schema" && !start_.contains(object.key())) schemas_.insert(object.identity);
}

const CatalogueObject* Matter::find(const std::string& key) const {
  for (const ByKey* side : {&shadow_, &target_})
    if (const auto found = side->find(key); found != side->end()) return found->second;
  return nullptr;
}

std::string Matter::root_of(const std::string& key) const {
  std::string root = key;
  for (int depth = 0; depth < 8; ++depth) {
    const CatalogueObject* object = find(root);
    if (object == nullptr || object->parent.empty()) break;
    root = object->parent;
  }
  return root;
}

/// "to app on table public.t" begins with the role.
static bool is_about(const CatalogueDifference& difference, const std::string& role) {
  const bool privilege = difference.kind == "grant" || difference.kind == "revoke";
  const std::string_view link = difference.kind == "grant" ? "to " : "from ";
  return privilege && difference.identity.starts_with(std::string(link) + role + " on ");
}

bool Matter::is_ignored(const CatalogueDifference& difference, const std::string& root) const {
  for (const std::string& table :
       {ignored_.history.table, std::string("runner_log"), std::string("runner_progress")}) {
    const std::string own = HistoryTable{ignored_.history.schema, table}.shown();
    if (root == "table " + own || root.starts_with("sequence " + own + "_")) return true;
  }
  if (std::any_of(ignored_.roles.begin(), ignored_.roles.end(),
                  [&](const std::string& role) { return is_about(difference, role); }))
    return true;
  const std::string schema = schema_in(root);
  const std::string root_name = root.substr(std::min(root.find(schema + "."), root.size()));
  return std::any_of(ignored_.patterns.begin(), ignored_.patterns.end(), [&](const std::string& pattern) {
    return fits(schema, pattern) || fits(root_name, pattern) || fits(difference.identity, pattern);
  });
}

bool Matter::matters(const CatalogueDifference& difference) const {
  const std::string key = difference.kind + " " + difference.identity;
  const std::string root = root_of(key);
  if (is_ignored(difference, root)) return false;
  if (difference.change == CatalogueChange::left_over) {
    const bool beside_the_migrations = schemas_.contains(schema_in(root)) && !start_.contains(root);
    const bool on_what_they_made = shadow_.contains(root) && !start_.contains(root);
    return beside_the_migrations || on_what_they_made;
  }
  // Missing, changed, in another order: a difference if a migration made it so.
  const auto before = start_.find(key);
  if (before == start_.end()) return true;
  const auto after = shadow_.find(key);
  return after != shadow_.end() && after->second->definition != before->second->definition;
}

std::vector<CatalogueDifference> differences_that_matter(const ThreeCatalogues& seen,
                                                         const Ignored& ignored) {
  const Matter matter(seen, ignored);
  std::vector<CatalogueDifference> differences = compare(seen.shadow, seen.target);
  std::erase_if(differences, [&](const CatalogueDifference& one) { return !matter.matters(one); });
  return differences;
}

}  // namespace runner
