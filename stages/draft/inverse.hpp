#pragma once

#include "runner/migration/catalogue.hpp"

#include <map>
#include <string>
#include <vector>

namespace runner {

/// A catalogue in which things are found by key and by what they belong to.
class CatalogueIndex {
 public:
  explicit CatalogueIndex(const Catalogue& catalogue);
  const CatalogueObject* find(const std::string& key) const;  ///< nullptr: not there
  const std::vector<const CatalogueObject*>& children(const std::string& key) const;

 private:
  std::map<std::string, const CatalogueObject*, std::less<>> by_key_;
  std::map<std::string, std::vector<const CatalogueObject*>, std::less<>> by_parent_;
};

/// How one difference between two catalogues is taken back.
struct Inverse {
  std::vector<std::string> statements{};  ///< without ';', in order, harmless when they are run twice
  std::string gap{};  ///< what is lost or stays as it is, and why; several lines are possible; empty: nothing
};

/// SQL that makes again what `before` holds. What there is no SQL for, or what only a person can decide, is
/// a gap: nothing is guessed.
Inverse inverse_of(const CatalogueDifference& difference, const CatalogueIndex& before);

/// The three ways in which a thing can differ.
Inverse drop_of(const CatalogueDifference& difference);
Inverse recreation_of(const CatalogueObject& object, const CatalogueIndex& before);
Inverse change_back(const CatalogueDifference& difference, const CatalogueIndex& before);

/// What is said about a thing (comments, owners, grants), which stands in the catalogue as things of their
/// own. Both handle every kind of difference; an empty Inverse: the kind is none of these.
Inverse note_inverse(const CatalogueDifference& difference);
bool is_note(std::string_view kind);

}  // namespace runner
