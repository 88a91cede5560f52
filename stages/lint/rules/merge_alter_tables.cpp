#include "stages/lint/locks.hpp"
#include "stages/lint/rules.hpp"

#include <algorithm>
#include <map>

namespace runner::rules {

static bool goes_over_rows(const std::vector<TableLock>& locks) {
  return std::any_of(locks.begin(), locks.end(), [](const TableLock& lock) {
    return lock.work == RowWork::scan || lock.work == RowWork::rewrite;
  });
}

static Remarks finish(const RuleContext& in) {
  Remarks found;
  std::map<Schema::Key, std::size_t> seen;
  for (std::size_t i = 0; i < in.statements().size(); ++i) {
    const auto* alter = as<AlterTable>(in.statements()[i]);
    if (alter == nullptr || !goes_over_rows(in.locks()[i])) continue;
    if (++seen[in.schema().key(alter->table)] > 1)
      found.push_back(
          at(in.statements()[i].offset, "this ALTER goes over all rows of {} once more", alter->table.str()));
  }
  return found;
}

const LintRule merge_alter_tables{
    .name = "merge-alter-tables",
    .section = RuleSection::locks,
    .severity = Severity::info,
    .summary = "Several ALTER TABLE of one table that each go over its rows could do so once",
    .remedy = "Write one ALTER TABLE with all of the actions.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(ALTER TABLE public.invoices ADD CHECK (total > 0);
ALTER TABLE public.invoices ADD CHECK (client_id > 0);
)",
         .line = 2,
         .lock = LockMode::access_exclusive,
         .work = RowWork::scan},
    .good =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(ALTER TABLE public.invoices ADD CHECK (total > 0), ADD CHECK (client_id > 0);
)",
         .lock = LockMode::access_exclusive,
         .work = RowWork::scan},
    .finish = finish,
};

}  // namespace runner::rules
