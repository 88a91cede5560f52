#include "stages/lint/locks.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static Remarks check(const Reindex& reindex, const RuleContext& in) {
  if (reindex.concurrently) return {};
  const std::size_t position = reindex.target.position;
  if (reindex.kind == Reindex::Kind::table) {
    if (!in.existed(reindex.target)) return {};
    return {at(position, "{} while all of its indexes are built anew",
               waits(LockMode::access_exclusive, reindex.target))};
  }
  if (reindex.kind != Reindex::Kind::index)
    return {
        at(position, "reads and writes wait while the indexes of one table after the other are built anew")};
  const SchemaTable* table = in.schema().table_of_index(reindex.target);
  if (table == nullptr)
    return {at(position, "reads and writes of its table wait while {} is built anew", reindex.target.str())};
  if (table->created) return {};
  return {at(position, "{} while {} is built anew", waits(LockMode::access_exclusive, table->name),
             reindex.target.str())};
}

const LintRule reindex_not_concurrent{
    .name = "reindex-not-concurrent",
    .section = RuleSection::locks,
    .summary =
        "REINDEX without CONCURRENTLY keeps writers waiting while the index is built anew, and nearly all "
        "readers, "
        "because every plan looks at all indexes of a table",
    .remedy = "Write REINDEX … CONCURRENTLY, in a migration of its own.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(REINDEX TABLE public.invoices;
)",
         .lock = LockMode::access_exclusive,
         .work = RowWork::build_index},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(REINDEX TABLE CONCURRENTLY public.invoices;
)",
         .lock = LockMode::share_update_exclusive,
         .work = RowWork::build_index},
    .check = on<check>,
};

}  // namespace runner::rules
