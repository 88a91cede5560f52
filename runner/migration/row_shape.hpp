#pragma once

#include "runner/postgres/session.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

using ObjectNumber = std::string;  ///< PostgreSQL's oid, as text

struct ColumnShape {
  int number = 0;      ///< attnum: stays the same when a column is renamed or gets another type
  std::string name{};  ///< quoted where needed
  ObjectNumber type{};
  int modifier = -1;  ///< atttypmod
  bool not_null = false;
  enum class Source { given, defaulted, counted, generated } source = Source::given;
};

/// A CHECK, or the bounds of partitions: whatever mentions values that columns may have.
struct CheckShape {
  std::vector<int> columns{};
  std::string text{};
};

struct ReferenceShape {
  std::vector<int> columns{};
  ObjectNumber table{};
  std::string table_name{};
  std::vector<std::string> table_columns{};  ///< quoted, in the order of `columns`
};

struct TableShape {
  ObjectNumber number{};
  std::string name{};  ///< "public.invoices", quoted where needed
  std::vector<ColumnShape> columns{};
  std::vector<CheckShape> checks{};
  std::vector<std::vector<int>> unique{};  ///< columns; 0: an expression
  std::vector<ReferenceShape> references{};

  const ColumnShape* column(int number) const;
};

struct TypeShape {
  std::string name{};  ///< typname: "int4", "numeric"
  enum class Kind { base, enumeration, domain, range, multirange, composite, array, other } kind = Kind::base;
  std::vector<ObjectNumber> parts{};  ///< element, subtype, base type, attributes' types
  std::vector<int> modifiers{};       ///< of the parts of a domain and a composite
  std::vector<std::string> words{};   ///< an enum's labels, a domain's checks
  bool not_null = false;
};

/// Tables, with what their foreign keys reach; a partition stands for the table that it is part of.
struct RowShapes {
  std::map<ObjectNumber, TableShape> tables{};
  std::map<ObjectNumber, TypeShape> types{};

  const TableShape* table(const std::string& name) const;
};

/// The query; `wanted` is one of pg_class's numbers. Schemas of the system and `excluded_schema` are left
/// out.
std::string row_shapes_query(std::string_view wanted, std::string_view excluded_schema,
                             const Session& session);
RowShapes row_shapes_of(const Rows& rows);

/// The shapes of these tables, as far as they exist; names as in TableShape.
/// Throws: Error{environment}.
RowShapes read_row_shapes(Session& session, const std::vector<std::string>& tables,
                          std::string_view excluded_schema);

}  // namespace runner
