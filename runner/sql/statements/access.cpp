#include "runner/sql/statements/access.hpp"

#include "runner/sql/statements/build.hpp"

namespace runner {

static std::string role_of(const PgQuery__Node& node) {
  if (node.node_case != PG_QUERY__NODE__NODE_ROLE_SPEC) return {};
  switch (node.role_spec->roletype) {
    case PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_PUBLIC:
      return "public";
    case PG_QUERY__ROLE_SPEC_TYPE__ROLESPEC_CSTRING:
      return node.role_spec->rolename;
    default:
      return "current_user";
  }
}

static std::vector<std::string> roles_of(Nodes nodes) {
  std::vector<std::string> roles;
  for (const PgQuery__Node* node : nodes) roles.push_back(role_of(*node));
  return roles;
}

static QualifiedName target_of(const PgQuery__Node& node, const Source& in) {
  return node.node_case == PG_QUERY__NODE__NODE_RANGE_VAR ? name_of(*node.range_var, in)
                                                          : object_name(node, in.offset);
}

Grant build(const PgQuery__GrantStmt& node, const Source& in) {
  Grant grant{.is_grant = node.is_grant != 0,
              .kind = object_kind(node.objtype),
              .all_in_schema = node.targtype == PG_QUERY__GRANT_TARGET_TYPE__ACL_TARGET_ALL_IN_SCHEMA,
              .roles = roles_of({node.grantees, node.n_grantees})};
  for (std::size_t i = 0; i < node.n_objects; ++i) grant.objects.push_back(target_of(*node.objects[i], in));
  for (std::size_t i = 0; i < node.n_privileges; ++i)
    if (node.privileges[i]->node_case == PG_QUERY__NODE__NODE_ACCESS_PRIV)
      grant.privileges.emplace_back(node.privileges[i]->access_priv->priv_name);
  return grant;
}

Policy build(const PgQuery__CreatePolicyStmt& node, const Source& in) {
  return {.name = node.policy_name,
          .table = name_of(*node.table, in),
          .permissive = node.permissive != 0,
          .command = node.cmd_name,
          .roles = roles_of({node.roles, node.n_roles}),
          .using_rows = expression_of(node.qual, in),
          .with_check = expression_of(node.with_check, in)};
}

Policy build(const PgQuery__AlterPolicyStmt& node, const Source& in) {
  return {.alters = true,
          .name = node.policy_name,
          .table = name_of(*node.table, in),
          .roles = roles_of({node.roles, node.n_roles}),
          .using_rows = expression_of(node.qual, in),
          .with_check = expression_of(node.with_check, in)};
}

}  // namespace runner
