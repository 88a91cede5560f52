#pragma once

#include "runner/sql/parsed.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace runner {

struct SchemaColumn {
  std::string name{};
  TypeName type{};
  std::string collation{};
  bool not_null = false;
  bool has_default = false;
  bool is_generated = false;
  bool is_identity = false;
  bool added = false;  ///< by the file that is looked at
};

struct SchemaConstraint {
  ConstraintKind kind = ConstraintKind::check;
  std::string name{};
  std::vector<std::string> columns{};
  bool valid = true;
  QualifiedName referenced{};  ///< foreign_key, with schema
  std::vector<std::string> referenced_columns{};
  std::vector<std::string> not_null{};  ///< check: columns that it demands to be set
  std::string listed_column{};          ///< check: as Expression has it
  std::vector<std::string> listed{};
  bool added = false;  ///< by the file that is looked at
};

struct SchemaIndex {
  std::string name{};
  std::vector<std::string> columns{};  ///< "" for an expression
  bool unique = false;
  bool valid = true;
  bool partial = false;
  bool added = false;  ///< by the file that is looked at
};

struct SchemaPolicy {
  std::string name{};
  bool permissive = true;
  std::string command{};             ///< "select", …, "all"
  std::vector<std::string> roles{};  ///< "public" for PUBLIC
  bool shows_all = false;            ///< USING (true)
  bool takes_all = false;            ///< WITH CHECK (true), or where it has none, USING (true)
};

/// A table, view, or materialized view.
struct SchemaTable {
  QualifiedName name{};  ///< with schema
  RelationKind kind = RelationKind::table;
  bool created = false;  ///< by the file that is looked at
  bool partitioned = false;
  bool row_security = false;
  QualifiedName partition_of{};
  QualifiedName default_partition{};
  std::vector<SchemaColumn> columns{};
  std::vector<SchemaConstraint> constraints{};
  std::vector<SchemaIndex> indexes{};
  std::vector<SchemaPolicy> policies{};
  std::optional<std::vector<std::string>> grantees{};   ///< with any right, "public" for PUBLIC; read only
  std::vector<SchemaConstraint> dropped_constraints{};  ///< by the file that is looked at
  std::vector<SchemaIndex> dropped_indexes{};

  const SchemaColumn* column(std::string_view column_name) const;
  const SchemaConstraint* constraint(std::string_view constraint_name) const;
};

struct SchemaType {
  QualifiedName name{};  ///< with schema
  bool created = false;
  bool is_domain = false;
  bool constrained = false;            ///< a domain with CHECK or NOT NULL
  std::vector<std::string> members{};  ///< of an enum, in order
};

struct SchemaFunction {
  QualifiedName name{};  ///< with schema
  bool created = false;
  bool is_volatile = true;
  std::vector<std::string> argument_types{};  ///< of the IN arguments; PostgreSQL's own names
  std::vector<std::string> argument_names{};
  std::size_t defaults = 0;  ///< so many of the last arguments may be left out
  std::string returns{};
  std::vector<std::string> result_columns{};  ///< of OUT and TABLE; empty where they have no names
  bool security_definer = false;
  bool sets_search_path = false;
  std::optional<std::vector<std::string>> grantees{};  ///< as of a table

  /// "billing.total(int4, text)"
  std::string str() const;
};

/// What a database holds, as far as rules ask: read from a catalogue, and kept up with the statements that
/// are looked at. Names without a schema are found over the search path.
class Schema {
 public:
  using Key = std::pair<std::string, std::string>;  ///< schema, name

  bool known = false;  ///< read from a database; else only what the file itself makes is here
  std::vector<std::string> search_path{"public"};
  std::string time_zone{};  ///< of the session; "" where nobody knows
  std::map<Key, SchemaTable> tables{};
  std::map<Key, SchemaType> types{};
  std::multimap<Key, SchemaFunction> functions{};
  std::map<Key, Key> index_tables{};  ///< an index and its table

  const SchemaTable* table(const QualifiedName& name) const;
  const SchemaType* type(const QualifiedName& name) const;
  const SchemaType* type(const TypeName& name) const {
    return type(QualifiedName{name.schema, name.name, 0});
  }
  /// The table of an index, or nullptr.
  const SchemaTable* table_of_index(const QualifiedName& index) const;
  std::vector<const SchemaFunction*> overloads(const QualifiedName& name) const;
  /// Those that DROP FUNCTION names, with arguments or without.
  std::vector<const SchemaFunction*> routines(const DroppedObject& named) const;
  /// Tables with a foreign key to this one, without itself.
  std::vector<const SchemaTable*> referencing(const SchemaTable& table) const;
  /// Tables with a column of this type.
  std::vector<const SchemaTable*> users(const SchemaType& type) const;

  /// What the name means, or would mean if it were made now.
  Key key(const QualifiedName& name) const;

  /// The schema after a statement.
  void apply(const ParsedStatement& statement);

 private:
  SchemaTable* find(const QualifiedName& name);
  template <typename Value>
  Key found_key(const QualifiedName& name, const std::map<Key, Value>& in) const;

  void apply(const CreateTable& create);
  void apply(const CreateTableAs& create);
  void apply(const CreateView& create);
  void apply(const AlterTable& alter);
  void apply(const CreateIndex& create);
  void apply(const Drop& drop);
  void apply(const Rename& rename);
  void apply(const CreateType& create);
  void apply(const CreateRoutine& create);
  void apply(const AlterRoutine& alter);
  void apply(const AlterEnum& alter);
  void apply(const Policy& policy);
  void apply(const AlterDomain& alter);
  void apply(const Setting& setting);
  template <typename T>
  void apply(const T&) {}  // says nothing of what we keep

  void add_constraint(SchemaTable& table, const Constraint& constraint);
  void apply_action(SchemaTable& table, const AlterAction& action);
  void drop_table(const Key& key);
  void rename_type(const Rename& rename);
  void drop_routine(const DroppedObject& routine);
};

}  // namespace runner
