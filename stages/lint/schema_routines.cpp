// The functions and procedures of a Schema.
#include "stages/lint/schema.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

std::string SchemaFunction::str() const {
  return fmt::format("{}({})", name.str(), fmt::join(argument_types, ", "));
}

std::vector<const SchemaFunction*> Schema::overloads(const QualifiedName& name) const {
  std::vector<const SchemaFunction*> found;
  const auto add = [&](const std::string& schema) {
    const auto [from, to] = functions.equal_range({schema, name.name});
    for (auto it = from; it != to; ++it) found.push_back(&it->second);
  };
  if (!name.schema.empty()) {
    add(name.schema);
    return found;
  }
  for (const std::string& schema : search_path) add(schema);
  return found;
}

static std::string type_name(const TypeName& type) {
  return type.name + (type.is_array ? "[]" : "");
}

static std::vector<std::string> type_names(const std::vector<TypeName>& types) {
  std::vector<std::string> names;
  for (const TypeName& type : types) names.push_back(type_name(type));
  return names;
}

std::vector<const SchemaFunction*> Schema::routines(const DroppedObject& named) const {
  std::vector<const SchemaFunction*> found = overloads(named.name);
  if (named.arguments)
    std::erase_if(found, [types = type_names(*named.arguments)](const SchemaFunction* function) {
      return function->argument_types != types;
    });
  return found;
}

void Schema::drop_routine(const DroppedObject& routine) {
  for (const SchemaFunction* gone : routines(routine))
    std::erase_if(functions, [gone](const auto& entry) { return &entry.second == gone; });
}

static SchemaFunction function_of(const CreateRoutine& create, const std::string& schema) {
  SchemaFunction made{
      .name = {schema, create.routine.name, 0}, .created = true, .is_volatile = create.is_volatile};
  made.returns = type_name(create.returns);
  made.security_definer = create.security_definer;
  made.sets_search_path = create.sets_search_path;
  for (const RoutineArgument& argument : create.arguments) {
    using Mode = RoutineArgument::Mode;
    if (argument.mode == Mode::out || argument.mode == Mode::table || argument.mode == Mode::in_out)
      made.result_columns.push_back(argument.name);
    if (argument.mode == Mode::out || argument.mode == Mode::table) continue;
    made.argument_types.push_back(type_name(argument.type));
    made.argument_names.push_back(argument.name);
    if (argument.has_default) ++made.defaults;
  }
  return made;
}

void Schema::apply(const CreateRoutine& create) {
  const std::string schema =
      create.routine.schema.empty() ? key(create.routine).first : create.routine.schema;
  SchemaFunction made = function_of(create, schema);
  const auto [from, to] = functions.equal_range({schema, create.routine.name});
  const auto same = std::find_if(
      from, to, [&](const auto& entry) { return entry.second.argument_types == made.argument_types; });
  if (same == to) {
    functions.emplace(Key{schema, create.routine.name}, std::move(made));
    return;
  }
  made.created = same->second.created;
  same->second = std::move(made);
}

void Schema::apply(const AlterRoutine& alter) {
  for (const SchemaFunction* found : overloads(alter.routine)) {
    const auto [from, to] = functions.equal_range({found->name.schema, found->name.name});
    for (auto it = from; it != to; ++it) {
      if (&it->second != found) continue;
      if (alter.security_definer) it->second.security_definer = *alter.security_definer;
      if (alter.sets_search_path) it->second.sets_search_path = true;
    }
  }
}

}  // namespace runner
