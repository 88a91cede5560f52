#include "stages/lint/makes.hpp"
#include "stages/lint/rules.hpp"

#include <algorithm>

namespace runner::rules {

/// Nobody calls these by name.
static bool is_for_triggers(const SchemaFunction& function) {
  return function.returns == "trigger" || function.returns == "event_trigger";
}

static std::size_t required(const SchemaFunction& function) {
  return function.argument_types.size() - std::min(function.defaults, function.argument_types.size());
}

/// True when a call of `old` with its first `count` arguments fits `made`, too.
static bool fits(const SchemaFunction& old, std::size_t count, const SchemaFunction& made) {
  return count >= required(made) && count <= made.argument_types.size() &&
         std::equal(old.argument_types.begin(),
                    old.argument_types.begin() + static_cast<std::ptrdiff_t>(count),
                    made.argument_types.begin());
}

/// The names of `old` that `now` lacks.
static std::vector<std::string> lost(const std::vector<std::string>& old,
                                     const std::vector<std::string>& now) {
  std::vector<std::string> gone;
  for (const std::string& name : old)
    if (!name.empty() && !contains(now, name)) gone.push_back(name);
  return gone;
}

/// What `made`, in the place of `old`, takes from its callers; "" for nothing.
static std::string loss(const SchemaFunction& old, const SchemaFunction& made) {
  for (std::size_t count = required(old); count <= old.argument_types.size(); ++count)
    if (!fits(old, count, made))
      return fmt::format("code that still calls {} fails from the moment this commits: it is {} now{}",
                         old.str(), made.str(),
                         made.defaults == 0 && old.defaults > 0 ? ", without defaults" : "");
  // An API passes arguments by name, and so does name => value.
  if (const auto gone = lost(old.argument_names, made.argument_names); !gone.empty())
    return fmt::format("code that still calls {} with {} by name fails from the moment this commits",
                       old.name.str(), listing(gone));
  if (const auto gone = lost(old.result_columns, made.result_columns); !gone.empty())
    return fmt::format("code that still reads {} of {} fails from the moment this commits", listing(gone),
                       old.str());
  if (old.returns != made.returns)
    return fmt::format("code that calls {} gets {} instead of {} from the moment this commits", old.str(),
                       made.returns, old.returns);
  return {};
}

/// The functions that the rest of the file makes under this name, as a schema of their own would hold them.
static std::vector<SchemaFunction> made_later(const QualifiedName& name, const RuleContext& in) {
  std::vector<SchemaFunction> made;
  for (const ParsedStatement& statement : later(in, name)) {
    const auto* create = as<CreateRoutine>(statement);
    if (create == nullptr || !is_same(create->routine, name)) continue;
    Schema alone;
    alone.search_path = {name.schema.empty() ? "public" : name.schema};
    alone.apply(statement);
    for (const auto& [key, function] : alone.functions) made.push_back(function);
  }
  return made;
}

static std::string loss_by_drop(const SchemaFunction& old, const RuleContext& in) {
  std::string first;
  for (const SchemaFunction& made : made_later(old.name, in)) {
    std::string text = loss(old, made);
    if (text.empty()) return {};
    if (first.empty()) first = std::move(text);
  }
  if (!first.empty() || makes_routine(later(in, old.name), old.name)) return first;
  return fmt::format("code that still calls {} fails from the moment this commits", old.str());
}

static Remarks check_drop(const Drop& drop, const RuleContext& in) {
  Remarks found;
  if (drop.kind != ObjectKind::function && drop.kind != ObjectKind::procedure) return found;
  for (const DroppedObject& object : drop.objects) {
    if (is_own_routine(in, object.name)) continue;
    for (const SchemaFunction* old : in.schema().routines(object)) {
      if (old->created || is_for_triggers(*old)) continue;
      if (std::string text = loss_by_drop(*old, in); !text.empty())
        found.push_back({object.name.position, std::move(text), std::nullopt});
    }
    if (!in.schema().known && !drop.if_exists && !makes_routine(later(in, object.name), object.name))
      found.push_back(at(object.name.position, "code that still calls {} fails from the moment this commits",
                         object.name.str()));
  }
  return found;
}

/// An overload with defaults makes calls ambiguous. Source: PostgreSQL manual, CREATE FUNCTION, Overloading.
static Remarks check_create(const CreateRoutine& create, const RuleContext& in) {
  const auto overloads = in.schema().overloads(create.routine);
  if (overloads.empty()) return {};
  Schema alone;
  alone.search_path = in.schema().search_path;
  alone.apply(in.statement());
  const SchemaFunction& made = alone.functions.begin()->second;
  const bool is_there = std::any_of(overloads.begin(), overloads.end(), [&](const SchemaFunction* old) {
    return old->argument_types == made.argument_types;
  });
  if (is_there) return {};
  for (const SchemaFunction* old : overloads) {
    if (old->created || old->name.schema != made.name.schema ||
        drops(later(in, old->name), ObjectKind::function, old->name))
      continue;
    for (std::size_t count = required(*old); count <= old->argument_types.size(); ++count)
      if (fits(*old, count, made))
        return {at(create.routine.position,
                   "code that still calls {} with {} fails from the moment this commits: {} and {} both fit",
                   create.routine.str(), count == 1 ? "one argument" : fmt::format("{} arguments", count),
                   old->str(), made.str())};
  }
  return {};
}

static Remarks check_rename(const Rename& rename, const RuleContext& in) {
  if (rename.kind != ObjectKind::function && rename.kind != ObjectKind::procedure) return {};
  if (is_own_routine(in, rename.object) || makes_routine(later(in, rename.object), rename.object)) return {};
  if (in.schema().known && in.schema().overloads(rename.object).empty()) return {};
  return {at(rename.object.position, "code that still calls {} fails from the moment this commits",
             rename.object.str())};
}

const LintRule function_signature_changed{
    .name = "function-signature-changed",
    .section = RuleSection::compatibility,
    .summary =
        "A function that is dropped, renamed, made anew with other arguments or results, or put beside one "
        "that fits the same calls, fails the code that calls it",
    .remedy =
        "Make the new function under another name, let the application change over, and drop the old one "
        "later; new arguments with defaults go to the end of the function that is dropped and made anew.",
    .bad = {.before =
                R"(CREATE FUNCTION public.total(client bigint) RETURNS numeric LANGUAGE sql AS 'SELECT 0.0';
)",
            .sql = R"(DROP FUNCTION public.total(bigint);
CREATE FUNCTION public.total(client bigint, year int) RETURNS numeric LANGUAGE sql AS 'SELECT 0.0';
)"},
    .good = {.before =
                 R"(CREATE FUNCTION public.total(client bigint) RETURNS numeric LANGUAGE sql AS 'SELECT 0.0';
)",
             .sql = R"(DROP FUNCTION public.total(bigint);
CREATE FUNCTION public.total(client bigint, year int DEFAULT 2026) RETURNS numeric LANGUAGE sql AS 'SELECT 0.0';
)"},
    .check = on<check_drop, check_create, check_rename>,
};

}  // namespace runner::rules
