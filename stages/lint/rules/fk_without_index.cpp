#include "stages/lint/rules.hpp"

#include <algorithm>

#include <fmt/ranges.h>

namespace runner::rules {

/// The key's columns are the index's first, in any order.
static bool serves(const SchemaIndex& index, const std::vector<std::string>& columns) {
  if (!index.valid || index.partial || index.columns.size() < columns.size()) return false;
  return std::is_permutation(columns.begin(), columns.end(), index.columns.begin());
}

static void look(const QualifiedName& name, const Constraint& key, const RuleContext& in, Remarks& found) {
  if (key.kind != ConstraintKind::foreign_key || key.columns.empty()) return;
  const SchemaTable* table = in.table(name);
  if (table == nullptr) return;
  if (std::any_of(table->indexes.begin(), table->indexes.end(),
                  [&](const SchemaIndex& index) { return serves(index, key.columns); }))
    return;
  found.push_back(at(key.position, "no index of {} starts with {}: a DELETE in {} reads all of {}",
                     name.str(), fmt::join(key.columns, ", "), key.referenced.str(), name.str()));
}

/// At the end, because the index may come after the key.
static Remarks finish(const RuleContext& in) {
  Remarks found;
  for (const ParsedStatement& statement : in.statements()) {
    if (const auto* create = as<CreateTable>(statement))
      for (const Constraint& constraint : create->constraints) look(create->table, constraint, in, found);
    if (const auto* alter = as<AlterTable>(statement))
      for (const AddedConstraint& added : added_constraints(*alter))
        look(alter->table, added.constraint, in, found);
  }
  return found;
}

const LintRule fk_without_index{
    .name = "fk-without-index",
    .section = RuleSection::locks,
    .severity = Severity::warning,
    .summary =
        "A foreign key whose columns lead no index: each DELETE or UPDATE of the referenced table reads the "
        "whole referencing table",
    .remedy = "Make an index on the key's columns, CONCURRENTLY where the table is in use.",
    .bad =
        {.before = R"(CREATE TABLE public.clients (id bigint PRIMARY KEY);
)",
         .sql =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint REFERENCES public.clients (id));
)",
         .lock = LockMode::share_row_exclusive},
    .good =
        {.before = R"(CREATE TABLE public.clients (id bigint PRIMARY KEY);
)",
         .sql =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint REFERENCES public.clients (id));
CREATE INDEX invoices_client_id_idx ON public.invoices (client_id);
)",
         .lock = LockMode::share_row_exclusive},
    .finish = finish,
};

}  // namespace runner::rules
