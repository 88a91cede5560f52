#include "stages/lint/makes.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static bool fills_itself(const ColumnDefinition& column) {
  return column.default_value.given || column.is_identity || column.is_generated || column.type.is_serial();
}

namespace {
/// What becomes of a column that the file adds.
struct Added {
  bool not_null = false;
  bool filled = false;  ///< where an INSERT doesn't name it
  bool dropped = false;
  std::size_t position = 0;  ///< of what made it required
};
}  // namespace

static bool names_column(const AlterAction& action, const std::string& column) {
  return action.constraint && action.constraint->kind == ConstraintKind::primary_key &&
         contains(action.constraint->columns, column);
}

static void follow(Added& added, const AlterAction& action, const std::string& column) {
  const bool was_required = added.not_null && !added.filled;
  if (names_column(action, column)) added.not_null = true;
  if (action.name == column) switch (action.kind) {
      case AlterKind::set_not_null:
        added.not_null = true;
        break;
      case AlterKind::drop_not_null:
        added.not_null = false;
        break;
      case AlterKind::set_default:
      case AlterKind::add_identity:
        added.filled = true;
        break;
      case AlterKind::drop_default:
      case AlterKind::drop_identity:
        added.filled = false;
        break;
      case AlterKind::drop_column:
        added.dropped = true;
        break;
      default:
        break;
    }
  if (!was_required && added.not_null && !added.filled) added.position = action.position;
}

static Remarks about(const QualifiedName& table, const AlterAction& add, const RuleContext& in) {
  const ColumnDefinition& column = *add.column;
  if (column.not_null && !fills_itself(column))
    return {at(add.position,
               "this fails where {} holds a row, and code that still inserts without {} fails after it",
               table.str(), column.name)};
  Added added{.not_null = column.not_null, .filled = fills_itself(column)};
  for (const AlterAction* action : actions_on(everywhere(in, table), table))
    if (action->position > add.position) follow(added, *action, column.name);
  if (added.dropped || !added.not_null || added.filled) return {};
  return {at(added.position, "code that still inserts into {} without {} fails from the moment this commits",
             table.str(), column.name)};
}

static Remarks check(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions) {
    if (action.kind != AlterKind::add_column || !action.column || alter.kind != RelationKind::table) continue;
    Remarks remarks = about(alter.table, action, in);
    if (remarks.empty() || !in.existed(alter.table)) continue;
    const SchemaTable* table = in.table(alter.table);
    if (action.if_exists && table != nullptr && table->column(action.name) != nullptr) continue;
    found.push_back(std::move(remarks.front()));
  }
  return found;
}

const LintRule required_column{
    .name = "required-column",
    .section = RuleSection::compatibility,
    .summary =
        "A new column that is NOT NULL and has no default is refused where there are rows, and refuses the "
        "rows of code that doesn't know it yet",
    .remedy =
        "Give the column a default, or leave it nullable until every writer fills it; then SET NOT NULL.",
    .bad = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
)",
            .sql = R"(ALTER TABLE public.invoices ADD COLUMN currency text NOT NULL;
)",
            .lock = LockMode::access_exclusive,
            .work = RowWork::scan},
    .good = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
)",
             .sql = R"(ALTER TABLE public.invoices ADD COLUMN currency text NOT NULL DEFAULT 'EUR';
)",
             .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
