#include "runner/migration/catalogue.hpp"

#include "runner/migration/catalogue_privileges.hpp"
#include "runner/migration/catalogue_query.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace runner {

/// In a running transaction the settings must come back as they were, whoever set them: a savepoint does
/// that.
static Rows read_rows(Session& session, const CatalogueScope& scope) {
  const std::string sql =
      fmt::format("{};\n{}", catalogue_settings(), catalogue_query(session.server_version(), scope, session));
  constexpr std::string_view doing = "read the catalogue";
  if (session.state() == TransactionState::idle) return session.query(sql, doing);
  return session.query(
      fmt::format("SAVEPOINT runner_catalogue;\n{};\nROLLBACK TO SAVEPOINT runner_catalogue;\n"
                  "RELEASE SAVEPOINT runner_catalogue",
                  sql),
      doing);
}

static void add_note(std::string_view kind, std::string_view link, const std::string& target,
                     const std::string& text, Catalogue& into) {
  CatalogueObject& note = into.emplace_back();
  note.kind = kind;
  note.identity = std::string(link) + target;
  note.definition = text;
  note.parent = target;
}

/// A row is an object and what is said about it; without a definition the object itself is not listed.
static void take_row(std::vector<Cell>& row, const CatalogueScope& scope, Catalogue& into) {
  const auto cell = [&row](CatalogueColumn column) -> Cell& { return row[static_cast<std::size_t>(column)]; };
  CatalogueObject object;
  object.kind = cell(CatalogueColumn::kind).value_or("");
  object.identity = cell(CatalogueColumn::identity).value_or("");
  object.parent = cell(CatalogueColumn::parent).value_or("");
  object.implied_by = cell(CatalogueColumn::implied_by).value_or("");
  const std::string key = object.key();
  const Cell& owner = cell(CatalogueColumn::owner);
  Cell& definition = cell(CatalogueColumn::definition);
  if (const Cell& comment = cell(CatalogueColumn::comment)) add_note("comment", "on ", key, *comment, into);
  if (const Cell& labels = cell(CatalogueColumn::labels))
    add_note("security label", "on ", key, *labels, into);
  if (const Cell& acl = cell(CatalogueColumn::acl); acl && scope.privileges)
    add_privileges(*acl, cell(CatalogueColumn::base_acl).value_or("{}"), key, owner.value_or(""), into);
  if (!definition) return;
  if (owner && scope.owners) add_note("owner", "of ", key, *owner, into);
  object.definition = std::move(*definition);
  object.position = std::stoi(cell(CatalogueColumn::part).value_or("0"));
  into.push_back(std::move(object));
}

Catalogue snapshot(Session& session, const CatalogueScope& scope) {
  return catalogue_of(read_rows(session, scope), scope);
}

Catalogue catalogue_of(Rows rows, const CatalogueScope& scope) {
  Catalogue catalogue;
  catalogue.reserve(rows.rows.size() * 2);
  for (std::vector<Cell>& row : rows.rows) {
    take_row(row, scope, catalogue);
    row = {};
  }
  const auto order = [](const CatalogueObject& object) { return std::tie(object.kind, object.identity); };
  std::sort(catalogue.begin(), catalogue.end(),
            [&order](const auto& left, const auto& right) { return order(left) < order(right); });
  return catalogue;
}

}  // namespace runner
