#include "runner/sql/relations.hpp"

#include <cstdint>
#include <memory>
#include <span>

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

namespace runner {

static void take(const PgQuery__RangeVar& table, std::vector<RelationName>& into) {
  into.push_back({.schema = table.schemaname, .name = table.relname});
}

/// DROP names its objects as lists of words.
static void take(const PgQuery__DropStmt& drop, std::vector<RelationName>& into) {
  for (const PgQuery__Node* object : std::span(drop.objects, drop.n_objects)) {
    if (object->node_case != PG_QUERY__NODE__NODE_LIST) continue;
    std::vector<std::string> words;
    for (const PgQuery__Node* word : std::span(object->list->items, object->list->n_items))
      if (word->node_case == PG_QUERY__NODE__NODE_STRING) words.emplace_back(word->string->sval);
    if (words.empty()) continue;
    into.push_back({.schema = words.size() > 1 ? words[words.size() - 2] : "", .name = words.back()});
  }
}

template <typename T>
static const T& at_offset(const ProtobufCMessage& message, unsigned offset) {
  return *reinterpret_cast<const T*>(reinterpret_cast<const std::uint8_t*>(&message) + offset);
}

/// Walks the whole tree by what protobuf knows of its messages: names stand in dozens of node types.
/// Source: protobuf-c, protobuf-c.h, ProtobufCFieldDescriptor.
static void walk(const ProtobufCMessage& message, std::vector<RelationName>& into) {
  if (message.descriptor == &pg_query__range_var__descriptor)
    return take(reinterpret_cast<const PgQuery__RangeVar&>(message), into);
  if (message.descriptor == &pg_query__drop_stmt__descriptor)
    take(reinterpret_cast<const PgQuery__DropStmt&>(message), into);
  for (const ProtobufCFieldDescriptor& field :
       std::span(message.descriptor->fields, message.descriptor->n_fields)) {
    if (field.type != PROTOBUF_C_TYPE_MESSAGE) continue;
    if (field.label == PROTOBUF_C_LABEL_REPEATED) {
      const auto* items = at_offset<ProtobufCMessage* const*>(message, field.offset);
      for (const ProtobufCMessage* item :
           std::span(items, at_offset<size_t>(message, field.quantifier_offset)))
        walk(*item, into);
      continue;
    }
    const bool one_of = (field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
    if (one_of && at_offset<std::uint32_t>(message, field.quantifier_offset) != field.id) continue;
    if (const auto* child = at_offset<const ProtobufCMessage*>(message, field.offset)) walk(*child, into);
  }
}

std::vector<RelationName> relations_of(std::string_view statement) {
  std::vector<RelationName> names;
  const std::string text(statement);
  PgQueryProtobufParseResult parsed = pg_query_parse_protobuf(text.c_str());
  if (parsed.error == nullptr) {
    const std::unique_ptr<PgQuery__ParseResult, void (*)(PgQuery__ParseResult*)> tree{
        pg_query__parse_result__unpack(nullptr, parsed.parse_tree.len,
                                       reinterpret_cast<const std::uint8_t*>(parsed.parse_tree.data)),
        [](PgQuery__ParseResult* result) { pg_query__parse_result__free_unpacked(result, nullptr); }};
    if (tree) walk(tree->base, names);
  }
  pg_query_free_protobuf_parse_result(parsed);
  return names;
}

}  // namespace runner
