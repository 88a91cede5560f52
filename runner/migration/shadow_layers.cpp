#include "runner/migration/shadow_layers.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/secret.hpp"
#include "runner/core/text.hpp"
#include "runner/crypto/sha256.hpp"
#include "runner/migration/execute.hpp"
#include "runner/postgres/prelude.hpp"
#include "runner/postgres/schema_copy.hpp"
#include "runner/process/child.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

namespace runner {

/// Part of every digest: raise it when the same file would leave another state than before.
static constexpr std::string_view way_of_executing = "1";

struct Building {
  Shadow* of = nullptr;
  std::optional<Session> owner{};
  std::size_t executed = 0;

  /// One session for all files of a shadow, as long as it lives: the server is stopped when a state is
  /// kept in the cache.
  Session& session(Shadow& shadow) {
    if (of == &shadow && owner && !owner->execute("SELECT 1").connection_lost) {
      owner->reset();
    } else {
      owner.reset();
      owner.emplace(shadow.connect());
      of = &shadow;
    }
    return *owner;
  }
};

ShadowLayers::ShadowLayers(const HistoryTable& history, const StopSignal* stop, Reporter& reporter,
                           bool warned_before)
    : history_(history),
      stop_(stop),
      reporter_(reporter),
      warned_before_(warned_before),
      building_(std::make_shared<Building>()) {}
ShadowLayers::~ShadowLayers() = default;

std::size_t ShadowLayers::executed() const {
  return building_->executed;
}

void ShadowLayers::add(ShadowLayer layer) {
  layer.apply = [apply = std::move(layer.apply), building = building_](Shadow& shadow) {
    ++building->executed;
    apply(shadow);
  };
  layers_.push_back(std::move(layer));
}

// --- before the files --------------------------------------------------------------------------------------

void ShadowLayers::add_prelude(const std::string& name, const std::string& hint_when_refused) {
  ShadowLayer layer = layer_of(find_prelude(name));
  layer.apply = [apply = layer.apply, hint_when_refused](Shadow& shadow) {
    try {
      apply(shadow);
    } catch (Error& error) {
      if (error.code() == ExitCode::environment && error.advice().empty()) error.hint(hint_when_refused);
      throw;
    }
  };
  add(std::move(layer));
}

static const Finding* first_error(const Execution& execution) {
  const auto found = std::ranges::find(execution.findings, Severity::error, &Finding::severity);
  return found == execution.findings.end() ? nullptr : &*found;
}

/// The server's words, without the excerpt: the error shows its place itself.
static std::string words_of(const Finding* finding) {
  if (finding == nullptr) return "";
  std::string words = finding->message;
  std::string_view rest = finding->detail;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    const std::string_view line = trimmed(rest.substr(0, end));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    for (const std::string_view field : {"SQLSTATE", "DETAIL", "HINT", "CONTEXT"})
      if (line.starts_with(field)) words += "\n" + std::string(line);
  }
  return words;
}

static ExecuteHooks hooks_for(const Shadow& shadow) {
  return {.server_major = shadow.server_version() / 10000};
}

namespace {
/// While it lives, the shadow's owner is a superuser, where the admin may say so. A session remembers its
/// rights, so those that were open meanwhile must be closed.
class SuperuserRights {
 public:
  SuperuserRights(Session& admin, const std::string& role)
      : admin_(admin), role_(admin.quoted_identifier(role)) {
    const Rows already = admin_.query("SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = $1",
                                      "ask for the role's rights", std::vector<Cell>{role});
    if (!already.rows.empty() && already.rows[0].at(0) == "t") return;
    given_ = !admin_.execute("ALTER ROLE " + role_ + " SUPERUSER").error;
  }
  ~SuperuserRights() {
    try {
      if (given_) admin_.execute("ALTER ROLE " + role_ + " NOSUPERUSER");
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): without a connection the shadow is of no use
    }
  }
  SuperuserRights(const SuperuserRights&) = delete;
  SuperuserRights& operator=(const SuperuserRights&) = delete;

 private:
  Session& admin_;
  std::string role_;
  bool given_ = false;
};
}  // namespace

/// As the owner, to whom everything in it belongs then, but with a superuser's rights: it is the start of a
/// database, made by whoever installed it.
static Execution run_baseline(const std::string& sql, const std::string& shown_path, Shadow& shadow) {
  Session admin = shadow.connect_admin();
  const SuperuserRights meanwhile{admin, shadow.owner()};
  Session session = shadow.connect();
  return execute_sql(sql, shown_path, "baseline", session, hooks_for(shadow));
}

void ShadowLayers::add_baseline(const std::filesystem::path& file) {
  std::string sql = without_psql_frame(read_file(file));
  const std::string shown = file.filename().string();
  add({.digest = sha256(std::string(way_of_executing) + sql),
       .description = "baseline " + shown,
       .apply = [sql = std::move(sql), shown](Shadow& shadow) {
         const Execution execution = run_baseline(sql, shown, shadow);
         if (!execution.failed()) return;
         const Finding* finding = first_error(execution);
         Error error{ExitCode::environment, fmt::format("cannot run shadow.baseline {}", shown)};
         error.because(words_of(finding)).hint("correct the file, or point shadow.baseline to another");
         if (finding != nullptr) error.at(finding->place);
         throw error;
       }});
}

// --- history -----------------------------------------------------------------------------------------------

void ShadowLayers::add_history_table() {
  add({.digest = sha256("table " + history_.shown()),
       .description = "history table",
       .apply = [history = history_, building = building_](Shadow& shadow) {
         create_history(building->session(shadow), history);
       }});
}

void ShadowLayers::add_history(const std::vector<HistoryRow>& applied) {
  if (applied.empty()) return;
  std::string text = history_.shown();
  for (const HistoryRow& row : applied) text += "\n" + row.version + " " + row.name;
  add({.digest = sha256(text),
       .description = fmt::format("history of {}", count_of(applied.size(), "version")),
       .apply = [applied, history = history_](Shadow& shadow) {
         Session admin = shadow.connect_admin();  // in a copied schema the table may be anybody's
         static constexpr std::string_view doing = "copy the history";
         admin.query("BEGIN", doing);
         for (const HistoryRow& row : applied) record_applied(admin, history, row);
         admin.query("COMMIT", doing);
       }});
}

// --- files -------------------------------------------------------------------------------------------------

static Error refused(const Migration& migration, const Execution& execution, ExitCode code,
                     const Shadow& shadow) {
  const Finding* finding = first_error(execution);
  Error error = code == ExitCode::failed
                    ? Error{code, fmt::format("migration {} was refused", migration.label())}
                    : Error{code, fmt::format("cannot replay the applied migration {} on the {}",
                                              migration.label(), shadow.describe())};
  if (finding != nullptr) error.at(finding->place);
  error.because(words_of(finding));
  error.hint(
      code == ExitCode::failed
          ? "see what dry-run says about it"
          : "set DATABASE_URL so that the schema is copied from the database, or shadow.baseline to an "
            "SQL file that the migrations start from, or shadow.server to a server that has what they need");
  return error;
}

/// `text` stands for the file where it was edited since. Otherwise the file is read again when it is
/// executed: thousands of them would take memory.
void ShadowLayers::add_file(const Migration& migration, std::string text, ExitCode when_refused) {
  std::string digest = sha256(text.empty() ? migration.read_sql() : text);
  add({.digest = sha256(
           fmt::format("{}\n{}\n{}\n{}", way_of_executing, history_.shown(), migration.label(), digest)),
       .description = migration.label(),
       .apply = [migration, text = std::move(text), when_refused, history = history_,
                 building = building_](Shadow& shadow) {
         Session& session = building->session(shadow);
         const std::string sql = text.empty() ? migration.read_sql() : text;
         const Execution execution =
             execute_sql(sql, migration.shown_path, migration.label(), session, hooks_for(shadow));
         if (execution.failed()) throw refused(migration, execution, when_refused, shadow);
         session.reset();
         record_applied(session, history, {migration.version, migration.name, {}});
       }});
}

static std::string at_base(const Migration& migration, const BaseCommit& base, const StopSignal* stop) {
  const auto blob = base.blobs.find(migration.file_name());
  if (blob == base.blobs.end()) return "";
  static constexpr std::size_t largest_file_bytes = std::size_t{64} << 20;
  const ChildResult shown = run_child({.program = "git",
                                       .arguments = {"cat-file", "blob", blob->second},
                                       .environment = minimal_environment(),
                                       .folder = std::filesystem::path(migration.path).parent_path(),
                                       .output_limit_bytes = largest_file_bytes},
                                      stop);
  return shown.succeeded() && !shown.output_cut ? shown.output : "";
}

static std::string in_history(const std::string& version, const HistoryTable& history, Session& target) {
  std::string sql;
  for (const std::string& statement : read_history_statements(target, history, version))
    sql += statement + ";\n";
  return sql;
}

std::map<std::string, std::string> texts_in_history(const Plan& plan, const HistoryTable& history,
                                                    Session* target) {
  std::map<std::string, std::string> texts;
  if (plan.source != Plan::Source::target || target == nullptr) return texts;
  for (const HistoryRow& row : plan.missing)
    if (std::string sql = in_history(row.version, history, *target); !sql.empty())
      texts.emplace(row.version, std::move(sql));
  return texts;
}

/// The text that was executed, where the file has another one by now; "" when it is not known.
std::string ShadowLayers::text_before_edit(const Migration& migration, const Plan& plan, Session* target) {
  std::string text;
  if (plan.source == Plan::Source::target && target != nullptr)
    text = in_history(migration.version, history_, *target);
  else if (plan.base)
    text = at_base(migration, *plan.base, stop_);
  if (text.empty())
    warn(fmt::format("{} was edited after it was applied; the shadow gets it as it is now",
                     migration.shown_path));
  return text;
}

void ShadowLayers::add_row(const HistoryRow& row, const std::string& text) {
  const Migration migration{
      .version = row.version, .name = row.name, .shown_path = history_.shown() + " " + row.version};
  add_file(migration, text, ExitCode::environment);
}

void ShadowLayers::add_applied_files(const Plan& plan, Session* target,
                                     const std::set<std::string>& without) {
  std::set<std::string> edited;
  for (const Migration& migration : plan.edited) edited.insert(migration.version);
  const std::map<std::string, std::string> kept = texts_in_history(plan, history_, target);
  std::vector<HistoryRow> lost;
  auto row = plan.missing.begin();
  const auto add_rows_before = [&](const std::string* version) {
    for (; row != plan.missing.end() && (version == nullptr || row->version < *version); ++row) {
      if (without.contains(row->version)) continue;
      const auto text = kept.find(row->version);
      if (text == kept.end())
        lost.push_back(*row);
      else
        add_row(*row, text->second);
    }
  };
  for (const Migration& migration : plan.applied_files) {
    add_rows_before(&migration.version);
    if (without.contains(migration.version)) continue;
    add_file(migration,
             edited.contains(migration.version) ? text_before_edit(migration, plan, target) : std::string(),
             ExitCode::environment);
  }
  add_rows_before(nullptr);
  if (lost.empty()) return;
  const bool one = lost.size() == 1;
  warn(fmt::format("{} in the history {} no file: the shadow lacks what {} did",
                   count_of(lost.size(), "version"), one ? "has" : "have", one ? "it" : "they"));
  add_history(lost);
}

void ShadowLayers::warn(const std::string& line) {
  if (!warned_before_) reporter_.warn(line);
}

void ShadowLayers::add_pending_files(const std::vector<Migration>& pending) {
  for (const Migration& migration : pending) add_file(migration, {}, ExitCode::failed);
}

}  // namespace runner
