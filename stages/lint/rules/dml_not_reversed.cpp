#include "stages/lint/rules.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace runner::rules {

static bool makes(const ParsedStatement& statement, const std::string& table) {
  if (const auto* create = as<CreateTable>(statement)) return create->table.name == table;
  if (const auto* create = as<CreateTableAs>(statement)) return create->table.name == table;
  return false;
}

static bool adds(const ParsedStatement& statement, const std::string& table, const std::string& column) {
  const auto* alter = as<AlterTable>(statement);
  if (alter == nullptr || alter->table.name != table) return false;
  return std::any_of(alter->actions.begin(), alter->actions.end(), [&](const AlterAction& action) {
    return action.kind == AlterKind::add_column && action.name == column;
  });
}

/// Rows of a table, or values of columns, that the migration has made go with them.
static bool goes_by_itself(const ParsedFile& migration, const ChangeRows& rows) {
  const auto any = [&](const auto& is) {
    return std::any_of(migration.statements.begin(), migration.statements.end(), is);
  };
  if (any([&](const ParsedStatement& statement) { return makes(statement, rows.table.name); })) return true;
  return rows.kind == ChangeRows::Kind::update && !rows.columns.empty() &&
         std::all_of(rows.columns.begin(), rows.columns.end(), [&](const std::string& column) {
           return any(
               [&](const ParsedStatement& statement) { return adds(statement, rows.table.name, column); });
         });
}

/// What a DO block executes may be it.
static bool touches(const ParsedStatement& statement, const std::string& table) {
  if (const auto* rows = as<ChangeRows>(statement)) return rows->table.name == table;
  if (const auto* drop = as<Drop>(statement))
    return std::any_of(drop->objects.begin(), drop->objects.end(),
                       [&](const DroppedObject& object) { return object.name.name == table; });
  if (const auto* emptied = as<Truncate>(statement))
    return std::any_of(emptied->tables.begin(), emptied->tables.end(),
                       [&](const QualifiedName& name) { return name.name == table; });
  return as<Call>(statement) != nullptr;
}

static Remarks finish(const RuleContext& in) {
  Remarks found;
  if (!in.is_rollback()) return found;
  std::set<std::string> told;
  for (const ParsedStatement& statement : in.undone()->statements) {
    const auto* rows = as<ChangeRows>(statement);
    if (rows == nullptr || goes_by_itself(*in.undone(), *rows)) continue;
    const bool reversed =
        std::any_of(in.statements().begin(), in.statements().end(),
                    [&](const ParsedStatement& back) { return touches(back, rows->table.name); });
    if (reversed || !told.insert(rows->table.name).second) continue;
    Remark remark =
        at(in.statements().empty() ? 0 : in.statements().front().offset,
           "the migration's {} of {} is not taken back", to_string(rows->kind), rows->table.str());
    for (const std::string& column : rows->columns) remark.lost.push_back(rows->table.str() + "." + column);
    if (rows->kind != ChangeRows::Kind::update) remark.lost = {rows->table.str()};
    found.push_back(std::move(remark));
  }
  return found;
}

const LintRule dml_not_reversed{
    .name = "dml-not-reversed",
    .section = RuleSection::rollback,
    .severity = Severity::warning,
    .summary = "The migration changes rows that were there before, and the rollback leaves them changed",
    .remedy = "Keep the old values in a table of their own, and put them back in the rollback.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(UPDATE public.invoices SET note = upper(note) WHERE note IS NOT NULL;
)",
         .rollback = R"(SELECT 1;
)"},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql =
             R"(CREATE TABLE public.invoices_before AS SELECT id, note FROM public.invoices WHERE note IS NOT NULL;
UPDATE public.invoices SET note = upper(note) WHERE note IS NOT NULL;
)",
         .rollback =
             R"(UPDATE public.invoices AS i SET note = b.note FROM public.invoices_before AS b WHERE b.id = i.id;
DROP TABLE IF EXISTS public.invoices_before;
)",
         .lock = LockMode::access_exclusive},
    .finish = finish,
};

}  // namespace runner::rules
