#include "runner/postgres/prelude.hpp"

#include "runner/core/error.hpp"
#include "runner/core/nearest.hpp"
#include "runner/core/text.hpp"
#include "runner/crypto/sha256.hpp"

#include <string>
#include <vector>

#include <fmt/format.h>

namespace runner {

/// Source: Supabase's documentation and a hosted project's catalogue; extensions bring cron, net and others.
static constexpr std::string_view supabase_schemas[] = {
    "_analytics",     "_realtime",      "_supavisor", "auth",      "cron",    "extensions",
    "graphql",        "graphql_public", "net",        "pgbouncer", "pgmq",    "pgsodium",
    "pgsodium_masks", "pgtle",          "realtime",   "repack",    "storage", "supabase_functions",
    "tiger",          "tiger_data",     "topology",   "vault"};

extern const std::string_view supabase_prelude_sql;

/// Made on first use: the embedded text is initialised in another file, and static initialisers have no
/// order between files.
std::span<const Prelude> preludes() {
  static const Prelude all[] = {
      {.name = "supabase",
       .summary = "roles, schemas, functions and default extensions of a hosted Supabase project",
       .sql = supabase_prelude_sql,
       .schemas = supabase_schemas},
  };
  return all;
}

const Prelude& find_prelude(std::string_view name) {
  std::vector<std::string_view> names;
  for (const Prelude& prelude : preludes()) {
    if (prelude.name == name) return prelude;
    names.push_back(prelude.name);
  }
  throw Error{ExitCode::usage, fmt::format("there is no prelude '{}'", name)}.hint(suggest(name, names));
}

/// Sent whole, as one implicit transaction: half a prelude is none.
static void apply_prelude(const Prelude& prelude, Shadow& shadow) {
  Session session = shadow.connect_admin();
  const StatementResult result = session.execute(prelude.sql);
  if (!result.error) return;
  Error error{ExitCode::environment,
              fmt::format("the prelude '{}' does not run on {}", prelude.name, shadow.describe())};
  error.because(fmt::format("{}: {}", result.error->sqlstate, result.error->message));
  if (result.error->position_chars > 0)
    error.at(place_at(fmt::format("prelude {}", prelude.name), prelude.sql,
                      byte_offset(prelude.sql, result.error->position_chars)));
  throw error;
}

ShadowLayer layer_of(const Prelude& prelude) {
  return {.digest = sha256(fmt::format("prelude {}\n{}", prelude.name, prelude.sql)),
          .description = fmt::format("prelude {}", prelude.name),
          .apply = [&prelude](Shadow& shadow) { apply_prelude(prelude, shadow); }};
}

}  // namespace runner
