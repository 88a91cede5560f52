#include "runner/migration/plan.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/sql/statement.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace runner {

static constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// --- is a file what the history says?

static std::string_view without_mark(std::string_view text) {
  return text.starts_with(byte_order_mark) ? text.substr(byte_order_mark.size()) : text;
}

/// Bytes of the comment at the front of the text; 0 where there is none. Block comments nest.
/// Source: PostgreSQL manual, "Lexical Structure", Comments.
static std::size_t comment_length(std::string_view text) {
  if (text.starts_with("--")) return std::min(text.find('\n'), text.size());
  if (!text.starts_with("/*")) return 0;
  std::size_t depth = 1;
  for (std::size_t at = 2; at < text.size(); ++at) {
    const std::string_view two = text.substr(at, 2);
    if (two == "/*") {
      ++depth;
      ++at;
    } else if (two == "*/") {
      ++at;
      if (--depth == 0) return at + 1;
    }
  }
  return text.size();
}

/// Takes `wanted` off the front of the text, after any space, semicolons and comments. Between two statements
/// there must be a semicolon.
static bool take(std::string_view& text, std::string_view wanted, bool first) {
  bool separated = first;
  while (true) {
    const std::size_t start = std::min(text.find_first_not_of(" \t\r\n\f\v;"), text.size());
    separated = separated || text.substr(0, start).find(';') != std::string_view::npos;
    text.remove_prefix(start);
    if (separated && text.starts_with(wanted)) {
      text.remove_prefix(wanted.size());
      return true;
    }
    const std::size_t comment = comment_length(text);
    if (comment == 0) return false;
    text.remove_prefix(comment);
  }
}

/// True when the text consists of the statements, in order, with nothing but space, semicolons and comments
/// around them: what cutting it, in whatever place, has left. Spares the parser nearly every file.
static bool holds_exactly(std::string_view text, const std::vector<std::string>& statements) {
  bool first = true;
  for (const std::string& statement : statements) {
    if (!take(text, trimmed(first ? without_mark(statement) : statement), first)) return false;
    first = false;
  }
  // What is left over at the end is taken off by looking for what cannot be found.
  const std::string_view nothing("\0", 1);
  take(text, nothing, false);
  return text.empty();
}

static std::string cut_and_joined(std::string_view sql) {
  std::string joined;
  const SplitResult cut = split_statements(sql);
  for (const Statement& statement : cut.statements) (joined += statement.text) += "\n;\n";
  return joined;
}

bool is_text_of(std::string_view sql, const std::vector<std::string>& statements) {
  sql = without_mark(sql);
  if (holds_exactly(sql, statements)) return true;
  std::string executed;
  for (const std::string& statement : statements) (executed += without_mark(statement)) += "\n;\n";
  // Both sides are joined anew, because ';' after the last statement and empty statements mean nothing.
  return same_tokens(sql, executed) || same_tokens(cut_and_joined(sql), cut_and_joined(executed));
}

// --- sorted look-ups

template <typename T>
static auto with_version(const std::vector<T>& sorted, const std::string& version) {
  return std::equal_range(sorted.begin(), sorted.end(), version, [](const auto& a, const auto& b) {
    const auto key = [](const auto& x) -> const std::string& {
      if constexpr (std::is_same_v<std::decay_t<decltype(x)>, std::string>)
        return x;
      else
        return x.version;
    };
    return key(a) < key(b);
  });
}

template <typename T>
static bool holds_version(const std::vector<T>& sorted, const std::string& version) {
  const auto [first, last] = with_version(sorted, version);
  return first != last;
}

// --- the base commit as a history

static std::vector<HistoryRow> rows_of(const BaseCommit& base) {
  std::vector<HistoryRow> rows;
  for (const auto& [file, blob] : base.blobs)
    if (auto name = parse_file_name(file); name && is_version(name->version))
      rows.push_back({std::move(name->version), std::move(name->name), {}});
  std::stable_sort(rows.begin(), rows.end(),
                   [](const HistoryRow& a, const HistoryRow& b) { return a.version < b.version; });
  const auto same = [](const HistoryRow& a, const HistoryRow& b) { return a.version == b.version; };
  rows.erase(std::unique(rows.begin(), rows.end(), same), rows.end());
  return rows;
}

/// The blob that a file had at the base; a file that only got another name keeps its blob. nullptr when it
/// is new, or a link.
static const std::string* blob_at_base(const BaseCommit& base, const Migration& migration,
                                       const MigrationFolder& folder) {
  const auto known = [](const std::string& blob) { return blob.empty() ? nullptr : &blob; };
  if (const auto found = base.blobs.find(migration.file_name()); found != base.blobs.end())
    return known(found->second);
  const auto [first, last] = with_version(folder.migrations, migration.version);
  if (last - first != 1) return nullptr;  // a second file of that version, which is told as such
  const auto renamed = base.blobs.lower_bound(migration.version + "_");
  if (renamed == base.blobs.end() || !renamed->first.starts_with(migration.version + "_")) return nullptr;
  return known(renamed->second);
}

static std::vector<Migration> edited_since(const BaseCommit& base, const std::vector<Migration>& files,
                                           const PlanInput& input, const MigrationFolder& folder,
                                           const StopSignal* stop) {
  std::vector<std::string> names;
  for (const Migration& file : files) names.push_back(file.file_name());
  const std::map<std::string, std::string> now = blobs_now(base, input.migrations, names, stop);
  std::vector<Migration> edited;
  for (const Migration& file : files) {
    const std::string* before = blob_at_base(base, file, folder);
    const auto after = now.find(file.file_name());
    if (before != nullptr && after != now.end() && *before != after->second) edited.push_back(file);
  }
  return edited;
}

/// True when the folder's migrations are those of the base, by name.
static bool same_names(const BaseCommit& base, const MigrationFolder& folder) {
  std::set<std::string> now;
  for (const Migration& migration : folder.migrations) now.insert(migration.file_name());
  for (const auto& [file, blob] : base.blobs) {
    const auto name = parse_file_name(file);
    if (name && is_version(name->version) && now.erase(file) == 0) return false;
  }
  return now.empty();
}

// --- the plan

/// Sorts the files into applied and pending ones, after `applied` was found.
static void sort_files(Plan& plan) {
  const std::string newest = plan.applied.empty() ? "" : plan.applied.back().version;
  for (const Migration& migration : plan.folder.migrations) {
    if (holds_version(plan.applied, migration.version)) {
      plan.applied_files.push_back(migration);
      continue;
    }
    plan.pending.push_back(migration);
    if (migration.version < newest) plan.out_of_order.push_back(migration);
  }
  std::set<std::string_view> troubled;  // a file is there, though none that can be used
  for (const FolderProblem& problem : plan.folder.problems)
    if (problem.kind == FolderProblem::Kind::not_a_file ||
        problem.kind == FolderProblem::Kind::rollback_as_migration)
      troubled.insert(problem.version);
  for (const HistoryRow& row : plan.applied)
    if (!holds_version(plan.folder.migrations, row.version) && !troubled.contains(row.version))
      plan.missing.push_back(row);
}

static std::string from_empty(std::size_t migrations) {
  if (migrations == 0) return "there are no migrations";
  if (migrations == 1) return "the only migration is checked from an empty database";
  return fmt::format("all {} migrations are checked from an empty database", migrations);
}

static void compare_with_history(Plan& plan, const PlanInput& input, const StopSignal* stop) {
  std::set<std::string> edited;
  for_each_history_statements(*input.target, input.history, [&](const HistoryRow& row) {
    if (stop != nullptr) stop->check();
    const auto [first, last] = with_version(plan.applied_files, row.version);
    if (last - first != 1) return;  // of two files, nobody knows which one was applied
    try {
      if (!is_text_of(first->read_sql(), row.statements)) edited.insert(row.version);
    } catch (const Error&) {
      // An unreadable file is a problem of the folder, told there.
    }
  });
  for (const Migration& file : plan.applied_files)
    if (edited.contains(file.version)) plan.edited.push_back(file);
}

static void plan_from_target(Plan& plan, const PlanInput& input, const StopSignal* stop) {
  plan.source = Plan::Source::target;
  plan.target_version = input.target->server_version();
  plan.compared_with = "history of " + input.target->url().describe();
  plan.applied = read_history(*input.target, input.history);
  sort_files(plan);
  if (input.compare_content) compare_with_history(plan, input, stop);
}

static void plan_from_base(Plan& plan, const PlanInput& input, const StopSignal* stop) {
  const BaseCommit& base = *plan.base;
  // Having nothing new, a clone of the default branch would have nothing to check: it then checks all.
  const bool may_be_fresh = base.implied() && base.is_head && same_names(base, plan.folder);
  if (input.compare_content || may_be_fresh)
    plan.edited = edited_since(base, plan.folder.migrations, input, plan.folder, stop);
  if (may_be_fresh && plan.edited.empty()) {
    plan.compared_with =
        fmt::format("nothing new since {}: {}", base.branch, from_empty(plan.folder.migrations.size()));
  } else {
    plan.source = Plan::Source::base_commit;
    plan.compared_with = fmt::format("base commit {} ({})", base.commit.substr(0, 12), base.reason);
    plan.applied = rows_of(base);
  }
  sort_files(plan);
}

Plan make_plan(const PlanInput& input, const StopSignal* stop) {
  Plan plan;
  plan.folder = read_folder(input.migrations, input.rollbacks, input.root);
  if (input.compare_content) find_unreadable(plan.folder);
  if (input.target != nullptr) {
    plan_from_target(plan, input, stop);
    return plan;
  }
  plan.base = find_base(input.base, input.migrations, stop);
  if (plan.base) {
    plan_from_base(plan, input, stop);
    return plan;
  }
  plan.compared_with =
      fmt::format("neither a target nor a base commit: {}", from_empty(plan.folder.migrations.size()));
  sort_files(plan);
  return plan;
}

}  // namespace runner
