#include "stages/lint/makes.hpp"
#include "stages/lint/rules.hpp"

#include <optional>

namespace runner::rules {

using Columns = std::optional<std::vector<std::string>>;

/// The columns of what the statement makes under this name; nothing where it makes something else, an empty
/// optional inside where the text doesn't tell.
static std::optional<Columns> columns_under(const QualifiedName& name, const ParsedStatement& statement) {
  if (const auto* view = as<CreateView>(statement); view != nullptr && is_same(view->view, name))
    return view->columns;
  if (const auto* table = as<CreateTable>(statement); table != nullptr && is_same(table->table, name)) {
    std::vector<std::string> columns;
    for (const ColumnDefinition& column : table->columns) columns.push_back(column.name);
    return Columns(std::move(columns));
  }
  return std::nullopt;
}

static Columns columns_later(const QualifiedName& name, const RuleContext& in) {
  for (const ParsedStatement& statement : later(in, name))
    if (auto columns = columns_under(name, statement)) return *columns;
  return std::nullopt;
}

static Remarks about(const QualifiedName& view, const RuleContext& in) {
  if (is_own_relation(in, view) || !in.existed(view)) return {};
  if (!makes_relation(later(in, view), view))
    return {at(view.position, "code that still reads {} fails from the moment this commits", view.str())};
  const SchemaTable* old = in.table(view);
  const Columns now = columns_later(view, in);
  if (old == nullptr || !now) return {};
  std::vector<std::string> gone;
  for (const SchemaColumn& column : old->columns)
    if (!contains(*now, column.name)) gone.push_back(column.name);
  if (gone.empty()) return {};
  return {at(view.position, "code that still reads {} of {} fails from the moment this commits",
             listing(gone), view.str())};
}

static Remarks check(const Drop& drop, const RuleContext& in) {
  Remarks found;
  if (drop.kind != ObjectKind::view && drop.kind != ObjectKind::materialized_view) return found;
  for (const DroppedObject& object : drop.objects)
    for (Remark& remark : about(object.name, in)) found.push_back(std::move(remark));
  return found;
}

const LintRule view_columns_changed{
    .name = "view-columns-changed",
    .section = RuleSection::compatibility,
    .summary = "A view that is dropped, or made anew with fewer columns, is missed by the code that reads it",
    .remedy =
        "Add columns at the end by CREATE OR REPLACE VIEW, and drop a view, or a column of it, when nobody "
        "reads it any more.",
    .bad = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text, total numeric);
CREATE VIEW public.open_invoices AS SELECT id, no, total FROM public.invoices;
)",
            .sql = R"(DROP VIEW public.open_invoices;
CREATE VIEW public.open_invoices WITH (security_invoker = true) AS SELECT id, total FROM public.invoices;
)",
            .since_major = 15,
            .lock = LockMode::access_exclusive},
    .good = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text, total numeric);
CREATE VIEW public.open_invoices AS SELECT id, no FROM public.invoices;
)",
             .sql = R"(CREATE OR REPLACE VIEW public.open_invoices WITH (security_invoker = true)
  AS SELECT id, no, total FROM public.invoices;
)",
             .since_major = 15,
             .lock = LockMode::access_exclusive},
    .check = on<check>,
};

}  // namespace runner::rules
