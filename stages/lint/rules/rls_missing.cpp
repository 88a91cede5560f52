#include "stages/lint/exposed.hpp"
#include "stages/lint/rules.hpp"

#include <algorithm>
#include <string_view>

namespace runner::rules {

static bool contains_words(std::string_view text, std::string_view words) {
  return std::search(text.begin(), text.end(), words.begin(), words.end(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
         }) != text.end();
}

/// Many switch it on in a loop over their tables: which ones, only the execution tells.
static bool may_enable_by_text(const RuleContext& in) {
  const Statements statements = later(in, {});
  return std::any_of(statements.begin(), statements.end(), [](const ParsedStatement& statement) {
    const auto* block = as<DoBlock>(statement);
    return block != nullptr && contains_words(block->body, "enable row level security");
  });
}

static bool is_enabled_later(const QualifiedName& table, const RuleContext& in) {
  const auto actions = actions_on(later(in, table), table);
  return std::any_of(actions.begin(), actions.end(), [](const AlterAction* action) {
    return action->kind == AlterKind::enable_row_security;
  });
}

static bool is_moved_later(const QualifiedName& table, const RuleContext& in) {
  const Statements statements = later(in, table);
  return std::any_of(statements.begin(), statements.end(), [&](const ParsedStatement& statement) {
    const auto* rename = as<Rename>(statement);
    return rename != nullptr && rename->kind == ObjectKind::table && is_same(rename->object, table);
  });
}

static Remarks about(const QualifiedName& table, bool if_not_exists, const RuleContext& in) {
  if (!is_exposed(in, table) || is_enabled_later(table, in) || may_enable_by_text(in)) return {};
  if (drops(later(in, table), ObjectKind::table, table) || is_moved_later(table, in) ||
      is_withheld(in, ObjectKind::table, table, {"anon", "authenticated"}))
    return {};
  if (if_not_exists && in.table(table) != nullptr && !in.created(table)) return {};
  return {at(table.position,
             "everybody who reaches the API may read and write every row of {}: row level security is off",
             table.str())};
}

static Remarks check_table(const CreateTable& create, const RuleContext& in) {
  return create.temporary ? Remarks{} : about(create.table, create.if_not_exists, in);
}

static Remarks check_table_as(const CreateTableAs& create, const RuleContext& in) {
  return create.temporary ? Remarks{} : about(create.table, create.if_not_exists, in);
}

const LintRule rls_missing{
    .name = "rls-missing",
    .section = RuleSection::security,
    .summary =
        "A new table in one of the pipeline file's `exposed_schemas` whose row level security isn't enabled "
        "in "
        "the same migration is open to everybody who reaches the API",
    .remedy = "Add ALTER TABLE … ENABLE ROW LEVEL SECURITY, and a policy for each role that needs rows.",
    .bad = {.sql = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
)"},
    .good = {.sql = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
ALTER TABLE public.invoices ENABLE ROW LEVEL SECURITY;
)"},
    .check = on<check_table, check_table_as>,
};

}  // namespace runner::rules
