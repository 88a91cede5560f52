#include "stages/lint/exposed.hpp"

#include <algorithm>

namespace runner {

bool is_exposed(const RuleContext& in, const QualifiedName& name) {
  const std::vector<std::string>& exposed = in.settings().exposed_schemas;
  if (exposed.empty()) return false;
  if (!name.schema.empty()) return contains(exposed, name.schema);
  const std::vector<std::string>& path = in.own().search_path;
  return contains(exposed, path.empty() ? std::string("public") : path.front());
}

static bool is_about(const Grant& grant, ObjectKind kind, const QualifiedName& name) {
  if (grant.kind != kind) return false;
  return std::any_of(grant.objects.begin(), grant.objects.end(), [&](const QualifiedName& object) {
    const std::string schema = name.schema.empty() ? "public" : name.schema;
    return grant.all_in_schema ? object.name == schema : is_same(object, name);
  });
}

static bool is_whole(const Grant& revoke, ObjectKind kind) {
  return revoke.privileges.empty() ||
         (kind == ObjectKind::function && contains(revoke.privileges, "execute"));
}

static bool takes_all(Statements statements, ObjectKind kind, const QualifiedName& name,
                      const std::string& role) {
  return std::any_of(statements.begin(), statements.end(), [&](const ParsedStatement& statement) {
    const auto* revoke = as<Grant>(statement);
    return revoke != nullptr && !revoke->is_grant && is_about(*revoke, kind, name) &&
           is_whole(*revoke, kind) && contains(revoke->roles, role);
  });
}

bool is_withheld(const RuleContext& in, ObjectKind kind, const QualifiedName& name,
                 const std::vector<std::string>& roles) {
  const QualifiedName schema{.name = name.schema.empty() ? "public" : name.schema};
  return std::all_of(roles.begin(), roles.end(), [&](const std::string& role) {
    return takes_all(everywhere(in, name), kind, name, role) ||
           takes_all(everywhere(in, schema), kind, name, role);
  });
}

}  // namespace runner
