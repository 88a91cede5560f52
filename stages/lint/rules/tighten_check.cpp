#include "stages/lint/makes.hpp"
#include "stages/lint/rules.hpp"

#include <algorithm>

namespace runner::rules {

static Remark warning(Remark remark) {
  remark.severity = Severity::warning;
  return remark;
}

static std::string shown(const Constraint& constraint) {
  return constraint.name.empty() ? fmt::format("this check of {}", listing(constraint.check.columns))
                                 : "the check " + constraint.name;
}

static bool is_own(const Constraint& constraint, const QualifiedName& table, const RuleContext& in) {
  const std::vector<std::string>& columns = constraint.check.columns;
  return std::all_of(columns.begin(), columns.end(),
                     [&](const std::string& column) { return is_own_column(in, table, column); });
}

/// CHECK (a IS NOT NULL) and nothing else, of a column that takes no null.
static bool is_implied(const Constraint& constraint, const SchemaTable* table) {
  const Expression& check = constraint.check;
  if (table == nullptr || check.not_null.size() != 1 || check.columns.size() != 1) return false;
  const SchemaColumn* column = table->column(check.not_null.front());
  return column != nullptr && column->not_null && check.functions.empty();
}

/// It names a column that the table neither has nor gets: the server will refuse it, and say so.
static bool is_refused(const Constraint& constraint, const AlterTable& alter, const SchemaTable* known,
                       const RuleContext& in) {
  if (known == nullptr || !in.schema().known) return false;
  const std::vector<std::string>& columns = constraint.check.columns;
  return std::any_of(columns.begin(), columns.end(), [&](const std::string& column) {
    return known->column(column) == nullptr && !is_own_column(in, alter.table, column);
  });
}

/// The checks that go: in statements before this one, or by another action of it.
static std::vector<const SchemaConstraint*> dropped(const AlterTable& alter, const SchemaTable& table) {
  std::vector<const SchemaConstraint*> found;
  for (const SchemaConstraint& old : table.dropped_constraints) found.push_back(&old);
  for (const AlterAction& action : alter.actions)
    if (action.kind == AlterKind::drop_constraint)
      if (const SchemaConstraint* old = table.constraint(action.name)) found.push_back(old);
  return found;
}

/// The check in whose place the new one comes.
static const SchemaConstraint* replaced(const Constraint& constraint, const AlterTable& alter,
                                        const SchemaTable* table) {
  if (table == nullptr) return nullptr;
  for (const SchemaConstraint* old : dropped(alter, *table))
    if (old->kind == ConstraintKind::check && !old->added &&
        std::any_of(old->columns.begin(), old->columns.end(),
                    [&](const std::string& column) { return contains(constraint.check.columns, column); }))
      return old;
  return nullptr;
}

static Remarks about_lists(const QualifiedName& table, const Constraint& constraint,
                           const SchemaConstraint& old) {
  std::vector<std::string> gone;
  for (const std::string& value : old.listed)
    if (!contains(constraint.check.listed, value)) gone.push_back(fmt::format("'{}'", value));
  if (gone.empty()) return {};
  return {at(constraint.position, "code that still writes {} into {}.{} fails from the moment this commits",
             listing(gone), table.str(), old.listed_column)};
}

/// Lists mostly grow. Without a catalogue nobody knows the one that is dropped.
static bool may_grow(const QualifiedName& table, const Constraint& constraint, const RuleContext& in) {
  if (in.schema().known || constraint.check.listed.empty()) return false;
  const auto actions = actions_on(everywhere(in, table), table);
  return std::any_of(actions.begin(), actions.end(), [&](const AlterAction* action) {
    return action->kind == AlterKind::drop_constraint && action->name == constraint.name;
  });
}

static Remarks about(const AlterTable& alter, const Constraint& constraint, const RuleContext& in) {
  const QualifiedName& table = alter.table;
  const SchemaTable* known = in.table(table);
  if (is_own(constraint, table, in) || is_implied(constraint, known)) return {};
  if (is_refused(constraint, alter, known, in)) return {};
  const SchemaConstraint* old = replaced(constraint, alter, known);
  if (old != nullptr && !old->listed.empty() && old->listed_column == constraint.check.listed_column)
    return about_lists(table, constraint, *old);
  if (may_grow(table, constraint, in)) return {};
  return {warning(at(constraint.position,
                     "code that still writes rows of {} against {} fails from the moment this commits",
                     table.str(), shown(constraint)))};
}

static Remarks check_alter(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions) {
    if (!action.constraint || action.constraint->kind != ConstraintKind::check) continue;
    if (!in.existed(alter.table)) continue;
    for (Remark& remark : about(alter, *action.constraint, in)) found.push_back(std::move(remark));
  }
  return found;
}

static Remarks check_domain(const AlterDomain& alter, const RuleContext& in) {
  const bool adds = alter.kind == AlterDomain::Kind::add_constraint && alter.constraint;
  if (!adds || is_own_type(in, alter.domain)) return {};
  return {warning(at(alter.constraint->position,
                     "code that still writes values of {} against {} fails from the moment this commits",
                     alter.domain.str(), shown(*alter.constraint)))};
}

const LintRule tighten_check{
    .name = "tighten-check",
    .section = RuleSection::compatibility,
    .summary =
        "A check that takes values away from running code fails what that code writes; where it is new, or "
        "nobody can tell, a warning",
    .remedy = "Let the application stop writing such rows first, and tighten the check in a later migration.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, state text CONSTRAINT state_known CHECK (state IN ('open', 'sent', 'paid')));
)",
         .sql = R"(ALTER TABLE public.invoices DROP CONSTRAINT state_known;
ALTER TABLE public.invoices ADD CONSTRAINT state_known CHECK (state IN ('open', 'paid')) NOT VALID;
)",
         .line = 2,
         .lock = LockMode::access_exclusive},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, state text CONSTRAINT state_known CHECK (state IN ('open', 'paid')));
)",
         .sql = R"(ALTER TABLE public.invoices DROP CONSTRAINT state_known;
ALTER TABLE public.invoices ADD CONSTRAINT state_known CHECK (state IN ('open', 'paid', 'sent')) NOT VALID;
)",
         .lock = LockMode::access_exclusive},
    .check = on<check_alter, check_domain>,
};

}  // namespace runner::rules
