#include "stages/lint/locks.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const Reindex& reindex, const RuleContext& in) {
  if (reindex.concurrently) return {};
  const std::size_t position = reindex.target.position;
  if (reindex.kind == Reindex::Kind::table) {
    if (!in.existed(reindex.target)) return {};
    return {at(position, "{} while all of its indexes are built anew", waits(Lock::share, reindex.target))};
  }
  if (reindex.kind != Reindex::Kind::index)
    return {at(position, "writers wait while the indexes of one table after the other are built anew")};
  const SchemaTable* table = in.schema().table_of_index(reindex.target);
  if (table != nullptr && table->created) return {};
  return {at(position, "writers to {} wait, and readers that would use {}, while it is built anew",
             table == nullptr ? "its table" : table->name.str(), reindex.target.str())};
}

const LintRule reindex_not_concurrent{
    .name = "reindex-not-concurrent",
    .section = RuleSection::locks,
    .summary =
        "REINDEX without CONCURRENTLY keeps writers waiting, and readers that use the index, while it is "
        "built anew",
    .remedy = "Write REINDEX … CONCURRENTLY, in a migration of its own.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(REINDEX TABLE public.invoices;
)"},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(REINDEX TABLE CONCURRENTLY public.invoices;
)"},
    .check = on<check>,
};

}  // namespace runner::rules
