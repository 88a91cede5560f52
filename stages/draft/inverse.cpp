#include "stages/draft/inverse.hpp"

#include "stages/draft/catalogue_words.hpp"

#include <fmt/format.h>

namespace runner {

CatalogueIndex::CatalogueIndex(const Catalogue& catalogue) {
  for (const CatalogueObject& object : catalogue) {
    by_key_.emplace(object.key(), &object);
    if (!object.parent.empty()) by_parent_[object.parent].push_back(&object);
  }
}

const CatalogueObject* CatalogueIndex::find(const std::string& key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : found->second;
}

const std::vector<const CatalogueObject*>& CatalogueIndex::children(const std::string& key) const {
  static const std::vector<const CatalogueObject*> none;
  const auto found = by_parent_.find(key);
  return found == by_parent_.end() ? none : found->second;
}

static Inverse not_known(const CatalogueDifference& difference) {
  return {{}, fmt::format("{}: there is no draft for this kind of object", difference.text())};
}

static Inverse drop_of_part(const CatalogueDifference& difference) {
  if (difference.kind == "column") {
    const TwoParts parts = table_and_column(difference.identity);
    return {{fmt::format("ALTER TABLE IF EXISTS {} DROP COLUMN IF EXISTS {}", parts.first, parts.second)},
            {}};
  }
  const auto parts = parts_around(difference.identity, " on ");
  if (difference.kind != "constraint" || !parts) return not_known(difference);
  constexpr std::string_view domain = "domain ";
  if (parts->second.starts_with(domain))
    return {{fmt::format("ALTER DOMAIN {} DROP CONSTRAINT IF EXISTS {}", parts->second.substr(domain.size()),
                         parts->first)},
            {}};
  return {{fmt::format("ALTER TABLE IF EXISTS {} DROP CONSTRAINT IF EXISTS {}", parts->second, parts->first)},
          {}};
}

/// Things whose DROP says more than a kind and an identity.
static Inverse drop_of_other_form(const CatalogueDifference& difference) {
  const std::string& kind = difference.kind;
  const std::string& identity = difference.identity;
  if (kind == "cast") {
    const auto parts = parts_around(identity, " as ");
    return {{fmt::format("DROP CAST IF EXISTS ({} AS {})", parts->first, parts->second)}, {}};
  }
  if (kind == "transform") {
    const auto parts = parts_around(identity, " for ");
    return {{fmt::format("DROP TRANSFORM IF EXISTS FOR {} LANGUAGE {}", parts->first, parts->second)}, {}};
  }
  if (kind == "membership") {
    const auto parts = parts_around(identity.substr(3), " in ");
    return {{fmt::format("REVOKE {} FROM {}", parts->second, parts->first)}, {}};
  }
  return drop_of_part(difference);
}

Inverse drop_of(const CatalogueDifference& difference) {
  const auto words = words_of_kind(difference.kind);
  if (!words) return drop_of_other_form(difference);
  std::string identity = difference.identity;
  if (const auto on = parts_around(identity, " on "))
    identity = fmt::format("{} ON {}", on->first, on->second);
  if (const auto method = parts_around(identity, " using "))
    identity = fmt::format("{} USING {}", method->first, method->second);
  if (difference.kind == "aggregate" && identity.ends_with("()"))
    identity.replace(identity.size() - 2, 2, "(*)");
  return {{fmt::format("DROP {} IF EXISTS {}", words->words, identity)}, {}};
}

Inverse inverse_of(const CatalogueDifference& difference, const CatalogueIndex& before) {
  if (is_note(difference.kind)) return note_inverse(difference);
  switch (difference.change) {
    case CatalogueChange::left_over:
      return drop_of(difference);
    case CatalogueChange::missing: {
      const CatalogueObject* object = before.find(difference.kind + " " + difference.identity);
      return object == nullptr ? not_known(difference) : recreation_of(*object, before);
    }
    case CatalogueChange::changed:
      return change_back(difference, before);
    case CatalogueChange::order_only:
      break;
  }
  return {};
}

}  // namespace runner
