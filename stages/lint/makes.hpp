#pragma once

#include "runner/sql/parsed.hpp"
#include "stages/lint/rule_context.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// The file's statements about a name: before the one that is looked at, behind it, all of them; and those of
/// the migration that a rollback takes back. They may be about another schema's thing of that name.
Statements earlier(const RuleContext& in, const QualifiedName& name);
Statements later(const RuleContext& in, const QualifiedName& name);
Statements everywhere(const RuleContext& in, const QualifiedName& name);
Statements undone(const RuleContext& in, const QualifiedName& name);

/// True when both may mean the same: a name without a schema is found in any.
bool is_same(const QualifiedName& one, const QualifiedName& other);

/// True when one of the statements makes such a thing, or gives its name to another one.
bool makes_relation(Statements statements, const QualifiedName& name);
bool makes_column(Statements statements, const QualifiedName& table, std::string_view column);
bool makes_routine(Statements statements, const QualifiedName& name);
bool makes_type(Statements statements, const QualifiedName& name);
bool makes_schema(Statements statements, std::string_view name);
bool makes_policy(Statements statements, const QualifiedName& table, std::string_view name);

/// True for what the file has made before this statement, and, in a rollback, for what the migration made
/// that it takes back: no code that is still running rests on it.
bool is_own_relation(const RuleContext& in, const QualifiedName& name);
bool is_own_column(const RuleContext& in, const QualifiedName& table, std::string_view column);
bool is_own_routine(const RuleContext& in, const QualifiedName& name);
bool is_own_type(const RuleContext& in, const QualifiedName& name);

/// The actions of every ALTER TABLE of the statements that may be about this table, in order.
std::vector<const AlterAction*> actions_on(Statements statements, const QualifiedName& table);
/// True when an action of this kind on this column, or constraint, stands behind a place of the file.
bool has_action_behind(const RuleContext& in, const QualifiedName& table, AlterKind kind,
                       std::string_view name, std::size_t position);

/// In a rollback: true when the migration that it takes back did this, so that undoing it is the purpose.
bool is_taken_back(const RuleContext& in, const QualifiedName& table, AlterKind kind,
                   std::string_view name = {});

/// True when one of the statements drops it.
bool drops(Statements statements, ObjectKind kind, const QualifiedName& name);

bool contains(const std::vector<std::string>& items, std::string_view item);
/// "no", "no and note", "no, note and total"
std::string listing(const std::vector<std::string>& names);

}  // namespace runner
