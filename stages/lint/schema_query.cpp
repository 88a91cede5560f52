#include "stages/lint/schema_query.hpp"

#include <array>
#include <charconv>
#include <functional>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace runner {

static constexpr std::string_view own_schemas = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

static const std::string& text(const Cell& cell) {
  static const std::string none;
  return cell ? *cell : none;
}

static bool yes(const Cell& cell) {
  return text(cell) == "t";
}

static int number(const Cell& cell) {
  int value = 0;
  const std::string& digits = text(cell);
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

/// Names joined by newlines, which PostgreSQL allows in a name, but nobody writes.
static std::vector<std::string> lines(const Cell& cell) {
  std::vector<std::string> items;
  if (!cell) return items;
  std::string_view rest = *cell;
  while (true) {
    const std::size_t end = rest.find('\n');
    items.emplace_back(rest.substr(0, end));
    if (end == std::string_view::npos) return items;
    rest.remove_prefix(end + 1);
  }
}

using Row = std::vector<Cell>;

static void for_each(Session& session, const std::string& sql, const std::function<void(const Row&)>& use) {
  for (const Row& row : session.query(sql, "read the catalogue").rows) use(row);
}

static RelationKind relation_kind(std::string_view relkind) {
  if (relkind == "v") return RelationKind::view;
  if (relkind == "m") return RelationKind::materialized_view;
  if (relkind == "f") return RelationKind::foreign_table;
  return RelationKind::table;
}

/// The roles with any right on something. Source: PostgreSQL manual, "Privileges"; no list means the
/// defaults.
static std::string grantees_sql(std::string_view acl, std::string_view kind, std::string_view owner) {
  return fmt::format(
      "(SELECT string_agg(DISTINCT CASE a.grantee WHEN 0 THEN 'public' ELSE "
      "pg_catalog.pg_get_userbyid(a.grantee) END, E'\\n') FROM pg_catalog.aclexplode(coalesce({0}, "
      "pg_catalog.acldefault('{1}', {2}))) a)",
      acl, kind, owner);
}

static void read_tables(Session& session, Schema& schema) {
  for_each(session,
           fmt::format(
               "SELECT n.nspname, c.relname, c.relkind, c.relrowsecurity, pn.nspname, p.relname, "
               "dn.nspname, d.relname, {} FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid "
               "= c.relnamespace LEFT JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid AND "
               "c.relispartition LEFT JOIN pg_catalog.pg_class p ON p.oid = i.inhparent LEFT JOIN "
               "pg_catalog.pg_namespace pn ON pn.oid = p.relnamespace LEFT JOIN "
               "pg_catalog.pg_partitioned_table t ON t.partrelid = c.oid LEFT JOIN pg_catalog.pg_class d ON "
               "d.oid = t.partdefid LEFT JOIN pg_catalog.pg_namespace dn ON dn.oid = d.relnamespace WHERE "
               "c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {}",
               grantees_sql("c.relacl", "r", "c.relowner"), own_schemas),
           [&](const Row& row) {
             SchemaTable table{.name = {text(row[0]), text(row[1]), 0}, .kind = relation_kind(text(row[2]))};
             table.partitioned = text(row[2]) == "p";
             table.row_security = yes(row[3]);
             table.partition_of = {text(row[4]), text(row[5]), 0};
             table.default_partition = {text(row[6]), text(row[7]), 0};
             table.grantees = lines(row[8]);
             schema.tables.insert_or_assign({text(row[0]), text(row[1])}, std::move(table));
           });
}

static SchemaTable* table_of(Schema& schema, const Row& row) {
  const auto found = schema.tables.find({text(row[0]), text(row[1])});
  return found == schema.tables.end() ? nullptr : &found->second;
}

/// What the numbers in a type's brackets were. Source: PostgreSQL, the types' typmodin functions.
static std::vector<int> modifiers(std::string_view type, int typmod) {
  static constexpr int header = 4;
  if (typmod < 0) return {};
  if (type == "varchar" || type == "bpchar") return {typmod - header};
  if (type == "numeric") return {((typmod - header) >> 16) & 0xFFFF, (typmod - header) & 0x7FF};
  if (type == "interval") return {typmod & 0xFFFF};
  return {typmod};
}

static void read_columns(Session& session, Schema& schema) {
  for_each(
      session,
      fmt::format("SELECT n.nspname, c.relname, a.attname, CASE WHEN tn.nspname = 'pg_catalog' THEN '' ELSE "
                  "tn.nspname END, coalesce(e.typname, t.typname), a.atttypmod, e.oid IS NOT NULL, "
                  "CASE WHEN a.attcollation <> t.typcollation THEN k.collname ELSE '' END, a.attnotnull, "
                  "a.atthasdef AND a.attgenerated = '', a.attgenerated <> '', a.attidentity <> '' FROM "
                  "pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN "
                  "pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_type t ON t.oid = "
                  "a.atttypid LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A' "
                  "JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace LEFT JOIN "
                  "pg_catalog.pg_collation k ON k.oid = a.attcollation WHERE a.attnum > 0 AND NOT "
                  "a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {} ORDER BY a.attrelid, "
                  "a.attnum",
                  own_schemas),
      [&](const Row& row) {
        SchemaTable* table = table_of(schema, row);
        if (table == nullptr) return;
        SchemaColumn column{.name = text(row[2])};
        column.type.schema = text(row[3]);
        column.type.name = text(row[4]);
        column.type.modifiers = modifiers(column.type.name, number(row[5]));
        column.type.is_array = yes(row[6]);
        column.collation = text(row[7]);
        column.not_null = yes(row[8]);
        column.has_default = yes(row[9]);
        column.is_generated = yes(row[10]);
        column.is_identity = yes(row[11]);
        table->columns.push_back(std::move(column));
      });
}

/// What a check demands, read from its definition by the parser.
static void use_definition(SchemaConstraint& constraint, const std::string& definition) {
  const std::string sql = "ALTER TABLE t ADD " + definition;
  const ParsedFile file = parse_file(sql);
  if (file.statements.size() != 1) return;
  const auto* alter = as<AlterTable>(file.statements[0]);
  if (alter == nullptr || alter->actions.empty() || !alter->actions[0].constraint) return;
  const Expression& check = alter->actions[0].constraint->check;
  constraint.not_null = check.not_null;
  constraint.listed_column = check.listed_column;
  constraint.listed = check.listed;
}

static ConstraintKind constraint_kind(std::string_view contype) {
  if (contype == "f") return ConstraintKind::foreign_key;
  if (contype == "p") return ConstraintKind::primary_key;
  if (contype == "u") return ConstraintKind::unique;
  if (contype == "x") return ConstraintKind::exclusion;
  return ConstraintKind::check;
}

static void read_constraints(Session& session, Schema& schema) {
  static constexpr std::string_view names =
      "(SELECT string_agg(a.attname, E'\\n' ORDER BY k.n) FROM unnest({0}) WITH ORDINALITY k (num, n) JOIN "
      "pg_catalog.pg_attribute a ON a.attrelid = {1} AND a.attnum = k.num)";
  for_each(
      session,
      fmt::format("SELECT n.nspname, c.relname, x.conname, x.contype, x.convalidated, {}, fn.nspname, "
                  "f.relname, {}, CASE x.contype WHEN 'c' THEN pg_catalog.pg_get_constraintdef(x.oid) END "
                  "FROM pg_catalog.pg_constraint x JOIN pg_catalog.pg_class c ON c.oid = x.conrelid JOIN "
                  "pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_class f ON "
                  "f.oid = x.confrelid LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace "
                  "WHERE x.contype IN ('c', 'f', 'p', 'u', 'x') AND {}",
                  fmt::format(fmt::runtime(names), "x.conkey", "x.conrelid"),
                  fmt::format(fmt::runtime(names), "x.confkey", "x.confrelid"), own_schemas),
      [&](const Row& row) {
        SchemaTable* table = table_of(schema, row);
        if (table == nullptr) return;
        SchemaConstraint constraint{.kind = constraint_kind(text(row[3])),
                                    .name = text(row[2]),
                                    .columns = lines(row[5]),
                                    .valid = yes(row[4])};
        constraint.referenced = {text(row[6]), text(row[7]), 0};
        constraint.referenced_columns = lines(row[8]);
        if (row[9]) use_definition(constraint, *row[9]);
        table->constraints.push_back(std::move(constraint));
      });
}

static void read_indexes(Session& session, Schema& schema) {
  for_each(
      session,
      fmt::format("SELECT n.nspname, c.relname, i.relname, x.indisunique, x.indisvalid, x.indpred IS NOT "
                  "NULL, (SELECT string_agg(coalesce(a.attname, ''), E'\\n' ORDER BY k.n) FROM "
                  "unnest(x.indkey::int2[]) WITH ORDINALITY k (num, n) LEFT JOIN pg_catalog.pg_attribute a "
                  "ON a.attrelid = x.indrelid AND a.attnum = k.num AND k.num > 0 WHERE k.n <= "
                  "x.indnkeyatts) FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class c ON c.oid = "
                  "x.indrelid JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid JOIN "
                  "pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE {}",
                  own_schemas),
      [&](const Row& row) {
        SchemaTable* table = table_of(schema, row);
        if (table == nullptr) return;
        table->indexes.push_back({.name = text(row[2]),
                                  .columns = lines(row[6]),
                                  .unique = yes(row[3]),
                                  .valid = yes(row[4]),
                                  .partial = yes(row[5])});
        schema.index_tables[{text(row[0]), text(row[2])}] = {text(row[0]), text(row[1])};
      });
}

static void read_policies(Session& session, Schema& schema) {
  for_each(
      session,
      fmt::format(
          "SELECT n.nspname, c.relname, p.polname, p.polpermissive, CASE p.polcmd WHEN 'r' THEN 'select' "
          "WHEN 'a' THEN 'insert' WHEN 'w' THEN 'update' WHEN 'd' THEN 'delete' ELSE 'all' END, (SELECT "
          "string_agg(coalesce(r.rolname, 'public'), E'\\n') FROM unnest(p.polroles) k (id) LEFT JOIN "
          "pg_catalog.pg_roles r ON r.oid = k.id), pg_catalog.pg_get_expr(p.polqual, p.polrelid), "
          "pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid) FROM pg_catalog.pg_policy p JOIN "
          "pg_catalog.pg_class c ON c.oid = p.polrelid JOIN pg_catalog.pg_namespace n ON n.oid = "
          "c.relnamespace WHERE {}",
          own_schemas),
      [&](const Row& row) {
        SchemaTable* table = table_of(schema, row);
        if (table == nullptr) return;
        const std::string& check = row[7] ? text(row[7]) : text(row[6]);
        table->policies.push_back({.name = text(row[2]),
                                   .permissive = yes(row[3]),
                                   .command = text(row[4]),
                                   .roles = lines(row[5]),
                                   .shows_all = text(row[6]) == "true",
                                   .takes_all = check == "true"});
      });
}

static void read_types(Session& session, Schema& schema) {
  for_each(session,
           fmt::format(
               "SELECT n.nspname, t.typname, t.typtype = 'd', t.typnotnull OR EXISTS (SELECT FROM "
               "pg_catalog.pg_constraint x WHERE x.contypid = t.oid), (SELECT string_agg(e.enumlabel, "
               "E'\\n' ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid) FROM "
               "pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE "
               "t.typtype IN ('d', 'e') AND {}",
               own_schemas),
           [&](const Row& row) {
             schema.types.insert_or_assign({text(row[0]), text(row[1])},
                                           SchemaType{.name = {text(row[0]), text(row[1]), 0},
                                                      .is_domain = yes(row[2]),
                                                      .constrained = yes(row[3]),
                                                      .members = lines(row[4])});
           });
}

static void read_functions(Session& session, Schema& schema) {
  static constexpr std::string_view type_of =
      "(SELECT CASE WHEN e.oid IS NULL THEN t.typname ELSE e.typname || '[]' END FROM pg_catalog.pg_type t "
      "LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem AND t.typcategory = 'A' WHERE t.oid = {})";
  for_each(
      session,
      fmt::format(
          "SELECT n.nspname, p.proname, p.provolatile = 'v', (SELECT string_agg({}, E'\\n' ORDER BY "
          "k.n) FROM "
          "unnest(p.proargtypes::oid[]) WITH ORDINALITY k (id, n)), (SELECT "
          "string_agg(coalesce(p.proargnames[k.n], ''), E'\\n' ORDER BY k.n) FROM "
          "pg_catalog.generate_series(1, "
          "pg_catalog.cardinality(coalesce(p.proallargtypes, p.proargtypes::oid[]))) k (n) WHERE "
          "coalesce(p.proargmodes[k.n], 'i') IN ('i', 'b', 'v')), p.pronargdefaults, {}, (SELECT "
          "string_agg(p.proargnames[k.n], E'\\n' ORDER BY k.n) FROM "
          "pg_catalog.generate_series(1, pg_catalog.cardinality(p.proargmodes)) k (n) WHERE "
          "p.proargmodes[k.n] "
          "IN ('o', 'b', 't')), p.prosecdef, EXISTS (SELECT FROM unnest(p.proconfig) s (setting) WHERE "
          "s.setting LIKE 'search_path=%'), {} FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON "
          "n.oid = "
          "p.pronamespace WHERE p.prokind IN ('f', 'p') AND {}",
          fmt::format(fmt::runtime(type_of), "k.id"), fmt::format(fmt::runtime(type_of), "p.prorettype"),
          grantees_sql("p.proacl", "f", "p.proowner"), own_schemas),
      [&](const Row& row) {
        SchemaFunction function{.name = {text(row[0]), text(row[1]), 0}, .is_volatile = yes(row[2])};
        function.argument_types = lines(row[3]);
        function.argument_names = lines(row[4]);
        function.defaults = static_cast<std::size_t>(number(row[5]));
        function.returns = text(row[6]);
        function.result_columns = lines(row[7]);
        function.security_definer = yes(row[8]);
        function.sets_search_path = yes(row[9]);
        function.grantees = lines(row[10]);
        schema.functions.emplace(Schema::Key{text(row[0]), text(row[1])}, std::move(function));
      });
}

Schema read_schema(Session& session) {
  Schema schema;
  schema.known = true;
  read_tables(session, schema);
  read_columns(session, schema);
  read_constraints(session, schema);
  read_indexes(session, schema);
  read_policies(session, schema);
  read_types(session, schema);
  read_functions(session, schema);
  schema.search_path.clear();
  for_each(session,
           "SELECT unnest(pg_catalog.current_schemas(false)), pg_catalog.current_setting('TimeZone')",
           [&](const Row& row) {
             schema.search_path.push_back(text(row[0]));
             schema.time_zone = text(row[1]);
           });
  return schema;
}

}  // namespace runner
