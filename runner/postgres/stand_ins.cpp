#include "runner/postgres/stand_ins.hpp"

#include "runner/core/file.hpp"
#include "runner/crypto/sha256.hpp"

#include <fmt/format.h>

namespace runner {

namespace fs = std::filesystem;

extern const std::string_view stand_in_hypopg_sql;
extern const std::string_view stand_in_index_advisor_sql;
extern const std::string_view stand_in_http_sql;
extern const std::string_view stand_in_moddatetime_sql;
extern const std::string_view stand_in_pg_cron_sql;
extern const std::string_view stand_in_pg_graphql_sql;
extern const std::string_view stand_in_pg_hashids_sql;
extern const std::string_view stand_in_pg_jsonschema_sql;
extern const std::string_view stand_in_pg_net_sql;
extern const std::string_view stand_in_pg_tle_sql;
extern const std::string_view stand_in_pgjwt_sql;
extern const std::string_view stand_in_pgmq_sql;
extern const std::string_view stand_in_pgsodium_sql;
extern const std::string_view stand_in_pgtap_sql;
extern const std::string_view stand_in_plpgsql_check_sql;
extern const std::string_view stand_in_supabase_vault_sql;
extern const std::string_view stand_in_vector_sql;

/// Made on first use: the embedded texts are initialised in other files.
std::span<const StandIn> stand_ins() {
  static const StandIn all[] = {
      {.name = "hypopg", .relocatable = true, .sql = stand_in_hypopg_sql},
      {.name = "index_advisor", .requires_also = "hypopg", .sql = stand_in_index_advisor_sql},
      {.name = "http", .sql = stand_in_http_sql},
      {.name = "moddatetime", .relocatable = true, .sql = stand_in_moddatetime_sql},
      {.name = "pg_cron", .schema = "pg_catalog", .sql = stand_in_pg_cron_sql},
      {.name = "pg_graphql", .schema = "graphql", .sql = stand_in_pg_graphql_sql},
      {.name = "pg_hashids", .relocatable = true, .sql = stand_in_pg_hashids_sql},
      {.name = "pg_jsonschema", .sql = stand_in_pg_jsonschema_sql},
      {.name = "pg_net", .sql = stand_in_pg_net_sql},
      {.name = "pg_tle", .schema = "pgtle", .sql = stand_in_pg_tle_sql},
      {.name = "pgjwt", .requires_also = "pgcrypto", .sql = stand_in_pgjwt_sql},
      {.name = "pgmq", .schema = "pgmq", .sql = stand_in_pgmq_sql},
      {.name = "pgsodium", .schema = "pgsodium", .sql = stand_in_pgsodium_sql},
      {.name = "pgtap", .relocatable = true, .sql = stand_in_pgtap_sql},
      {.name = "plpgsql_check", .sql = stand_in_plpgsql_check_sql},
      {.name = "supabase_vault", .schema = "vault", .sql = stand_in_supabase_vault_sql},
      {.name = "vector", .relocatable = true, .sql = stand_in_vector_sql},
  };
  return all;
}

static std::string control_of(const StandIn& extension) {
  std::string text = fmt::format(
      "comment = 'stand-in: names and signatures only'\ndefault_version = '{}'\nrelocatable = {}\n"
      "superuser = true\ntrusted = true\n",
      stand_in_version, extension.relocatable);
  if (!extension.schema.empty()) text += fmt::format("schema = '{}'\n", extension.schema);
  if (!extension.requires_also.empty()) text += fmt::format("requires = '{}'\n", extension.requires_also);
  return text;
}

void add_stand_ins(const fs::path& folder) {
  for (const StandIn& extension : stand_ins()) {
    const fs::path control = folder / fmt::format("{}.control", extension.name);
    if (fs::exists(control)) continue;
    write_file(control, control_of(extension));
    write_file(folder / fmt::format("{}--{}.sql", extension.name, stand_in_version), extension.sql);
  }
}

std::string stand_ins_digest() {
  std::string all;
  for (const StandIn& extension : stand_ins())
    all += fmt::format("{}\n{}\n{}\n", extension.name, control_of(extension), extension.sql);
  return sha256(all);
}

}  // namespace runner
