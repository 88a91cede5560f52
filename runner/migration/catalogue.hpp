#pragma once

#include "runner/core/finding.hpp"
#include "runner/postgres/session.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// One thing that a catalogue holds. Texts are the same on every server that holds the same thing: names are
/// qualified, expressions are PostgreSQL's own, and nothing has a number.
struct CatalogueObject {
  std::string kind{};  ///< "index", "column", "owner", "grant"
  std::string
      identity{};  ///< "public.invoices_due_idx", "of table public.invoices", "to app on schema billing"
  std::string definition{};  ///< one line or several; may be empty
  std::string parent{};      ///< key() of what it stands and falls with: a column's table; may be empty
  std::string implied_by{};  ///< key() of what made it by inheritance or partitioning; may be empty
  int position = 0;          ///< a table's columns: the greater, the later; gaps mean nothing

  std::string key() const { return kind + " " + identity; }
};

/// Sorted by kind and identity.
using Catalogue = std::vector<CatalogueObject>;

/// What a snapshot leaves out. Temporary schemas, pg_* and information_schema are never in it; of what
/// belongs to an extension only changed privileges are.
struct CatalogueScope {
  std::vector<std::string> excluded_schemas{"supabase_migrations"};
  std::vector<std::string> excluded_roles{};  ///< a shadow's own administrator
  bool owners = true;
  bool privileges = true;
  /// Roles, memberships, their settings, the database's own, tablespaces.
  bool outside_the_database = true;
};

/// Reads the whole catalogue in one round trip, in the running transaction or in one of its own. The
/// transaction's settings are as before afterwards. Rows are not read, and a sequence's value is a row.
/// Passwords are not in it; values that may be secret (of options, of settings with a dot) only as digests.
/// The session must not limit its rows. PostgreSQL 13 to 18.
/// Throws: Error{environment}.
Catalogue snapshot(Session& session, const CatalogueScope& scope = {});

enum class CatalogueChange {
  left_over,   ///< only after
  missing,     ///< only before
  changed,     ///< another definition
  order_only,  ///< a table whose columns are the same in another order
};
std::string_view to_string(CatalogueChange change);  ///< "left over", "missing", "changed", "order only"

struct CatalogueDifference {
  CatalogueChange change = CatalogueChange::changed;
  std::string kind{};
  std::string identity{};
  std::string before{};  ///< the definition; of order_only the columns' names
  std::string after{};

  /// "index public.invoices_due_idx: left over"
  std::string text() const;
};

/// What differs, by kind and identity. What stands and falls with something that is itself left over or
/// missing isn't told again: a table that is left over is one difference, whatever it has.
std::vector<CatalogueDifference> compare(const Catalogue& before, const Catalogue& after);

/// One finding each, with both definitions as detail: errors, but infos for order_only.
Findings findings_of(const std::vector<CatalogueDifference>& differences, const std::string& rule,
                     const std::string& subject);

}  // namespace runner
