#include "runner/migration/catalogue_query.hpp"

#include "runner/core/text.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace runner {

extern const std::string_view catalogue_begin_sql;
extern const std::string_view catalogue_relations_sql;
extern const std::string_view catalogue_columns_sql;
extern const std::string_view catalogue_on_tables_sql;
extern const std::string_view catalogue_types_sql;
extern const std::string_view catalogue_routines_sql;
extern const std::string_view catalogue_operators_sql;
extern const std::string_view catalogue_database_wide_sql;
extern const std::string_view catalogue_known_privileges_sql;
extern const std::string_view catalogue_outside_sql;
extern const std::string_view catalogue_end_sql;

/// Whatever changes the text of an expression or a constant, or only costs time here.
static constexpr std::string_view settings = R"(SELECT
  set_config('search_path', '', true), set_config('DateStyle', 'ISO, MDY', true),
  set_config('IntervalStyle', 'postgres', true), set_config('TimeZone', 'UTC', true),
  set_config('extra_float_digits', '1', true), set_config('bytea_output', 'hex', true),
  set_config('quote_all_identifiers', 'off', true), set_config('lc_monetary', 'C', true),
  set_config('standard_conforming_strings', 'on', true), set_config('jit', 'off', true),
  set_config('max_parallel_workers_per_gather', '0', true), set_config('enable_mergejoin', 'off', true),
  set_config('work_mem', '32MB', true))";

/// Options of servers, wrappers and tables whose values are shown. Any other may be a password.
static constexpr std::string_view shown_options =
    "('host', 'hostaddr', 'port', 'dbname', 'schema_name', 'table_name', 'column_name', 'updatable', "
    "'use_remote_estimate', 'fetch_size', 'extensions', 'sslmode', 'format', 'header', 'delimiter', "
    "'filename')";

static std::string digest_of(std::string_view value) {
  return fmt::format("'(hidden, digest ' || left(encode(sha256(convert_to({}, 'UTF8')), 'hex'), 12) || ')'",
                     value);
}

static std::string options_of(std::string_view value) {
  return fmt::format(
      "(SELECT coalesce(' options (' || string_agg(quote_ident(option_name) || ' ' || CASE WHEN option_name "
      "IN {} "
      "THEN quote_literal(option_value) ELSE {} END, ', ' ORDER BY option_name COLLATE \"C\") || ')', '') "
      "FROM pg_options_to_table({}))",
      shown_options, digest_of("option_value"), value);
}

static void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
}

/// Replaces each `$name(value)$`.
static void expand(std::string& text, std::string_view name, std::string (*expansion)(std::string_view)) {
  const std::string opening = fmt::format("${}(", name);
  for (std::size_t at = 0; (at = text.find(opening, at)) != std::string::npos;) {
    const std::size_t value = at + opening.size();
    const std::size_t end = text.find(")$", value);
    text.replace(at, end + 2 - at, expansion(std::string_view(text).substr(value, end - value)));
  }
}

/// False for a line whose last comment asks for another version.
static bool meant_for(std::string_view line, int major) {
  for (const bool since : {true, false}) {
    const std::string_view word = since ? "-- since " : "-- until ";
    const std::size_t at = line.rfind(word);
    if (at == std::string_view::npos) continue;
    const std::string_view digits = line.substr(at + word.size());
    int limit = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), limit);
    return since ? major >= limit : major <= limit;
  }
  return true;
}

static void append_lines(std::string_view text, int major, std::string& into) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    if (meant_for(text.substr(0, end), major)) into += text.substr(0, end);
    text.remove_prefix(end);
  }
}

static std::string array_of(const std::vector<std::string>& names, const Session& session) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + session.quoted_literal(name);
  return "ARRAY[" + text + "]::text[]";
}

std::string_view catalogue_settings() {
  return settings;
}

std::string catalogue_query(int server_version, const CatalogueScope& scope, const Session& session) {
  const int major = server_version / 10000;
  std::string sql;
  append_lines(catalogue_begin_sql, major, sql);
  bool first = true;
  for (const std::string_view arms :
       {catalogue_relations_sql, catalogue_columns_sql, catalogue_on_tables_sql, catalogue_types_sql,
        catalogue_routines_sql, catalogue_operators_sql, catalogue_database_wide_sql,
        catalogue_known_privileges_sql, catalogue_outside_sql}) {
    if (arms == catalogue_outside_sql && !scope.outside_the_database) continue;
    if (!first) sql += "\nUNION ALL\n";
    first = false;
    append_lines(arms, major, sql);
  }
  append_lines(catalogue_end_sql, major, sql);
  expand(sql, "options", options_of);
  expand(sql, "digest", digest_of);
  replace_all(sql, "$excluded_schemas$", array_of(scope.excluded_schemas, session));
  replace_all(sql, "$excluded_roles$", array_of(scope.excluded_roles, session));
  return sql;
}

}  // namespace runner
