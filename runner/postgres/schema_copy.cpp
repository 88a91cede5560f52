#include "runner/postgres/schema_copy.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/secret.hpp"
#include "runner/core/text.hpp"
#include "runner/crypto/sha256.hpp"
#include "runner/postgres/roles_copy.hpp"
#include "runner/postgres/server_binaries.hpp"
#include "runner/process/child.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

namespace runner {

// --- pg_dump -----------------------------------------------------------------------------------------------

namespace {
/// A folder for the password file, 0700, gone with this object.
class PrivateFolder {
 public:
  PrivateFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "runner-dump-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr)
      throw Error{ExitCode::environment, "cannot make a folder in " + pattern}.hint(
          "point TMPDIR to a folder");
    path_ = pattern;
  }
  ~PrivateFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};
}  // namespace

/// Source: PostgreSQL manual, "The Password File": ':' and '\' are escaped by a backslash.
static std::string password_file(const std::string& password) {
  std::string line = "*:*:*:*:";
  for (const char c : password) {
    if (c == ':' || c == '\\') line += '\\';
    line += c;
  }
  return line + "\n";
}

/// What libpq reads from the environment goes to pg_dump, too, so that both reach the same server.
static constexpr const char* libpq_variables[] = {
    "PGHOST",        "PGHOSTADDR",   "PGPORT",        "PGUSER",       "PGPASSFILE",      "PGSERVICE",
    "PGSERVICEFILE", "PGSSLMODE",    "PGSSLROOTCERT", "PGSSLCERT",    "PGSSLKEY",        "PGSSLCRL",
    "PGOPTIONS",     "PGSYSCONFDIR", "PGGSSENCMODE",  "PGKRBSRVNAME", "PGCHANNELBINDING"};

static constexpr std::size_t largest_dump_bytes = std::size_t{256} << 20;
static constexpr std::chrono::minutes time_to_dump{5};

static std::string dump(const Session& target, const std::filesystem::path& pg_dump, const StopSignal* stop) {
  const PrivateFolder folder;
  const DatabaseUrl& url = target.url();
  const DatabaseUrl address = url.get("connect_timeout").empty() ? url.with("connect_timeout", "10") : url;
  std::vector<std::string> variables(std::begin(libpq_variables), std::end(libpq_variables));
  Command command{.program = pg_dump.string(),
                  .arguments = {"--schema-only", "--no-tablespaces", "--no-security-labels",
                                "--no-subscriptions", "--lock-wait-timeout=2s", "--encoding=UTF8",
                                "--no-password", "--dbname=" + address.uri()},
                  .environment = minimal_environment(variables),
                  .deadline = time_to_dump,
                  .output_limit_bytes = largest_dump_bytes};
  std::string password;
  if (const auto own = url.parameters().find("password"); own != url.parameters().end())
    password = own->second;
  else if (const char* given = std::getenv("PGPASSWORD"))
    password = given;
  if (!password.empty()) {
    const auto file = folder.path() / "pgpass";
    write_file(file, password_file(password), 0600);
    command.environment["PGPASSFILE"] = file.string();
  }
  const ChildResult result = run_child(command, stop);
  if (result.succeeded() && !result.output_cut) return result.output;
  Error error{ExitCode::environment, fmt::format("cannot copy the schema of {}", url.describe())};
  if (result.deadline_passed)
    error.because(fmt::format("pg_dump did not end within {} min", time_to_dump.count()));
  else if (result.output_cut)
    error.because(fmt::format("its dump is larger than {} MB", largest_dump_bytes >> 20));
  else
    error.because(hide_secrets(clean_text(trimmed(result.errors))));
  throw error;
}

std::string without_psql_frame(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  std::string key;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    const std::string_view line = text.substr(0, end + 1);
    text.remove_prefix(end + 1);
    if (key.empty() && line.starts_with("\\restrict ")) {
      key = trimmed(line.substr(10));
      continue;
    }
    if (!key.empty() && line.starts_with("\\unrestrict ") && trimmed(line.substr(12)) == key) continue;
    result += line;
  }
  return result;
}

namespace {
/// An entry of pg_dump's text: from one "-- Name: …; Type: …;" header to the next.
struct Entry {
  std::string_view title{};  ///< "Name: invoices; Type: TABLE; Schema: public; Owner: postgres"
  std::string_view sql{};
};
}  // namespace

static constexpr std::string_view header = "--\n-- Name: ";

/// The first is what precedes all headers: settings.
static std::vector<Entry> entries_of(std::string_view text) {
  std::vector<Entry> entries;
  std::string_view title;
  for (std::size_t begin = 0;;) {
    const std::size_t next = text.find(header, begin + (entries.empty() ? 0 : 1));
    entries.push_back({title, text.substr(begin, next - begin)});
    if (next == std::string_view::npos) return entries;
    const std::size_t start = next + header.size() - std::string_view("Name: ").size();
    title = text.substr(start, text.find('\n', start) - start);
    begin = next;
  }
}

/// Without user mappings, whose options hold passwords.
static std::string without_passwords(const std::string& text) {
  std::string result;
  for (const Entry& entry : entries_of(text))
    if (entry.title.find("; Type: USER MAPPING;") == std::string_view::npos) result += entry.sql;
  return result;
}

SchemaCopy copy_schema(Session& target, const StopSignal* stop) {
  SchemaCopy copy;
  copy.major = target.server_version() / 10000;
  const std::filesystem::path pg_dump = find_pg_dump(copy.major);
  if (pg_dump.empty())
    throw Error{ExitCode::environment,
                fmt::format("cannot copy the schema of {}: no pg_dump for PostgreSQL {}",
                            target.url().describe(), copy.major)}
        .hint(fmt::format("install postgresql-client-{}, or point RUNNER_PG_BIN to it", copy.major));
  copy.owner = migration_role(target);
  RolesCopy roles = copy_roles(target, copy.owner);
  copy.roles_sql = std::move(roles.sql);
  copy.superusers = std::move(roles.superusers);
  copy.schema_sql = without_passwords(without_psql_frame(dump(target, pg_dump, stop)));
  copy.digest = sha256(copy.owner + "\n" + copy.roles_sql + "\n" + copy.schema_sql);
  return copy;
}

// --- loading -----------------------------------------------------------------------------------------------

/// `role` as an SQL expression.
static bool is_superuser(Session& admin, const std::string& role) {
  const Rows found =
      admin.query("SELECT FROM pg_roles WHERE rolsuper AND rolname = " + role, "read the roles");
  return !found.rows.empty();
}

static bool may_become_superuser(Session& admin, const std::string& role) {
  const Rows found =
      admin.query(fmt::format("SELECT FROM pg_roles WHERE rolsuper AND pg_has_role({}, oid, 'MEMBER')",
                              admin.quoted_literal(role)),
                  "read the roles");
  return !found.rows.empty();
}

static Error cannot_load(const Shadow& shadow, std::string_view what, const SqlError& error) {
  return Error{ExitCode::environment, fmt::format("cannot load {} into the {}", what, shadow.describe())}
      .because(fmt::format("{} (SQLSTATE {})", error.message, error.sqlstate));
}

static std::string extension_in(std::string_view title) {
  static constexpr std::string_view name = "Name: ";
  if (title.find("; Type: EXTENSION;") == std::string_view::npos) return "";
  return std::string(title.substr(name.size(), title.find(';') - name.size()));
}

static Error missing_extension(const Shadow& shadow, const std::string& extension, const SqlError& error) {
  const std::string package = debian_package_of_extension(extension, shadow.server_version() / 10000);
  Error result{ExitCode::environment, fmt::format("the {} lacks the extension '{}' that the target has",
                                                  shadow.describe(), extension)};
  result.because(error.message);
  return package.empty()
             ? result.hint("set shadow.server to a server that has it")
             : result.hint(fmt::format("install the package {}, or set shadow.server to a server that has it",
                                       package));
}

/// All at once: one implicit transaction, one round trip. When that fails, entry by entry, to know which.
/// `before` and `after` belong to the same transaction.
static void load_schema(Session& admin, const Shadow& shadow, const std::string& before,
                        const std::string& sql, const std::string& after) {
  const StatementResult all = admin.execute(before + sql + after);
  if (!all.error) return;
  if (all.connection_lost) throw cannot_load(shadow, "the target's schema", *all.error);
  admin.query("BEGIN; " + before, "load the target's schema");
  for (const Entry& entry : entries_of(sql)) {
    const StatementResult one = admin.execute(entry.sql);
    if (!one.error) continue;
    if (const std::string extension = extension_in(entry.title); !extension.empty())
      throw missing_extension(shadow, extension, *one.error);
    throw cannot_load(shadow, entry.title.empty() ? "the target's settings" : entry.title, *one.error);
  }
  admin.query(after + "COMMIT", "load the target's schema");
}

/// A newer pg_dump sets what an older server does not know.
static std::string fitting(const std::string& sql, int server_version) {
  static constexpr std::string_view newer = "SET transaction_timeout = 0;\n";
  std::string result = sql;
  if (server_version < 170000)
    if (const std::size_t at = result.find(newer); at != std::string::npos) result.erase(at, newer.size());
  return result;
}

/// pg_dump leaves materialized views without rows, and such a view cannot be read. One may stand on another.
static void refresh_views(Session& admin) {
  for (std::size_t before = 0;;) {
    const Rows views = admin.query(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'm' AND NOT relispopulated ORDER BY oid",
        "list the materialized views");
    if (views.rows.empty() || views.rows.size() == before) return;
    before = views.rows.size();
    for (const auto& view : views.rows) admin.execute("REFRESH MATERIALIZED VIEW " + view.at(0).value_or(""));
  }
}

/// Whoever is named as an event trigger's owner must be a superuser at that moment, and only then: nobody
/// else sees it, because it is undone in the same transaction.
static void load_as_superusers(Session& admin, const Shadow& shadow, const SchemaCopy& copy) {
  std::string before;
  std::string after;
  for (const std::string& role : copy.superusers) {
    if (!is_superuser(admin, "current_user") || is_superuser(admin, admin.quoted_literal(role))) continue;
    before += fmt::format("ALTER ROLE {} SUPERUSER;\n", admin.quoted_identifier(role));
    after += fmt::format("ALTER ROLE {} NOSUPERUSER;\n", admin.quoted_identifier(role));
  }
  load_schema(admin, shadow, before, fitting(copy.schema_sql, shadow.server_version()), after);
}

static void load_roles(Session& admin, const Shadow& shadow, const SchemaCopy& copy) {
  const StatementResult roles = admin.execute(copy.roles_sql);
  if (roles.error) {
    Error error = cannot_load(shadow, "the target's roles", *roles.error);
    if (roles.error->sqlstate == "42501")
      error.hint(
          "name a role with CREATEROLE or a superuser in shadow.server, or leave it out to use an embedded "
          "server");
    throw error;
  }
  if (shadow.owner() == copy.owner) return;
  // On a shadow.server, migrations run as a role of the shadow's own.
  if (may_become_superuser(admin, copy.owner))
    throw Error{ExitCode::environment,
                fmt::format("cannot load the target's schema into the {}", shadow.describe())}
        .because(fmt::format(
            "'{}', as whom migrations run there, is or may become a superuser on the shadow server",
            copy.owner))
        .hint("name a server in shadow.server on which that role has no such rights");
  admin.execute(fmt::format("GRANT {} TO {} WITH ADMIN OPTION", admin.quoted_identifier(copy.owner),
                            admin.quoted_identifier(shadow.owner())));
}

static void load(Shadow& shadow, const SchemaCopy& copy) {
  Session admin = shadow.connect_admin();
  load_roles(admin, shadow, copy);
  load_as_superusers(admin, shadow, copy);
  // pg_dump's text emptied search_path, and a view's functions may need it.
  admin.reset();
  refresh_views(admin);
}

ShadowLayer layer_of(const SchemaCopy& copy) {
  return {.digest = copy.digest, .description = "copied schema", .apply = [copy](Shadow& shadow) {
            load(shadow, copy);
          }};
}

}  // namespace runner
