#include "stages/draft/observed.hpp"

#include "runner/core/text.hpp"
#include "runner/sql/parsed.hpp"
#include "runner/sql/undone_rename.hpp"

#include <utility>

#include <fmt/format.h>

namespace runner {

namespace {
/// Watches one migration being executed.
class Observer {
 public:
  Observer(std::string sql, Session& session, const CatalogueScope& scope, Observed& into)
      : sql_(std::move(sql)), session_(session), scope_(scope), into_(into) {}

  void before(const Statement& statement);
  void end();

 private:
  void look();
  void note_rows(std::string_view statement);

  std::string sql_;
  Session& session_;
  const CatalogueScope& scope_;
  Observed& into_;
  Catalogue last_{};
  std::string current_{};  ///< the statement that runs
  std::size_t offset_ = 0;
  bool started_ = false;
};
}  // namespace

static void touch(const CatalogueDifference& difference, std::size_t statement, Segment& segment) {
  const auto [place, fresh] = segment.touched.try_emplace(difference.kind + " " + difference.identity,
                                                          Segment::Touch{statement, statement});
  if (!fresh) place->second.last = statement;
}

/// Takes what the statement that ran last has changed.
void Observer::look() {
  Catalogue now = snapshot(session_, scope_);
  if (!started_) {
    started_ = true;
    last_ = std::move(now);
    return;
  }
  const UndoneRename rename = undone_rename(current_);
  const std::vector<CatalogueDifference> differences = compare(last_, now);
  const bool after_rename = !into_.segments.empty() && (!into_.segments.back().renamed_back.empty() ||
                                                        !into_.segments.back().rename_without_way.empty());
  if (into_.segments.empty() || rename.renames || after_rename)
    into_.segments.push_back({.before = std::move(last_)});
  Segment& segment = into_.segments.back();
  if (rename.renames) {
    segment.renamed_back = rename.sql;
    segment.rename_without_way = rename.sql.empty() ? rename.why_not : "";
  }
  for (const CatalogueDifference& difference : differences) touch(difference, offset_, segment);
  segment.last_statement = offset_;
  segment.after = now;
  last_ = std::move(now);
}

void Observer::note_rows(std::string_view statement) {
  const ParsedFile parsed = parse_file(statement);
  for (const ParsedStatement& one : parsed.statements) {
    const auto* rows = as<ChangeRows>(one);
    const auto* truncate = as<Truncate>(one);
    if (rows == nullptr && truncate == nullptr) continue;
    const std::string what = rows != nullptr ? fmt::format("{} {}", to_string(rows->kind), rows->table.str())
                                             : std::string("TRUNCATE");
    const bool adds =
        rows != nullptr && (rows->kind == ChangeRows::Kind::insert || rows->kind == ChangeRows::Kind::copy);
    into_.row_changes[offset_] = fmt::format(
        "line {} of the migration changes rows ({}): {}", place_at({}, sql_, offset_).line, what,
        adds ? "delete here what it added, if it must go" : "what they held is known here to nobody but you");
    return;
  }
}

void Observer::before(const Statement& statement) {
  look();
  current_ = statement.text;
  offset_ = statement.offset;
  note_rows(std::string_view(sql_).substr(offset_, statement.text.size()));
}

void Observer::end() {
  look();
  current_.clear();
}

Observed observe(const Migration& migration, Session& session, const CatalogueScope& scope) {
  Observed observed;
  Observer observer{migration.read_sql(), session, scope, observed};
  ExecuteHooks hooks;
  hooks.before_statement = [&](const Statement& statement) { observer.before(statement); };
  hooks.before_commit = [&] { observer.end(); };
  hooks.server_major = session.server_version() / 10000;
  observed.execution = execute_migration(migration, session, hooks);
  return observed;
}

}  // namespace runner
