#include "stages/draft/draft.hpp"

#include "runner/core/text.hpp"
#include "stages/draft/catalogue_words.hpp"
#include "stages/draft/inverse.hpp"
#include "stages/draft/observed.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace runner {

namespace {
/// A part of the draft: what takes one difference back.
struct Part {
  std::size_t statement = 0;  ///< of the migration, whose effect it takes back; by its byte offset
  Inverse inverse{};
  std::string about{};          ///< the difference, in words
  std::string refusal{};        ///< what the server said when it was tried last
  std::string dropped_table{};  ///< "table public.t", where it is one that came
};
}  // namespace

/// What came is taken away in the place of the statement that made it; what was changed or dropped comes back
/// in the place of the last statement that touched it.
static std::size_t place_of(const CatalogueDifference& difference, const Segment& segment) {
  const auto touch = segment.touched.find(difference.kind + " " + difference.identity);
  if (touch == segment.touched.end()) return segment.last_statement;
  return difference.change == CatalogueChange::left_over ? touch->second.first : touch->second.last;
}

static std::vector<Part> parts_of(const std::vector<CatalogueDifference>& differences,
                                  const Segment& segment) {
  const CatalogueIndex before{segment.before};
  std::vector<Part> parts;
  for (const CatalogueDifference& difference : differences) {
    if (difference.change == CatalogueChange::order_only) continue;
    parts.push_back({.statement = place_of(difference, segment),
                     .inverse = inverse_of(difference, before),
                     .about = difference.text()});
    if (difference.kind == "table" && difference.change == CatalogueChange::left_over)
      parts.back().dropped_table = "table " + difference.identity;
  }
  std::stable_sort(parts.begin(), parts.end(),
                   [](const Part& left, const Part& right) { return left.statement > right.statement; });
  return parts;
}

// --- Trying ----------------------------------------------------------------------------------------

namespace {
/// Executes parts in a transaction that is never committed.
class Trial {
 public:
  explicit Trial(Session& session) : session_(session) { session_.query("BEGIN", "begin a transaction"); }
  ~Trial() {
    try {
      session_.execute("ROLLBACK");
    } catch (const std::exception&) {  // the connection is gone, and its transaction with it
    }
  }
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  /// What the server says when one of the statements is refused; their effects are then undone.
  std::optional<SqlError> refusal(const std::vector<std::string>& statements);
  /// Those that were accepted, in the order in which they were; the others are left in `parts`. What is
  /// refused is tried again behind the others: something may still stand on what it drops.
  std::vector<Part> accepted(std::vector<Part>& parts);

 private:
  Session& session_;
};
}  // namespace

std::optional<SqlError> Trial::refusal(const std::vector<std::string>& statements) {
  session_.query("SAVEPOINT runner_draft", "set a savepoint");
  for (const std::string& statement : statements) {
    const StatementResult result = session_.execute(statement);
    if (!result.error) continue;
    session_.query("ROLLBACK TO SAVEPOINT runner_draft", "roll back to a savepoint");
    return result.error;
  }
  session_.query("RELEASE SAVEPOINT runner_draft", "release a savepoint");
  return std::nullopt;
}

std::vector<Part> Trial::accepted(std::vector<Part>& parts) {
  std::vector<Part> done;
  for (bool progress = true; progress && !parts.empty();) {
    progress = false;
    std::vector<Part> refused;
    for (Part& part : parts) {
      if (auto error = refusal(part.inverse.statements)) {
        part.refusal = error->message;
        refused.push_back(std::move(part));
      } else {
        done.push_back(std::move(part));
        progress = true;
      }
    }
    parts = std::move(refused);
  }
  return done;
}

// --- One segment -----------------------------------------------------------------------------------

/// A rename has no IF EXISTS for most things: when this runs again, the new name is gone.
static std::string when_still_there(const std::string& rename) {
  return do_block(fmt::format(
      "  {};\nEXCEPTION\n  WHEN undefined_table OR undefined_column OR undefined_object OR "
      "undefined_function\n    OR invalid_schema_name OR invalid_parameter_value OR duplicate_object THEN\n"
      "    RAISE NOTICE 'the old name is back already: %', SQLERRM;\n",
      rename));
}

/// New tables that refer to each other in a circle: none can go before the foreign keys do.
static std::vector<Part> keys_of(const std::vector<Part>& tables, const CatalogueIndex& after) {
  std::vector<Part> keys;
  for (const Part& part : tables)
    for (const CatalogueObject* child : after.children(part.dropped_table))
      if (child->kind == "constraint" && child->definition.starts_with("FOREIGN KEY") &&
          child->implied_by.empty())
        keys.push_back(
            {.statement = part.statement,
             .inverse = drop_of(
                 {.change = CatalogueChange::left_over, .kind = child->kind, .identity = child->identity}),
             .about = child->key()});
  return keys;
}

/// What the server refuses when the draft is run a second time, because all is back by then.
static std::string unless_back(const std::string& statement, const std::string& sqlstate) {
  return do_block(
      fmt::format("  {};\nEXCEPTION\n  WHEN SQLSTATE {} THEN\n    RAISE NOTICE 'this is back already: %', "
                  "SQLERRM;\n",
                  statement, string_constant(sqlstate)));
}

/// Runs the whole draft once more, and guards what is refused then.
static void make_repeatable(std::vector<Part>& parts, Trial& trial) {
  for (Part& part : parts)
    for (std::string& statement : part.inverse.statements)
      if (const auto error = trial.refusal({statement})) {
        std::string guarded_statement = unless_back(statement, error->sqlstate);
        if (!trial.refusal({guarded_statement})) statement = std::move(guarded_statement);
      }
}

static Part refused_part(Part part) {
  std::string commented;
  for (const std::string& statement : part.inverse.statements) commented += "\n" + statement + ";";
  part.inverse.gap =
      fmt::format("{}: PostgreSQL refused what was drafted: {}{}", part.about, part.refusal, commented);
  part.inverse.statements.clear();
  return part;
}

static void take(std::vector<Part> from, std::vector<Part>& into) {
  std::move(from.begin(), from.end(), std::back_inserter(into));
}

/// For parts without statements, which are in nobody's way.
static void insert_by_place(Part part, std::vector<Part>& parts) {
  const auto at = std::find_if(parts.begin(), parts.end(),
                               [&](const Part& other) { return other.statement < part.statement; });
  parts.insert(at, std::move(part));
}

/// Drafts until the catalogue is what it was, or nothing more helps: what is made anew may come with
/// privileges by default, for example, which it did not have.
static std::vector<Part> parts_of_segment(const Segment& segment, Trial& trial, Session& session,
                                          const CatalogueScope& scope) {
  if (!segment.renamed_back.empty() || !segment.rename_without_way.empty()) {
    Part part{.statement = segment.last_statement, .about = segment.rename_without_way};
    if (segment.renamed_back.empty()) {
      part.inverse.gap = segment.rename_without_way;
      return {part};
    }
    part.inverse.statements = {when_still_there(segment.renamed_back)};
    part.about = segment.renamed_back;
    if (auto error = trial.refusal(part.inverse.statements)) {
      part.refusal = error->message;
      return {refused_part(std::move(part))};
    }
    return {part};
  }
  std::vector<Part> all;
  std::vector<Part> open;
  std::set<std::string> told;
  std::vector<CatalogueDifference> differences = compare(segment.before, segment.after);
  for (int round = 0; round < 3 && !differences.empty(); ++round) {
    std::erase_if(differences, [&](const CatalogueDifference& difference) {
      return !told.insert(difference.text()).second;
    });
    open = parts_of(differences, segment);
    take(trial.accepted(open), all);
    if (std::vector<Part> keys = keys_of(open, CatalogueIndex{segment.after}); !keys.empty()) {
      keys.insert(keys.end(), std::make_move_iterator(open.begin()), std::make_move_iterator(open.end()));
      open = std::move(keys);
      take(trial.accepted(open), all);
    }
    for (Part& part : open) insert_by_place(refused_part(std::move(part)), all);
    differences = compare(segment.before, snapshot(session, scope));
  }
  return all;
}

// --- The file --------------------------------------------------------------------------------------

static std::string as_comment(std::string_view text) {
  std::string lines = "-- ";
  for (const char c : text) lines += c == '\n' ? std::string("\n-- ") : std::string(1, c);
  return lines + "\n";
}

static std::string head_of(const Migration& migration) {
  return fmt::format(
      "-- The way back from {}, in reverse order. Drafted from what the\n"
      "-- migration did, and executed; whether it is what is meant, only a person can tell.\n",
      migration.label());
}

/// Alone in its file, an index that was built without blocking writers can be dropped without, too.
static void drop_concurrently(std::vector<Part>& parts, const Execution& execution) {
  if (execution.shape != TransactionShape::none || parts.size() != 1 ||
      parts[0].inverse.statements.size() != 1)
    return;
  std::string& statement = parts[0].inverse.statements[0];
  constexpr std::string_view drop = "DROP INDEX ";
  if (statement.starts_with(drop)) statement.insert(drop.size(), "CONCURRENTLY ");
}

static Draft written(const Migration& migration, const std::vector<Part>& parts) {
  Draft draft;
  std::string body;
  bool block = true;  // what takes several lines stands apart
  for (const Part& part : parts) {
    const bool simple = part.inverse.gap.empty() && part.inverse.statements.size() == 1;
    if (!simple || block) body += '\n';
    block = !simple;
    if (!part.inverse.gap.empty()) {
      draft.gaps.push_back(part.inverse.gap);
      body += as_comment(part.inverse.gap);
    }
    for (const std::string& statement : part.inverse.statements) body += statement + ";\n";
    draft.statements += part.inverse.statements.size();
  }
  if (parts.empty()) body = "\n-- The migration changes nothing that a catalogue shows.\n";
  draft.sql = head_of(migration) + body;
  return draft;
}

Draft draft_rollback(const Migration& migration, Session& session, const CatalogueScope& scope) {
  const Observed observed = observe(migration, session, scope);
  if (observed.execution.failed()) return {.refused = observed.execution.findings};
  std::vector<Part> parts;
  {
    Trial trial{session};
    for (auto segment = observed.segments.rbegin(); segment != observed.segments.rend(); ++segment)
      take(parts_of_segment(*segment, trial, session, scope), parts);
    make_repeatable(parts, trial);
  }
  for (const auto& [statement, words] : observed.row_changes)
    insert_by_place({.statement = statement, .inverse = {{}, words}}, parts);
  drop_concurrently(parts, observed.execution);
  return written(migration, parts);
}

}  // namespace runner
