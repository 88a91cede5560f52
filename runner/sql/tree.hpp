#pragma once

// PostgreSQL's parse trees, for the files of this folder only: nothing else includes libpg_query.

#include "runner/sql/names.hpp"
#include "runner/sql/scan.hpp"
#include "runner/sql/statement.hpp"
#include "runner/sql/unpacked.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

namespace runner {

/// The parse tree of one statement.
class Tree {
 public:
  /// `statement` holds one statement and no NUL byte.
  explicit Tree(const std::string& statement);

  /// nullptr where the parser refuses the text, or where it isn't exactly one statement.
  const PgQuery__Node* root() const;
  PgQuery__Node* root();
  /// The tree as SQL, on one line. Throws: Error{environment} where libpg_query cannot write it.
  std::string deparsed() const;
  const std::string& error() const { return error_; }                   ///< the parser's words
  std::size_t error_position_chars() const { return error_position_; }  ///< from 1; 0: none

 private:
  std::optional<Unpacked<PgQuery__ParseResult>> result_{};
  std::string error_{};
  std::size_t error_position_ = 0;
};

using Nodes = std::span<PgQuery__Node* const>;

/// What a statement is built from: its tree, and where it stands.
struct Source {
  std::string_view sql{};           ///< the whole file
  std::size_t offset = 0;           ///< of the statement; added to every location of the tree
  std::string_view text{};          ///< of the statement
  std::span<const Token> tokens{};  ///< of the statement, comments included; offsets into `sql`

  /// Where a node stands in the file: -1 (unknown) is the statement's start.
  std::size_t at(int location) const {
    return location < 0 ? offset : offset + static_cast<std::size_t>(location);
  }
};

/// The text of a String node; "" for any other.
std::string_view string_of(const PgQuery__Node* node);
std::vector<std::string> strings_of(Nodes nodes);

/// A constant as text, without quotes; "" for anything else.
std::string constant_text(const PgQuery__Node& node);

/// A name given as a list of strings: [catalog.][schema.]name
QualifiedName name_of(Nodes parts, std::size_t position);
QualifiedName name_of(const PgQuery__RangeVar& table, const Source& in);
TypeName type_of(const PgQuery__TypeName* type, const Source& in);
/// nullptr gives an expression without text.
Expression expression_of(const PgQuery__Node* node, const Source& in);

/// An option's value as PostgreSQL's defGetBoolean reads it; nothing when it isn't given.
std::optional<bool> option_value(Nodes options, std::string_view name);

/// Calls `visit` for a message and every message below it, parents first. Returning false skips what is
/// below.
using Visit = std::function<bool(const ProtobufCMessage&)>;
void walk(const ProtobufCMessage& message, const Visit& visit);
inline void walk(const PgQuery__Node& node, const Visit& visit) {
  walk(node.base, visit);
}

/// A message as the type it is, or nullptr.
template <typename T>
const T* as(const ProtobufCMessage& message, const ProtobufCMessageDescriptor& descriptor) {
  return message.descriptor == &descriptor ? reinterpret_cast<const T*>(&message) : nullptr;
}

}  // namespace runner
