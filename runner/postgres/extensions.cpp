#include "runner/postgres/shadow.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

namespace runner {

/// What Debian's postgresql-<major> itself brings: PostgreSQL's contrib modules.
/// Source: /usr/share/postgresql/15/extension of postgresql-15; adminpack and old_snapshot end with 16.
static constexpr std::string_view contrib =
    " adminpack amcheck autoinc bloom btree_gin btree_gist citext cube dblink dict_int dict_xsyn "
    "earthdistance file_fdw fuzzystrmatch hstore insert_username intagg intarray isn lo ltree "
    "moddatetime old_snapshot pageinspect pg_buffercache pg_freespacemap pg_prewarm "
    "pg_stat_statements pg_surgery pg_trgm pg_visibility pg_walinspect pgcrypto pgrowlocks "
    "pgstattuple plpgsql postgres_fdw refint seg sslinfo tablefunc tcn tsm_system_rows "
    "tsm_system_time unaccent uuid-ossp xml2 ";

namespace {
struct Packaged {
  std::string_view extension;
  std::string_view package;  ///< {} stands for the major version
};
}  // namespace

/// Extensions with packages of their own. Not every release of Debian has each for each major; where it
/// hasn't, PostgreSQL's own apt repository has it under the same name.
static constexpr Packaged packaged[] = {
    {"address_standardizer", "postgresql-{}-postgis-3"},
    {"bool_plperl", "postgresql-plperl-{}"},
    {"debversion", "postgresql-{}-debversion"},
    {"first_last_agg", "postgresql-{}-first-last-agg"},
    {"hll", "postgresql-{}-hll"},
    {"hstore_plperl", "postgresql-plperl-{}"},
    {"hstore_plpython3u", "postgresql-plpython3-{}"},
    {"http", "postgresql-{}-http"},
    {"hypopg", "postgresql-{}-hypopg"},
    {"icu_ext", "postgresql-{}-icu-ext"},
    {"ip4r", "postgresql-{}-ip4r"},
    {"jsonb_plperl", "postgresql-plperl-{}"},
    {"jsonb_plpython3u", "postgresql-plpython3-{}"},
    {"ltree_plpython3u", "postgresql-plpython3-{}"},
    {"mysql_fdw", "postgresql-{}-mysql-fdw"},
    {"numeral", "postgresql-{}-numeral"},
    {"ogr_fdw", "postgresql-{}-ogr-fdw"},
    {"orafce", "postgresql-{}-orafce"},
    {"periods", "postgresql-{}-periods"},
    {"pg_cron", "postgresql-{}-cron"},
    {"pg_partman", "postgresql-{}-partman"},
    {"pg_qualstats", "postgresql-{}-pg-qualstats"},
    {"pg_repack", "postgresql-{}-repack"},
    {"pg_similarity", "postgresql-{}-similarity"},
    {"pg_sphere", "postgresql-{}-pgsphere"},
    {"pg_stat_kcache", "postgresql-{}-pg-stat-kcache"},
    {"pg_wait_sampling", "postgresql-{}-pg-wait-sampling"},
    {"pgaudit", "postgresql-{}-pgaudit"},
    {"pglogical", "postgresql-{}-pglogical"},
    {"pgq", "postgresql-{}-pgq3"},
    {"pgrouting", "postgresql-{}-pgrouting"},
    {"pgtap", "postgresql-{}-pgtap"},
    {"pldbgapi", "postgresql-{}-pldebugger"},
    {"plperl", "postgresql-plperl-{}"},
    {"plperlu", "postgresql-plperl-{}"},
    {"plpgsql_check", "postgresql-{}-plpgsql-check"},
    {"plproxy", "postgresql-{}-plproxy"},
    {"plpython3u", "postgresql-plpython3-{}"},
    {"plr", "postgresql-{}-plr"},
    {"plsh", "postgresql-{}-plsh"},
    {"pltcl", "postgresql-pltcl-{}"},
    {"pltclu", "postgresql-pltcl-{}"},
    {"pointcloud", "postgresql-{}-pointcloud"},
    {"postgis", "postgresql-{}-postgis-3"},
    {"postgis_raster", "postgresql-{}-postgis-3"},
    {"postgis_sfcgal", "postgresql-{}-postgis-3"},
    {"postgis_tiger_geocoder", "postgresql-{}-postgis-3"},
    {"postgis_topology", "postgresql-{}-postgis-3"},
    {"powa", "postgresql-{}-powa"},
    {"prefix", "postgresql-{}-prefix"},
    {"q3c", "postgresql-{}-q3c"},
    {"rdkit", "postgresql-{}-rdkit"},
    {"repmgr", "postgresql-{}-repmgr"},
    {"rum", "postgresql-{}-rum"},
    {"semver", "postgresql-{}-semver"},
    {"set_user", "postgresql-{}-set-user"},
    {"tdigest", "postgresql-{}-tdigest"},
    {"tds_fdw", "postgresql-{}-tds-fdw"},
    {"unit", "postgresql-{}-unit"},
    {"vector", "postgresql-{}-pgvector"},
};

std::string debian_package_of_extension(std::string_view extension, int major) {
  const bool one_word = !extension.empty() && extension.find(' ') == std::string_view::npos;
  if (one_word && contrib.find(fmt::format(" {} ", extension)) != std::string_view::npos)
    return fmt::format("postgresql-{}", major);
  const auto* found = std::ranges::find(packaged, extension, &Packaged::extension);
  return found == std::end(packaged) ? "" : fmt::format(fmt::runtime(found->package), major);
}

}  // namespace runner
