#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace runner {

/// A name as a statement writes it. Positions are byte offsets into the file.
struct QualifiedName {
  std::string schema{};  ///< "" where none is written
  std::string name{};
  std::size_t position = 0;

  bool empty() const { return name.empty(); }
  /// "billing.invoices", or "invoices".
  std::string str() const { return schema.empty() ? name : schema + "." + name; }
};

/// A type as a statement writes it.
struct TypeName {
  std::string schema{};          ///< "" where none is written; "pg_catalog" is left out
  std::string name{};            ///< PostgreSQL's own: "int4", "varchar", "timestamptz"
  std::vector<int> modifiers{};  ///< of varchar(20): 20; constants only
  bool is_array = false;
  std::size_t position = 0;

  bool empty() const { return name.empty(); }
  bool is_serial() const;
  /// "varchar(20)", "int8[]"
  std::string str() const;
};

/// What the rules want to know of an expression.
struct Expression {
  bool given = false;
  std::string text{};  ///< as written, where its end is known
  std::vector<QualifiedName> functions{};
  std::vector<std::string> columns{};   ///< last parts of the names
  std::vector<std::string> not_null{};  ///< columns that it demands to be set: a IS NOT NULL AND …
  std::vector<std::string> casts{};     ///< names of the types
  std::string listed_column{};          ///< of col IN ('a', 'b') and nothing else: col
  std::vector<std::string> listed{};    ///< and its constants: a, b
  bool is_true = false;                 ///< the constant true
  bool is_null = false;                 ///< the constant NULL
  bool has_subquery = false;
  bool is_cast_of_column = false;  ///< col::type and nothing else
  bool reads_clock = false;        ///< CURRENT_TIMESTAMP and its kin
  std::size_t position = 0;
};

}  // namespace runner
