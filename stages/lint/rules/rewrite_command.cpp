#include "stages/lint/locks.hpp"
#include "stages/lint/rules.hpp"

namespace runner::rules {

static bool rewrites(AlterKind kind) {
  return kind == AlterKind::set_logged || kind == AlterKind::set_unlogged ||
         kind == AlterKind::set_tablespace || kind == AlterKind::set_access_method;
}

static Remark remark(std::size_t position, const QualifiedName& table) {
  return at(position, "{} while the whole table is written anew", waits(LockMode::access_exclusive, table));
}

static Remarks check_alter(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  if (alter.kind != RelationKind::table && alter.kind != RelationKind::materialized_view) return found;
  for (const AlterAction& action : alter.actions)
    if (rewrites(action.kind) && found.empty() && in.existed(alter.table))
      found.push_back(remark(action.position, alter.table));
  return found;
}

static Remarks check_vacuum(const Vacuum& vacuum, const RuleContext& in) {
  Remarks found;
  if (!vacuum.full) return found;
  for (const QualifiedName& table : vacuum.tables)
    if (in.existed(table)) found.push_back(remark(table.position, table));
  if (vacuum.tables.empty())
    found.push_back(
        at(in.statement().offset, "one table after the other is written anew, while nobody can read it"));
  return found;
}

static Remarks check_cluster(const ClusterTable& cluster, const RuleContext& in) {
  if (cluster.table.empty())
    return {at(in.statement().offset, "one table after the other is written anew, while nobody can read it")};
  return in.existed(cluster.table) ? Remarks{remark(cluster.table.position, cluster.table)} : Remarks{};
}

static Remarks check_move(const MoveAll& move, const RuleContext& in) {
  return {at(in.statement().offset, "everything in tablespace {} is copied, while nobody can read it",
             move.from)};
}

const LintRule rewrite_command{
    .name = "rewrite-command",
    .section = RuleSection::locks,
    .summary =
        "VACUUM FULL, CLUSTER and SET LOGGED, UNLOGGED, TABLESPACE or ACCESS METHOD write the whole table "
        "anew, while nobody can read it",
    .remedy = "Use an online tool such as pg_repack, or take a maintenance window.",
    .bad =
        {.before =
             R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, client_id bigint, total numeric(10, 2), note text);
)",
         .sql = R"(CLUSTER public.invoices USING invoices_pkey;
)",
         .lock = LockMode::access_exclusive,
         .work = RowWork::rewrite},
    .good = {.sql = R"(CREATE UNLOGGED TABLE public.scratch (id bigint PRIMARY KEY);
ALTER TABLE public.scratch SET LOGGED;
)"},
    .check = on<check_alter, check_vacuum, check_cluster, check_move>,
};

}  // namespace runner::rules
