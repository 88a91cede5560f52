#include "stages/lint/makes.hpp"
#include "stages/lint/rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace runner::rules {

static Remark warning(Remark remark) {
  remark.severity = Severity::warning;
  return remark;
}

// REVOKE. -----------------------------------------------------------------------------------------------

static bool grants(Statements statements, const Grant& revoke, const QualifiedName& object,
                   const std::string& role) {
  return std::any_of(statements.begin(), statements.end(), [&](const ParsedStatement& statement) {
    const auto* grant = as<Grant>(statement);
    return grant != nullptr && grant->is_grant && contains(grant->roles, role) &&
           grant->kind == revoke.kind &&
           std::any_of(grant->objects.begin(), grant->objects.end(),
                       [&](const QualifiedName& name) { return is_same(name, object); });
  });
}

static bool was_there(const Grant& revoke, const QualifiedName& object, const RuleContext& in) {
  switch (revoke.kind) {
    case ObjectKind::table:
      return !is_own_relation(in, object) && in.existed(object);
    case ObjectKind::function:
    case ObjectKind::procedure:
      return !is_own_routine(in, object) && (!in.schema().known || !in.schema().overloads(object).empty());
    case ObjectKind::schema:
      return !makes_schema(earlier(in, object), object.name);
    default:
      return false;
  }
}

static std::string shown(const std::vector<std::string>& privileges) {
  std::vector<std::string> words = privileges;
  for (std::string& word : words)
    std::transform(word.begin(), word.end(), word.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return listing(words);
}

/// What everybody may do by default is often taken away on purpose, and seldom used.
static bool is_everybody(const std::string& role) {
  return role == "public" || role == "anon";
}

namespace {
/// What the file takes away on one object, in one statement or in many.
struct Loss {
  std::vector<std::string> privileges{};
  std::vector<std::string> roles{};
  bool of_all = false;
};
}  // namespace

static void add_once(std::vector<std::string>& items, const std::string& item) {
  if (!contains(items, item)) items.push_back(item);
}

/// Only who makes tables or triggers needs the right to refer to others, not the code that runs.
static bool is_for_owners(const std::string& privilege) {
  return privilege == "references" || privilege == "trigger" || privilege == "maintain";
}

/// False where the catalogue tells that the role has no right to lose.
static bool may_have_rights(const Grant& revoke, const QualifiedName& object, const std::string& role,
                            const RuleContext& in) {
  if (revoke.kind == ObjectKind::table) {
    const SchemaTable* table = in.table(object);
    return table == nullptr || !table->grantees || contains(*table->grantees, role);
  }
  if (revoke.kind == ObjectKind::schema) return true;
  const auto overloads = in.schema().overloads(object);
  return overloads.empty() || std::any_of(overloads.begin(), overloads.end(), [&](const auto* function) {
           return !function->grantees || contains(*function->grantees, role);
         });
}

static void add(Loss& loss, const Grant& revoke, const QualifiedName& object, Statements behind,
                const RuleContext& in) {
  const bool is_felt = revoke.privileges.empty() ||
                       !std::all_of(revoke.privileges.begin(), revoke.privileges.end(), is_for_owners);
  if (!is_felt) return;
  for (const std::string& role : revoke.roles) {
    if (grants(behind, revoke, object, role)) continue;
    if (grants(undone(in, object), revoke, object, role)) continue;
    if (!may_have_rights(revoke, object, role, in)) continue;
    add_once(loss.roles, role);
    loss.of_all |= revoke.privileges.empty();
    for (const std::string& privilege : revoke.privileges)
      if (!is_for_owners(privilege)) add_once(loss.privileges, privilege);
  }
}

static bool is_revoke_on(const ParsedStatement& statement, const Grant& like, const QualifiedName& object) {
  const auto* revoke = as<Grant>(statement);
  return revoke != nullptr && !revoke->is_grant && !revoke->all_in_schema && revoke->kind == like.kind &&
         std::any_of(revoke->objects.begin(), revoke->objects.end(),
                     [&](const QualifiedName& name) { return is_same(name, object); });
}

/// Told at the first REVOKE on an object, for all of them: tools write one statement for each right.
static Loss loss_of(const Grant& first, const QualifiedName& object, const RuleContext& in) {
  Loss loss;
  for (const ParsedStatement& statement : earlier(in, object))
    if (is_revoke_on(statement, first, object)) return loss;
  add(loss, first, object, later(in, object), in);
  const Statements behind = later(in, object);
  for (auto it = behind.begin(); it != behind.end(); ++it)
    if (is_revoke_on(*it, first, object))
      add(loss, *as<Grant>(*it), object, Statements(std::next(it), behind.end()), in);
  return loss;
}

static Remarks check_revoke(const Grant& revoke, const RuleContext& in) {
  Remarks found;
  if (revoke.is_grant || revoke.all_in_schema) return found;
  for (const QualifiedName& object : revoke.objects) {
    const Loss loss = loss_of(revoke, object, in);
    if (loss.roles.empty() || drops(later(in, object), revoke.kind, object) || !was_there(revoke, object, in))
      continue;
    Remark remark =
        at(in.statement().offset, "code that still needs {} on {} as {} fails from the moment this commits",
           loss.of_all ? "any right" : shown(loss.privileges), object.str(), listing(loss.roles));
    const bool is_hardening = std::all_of(loss.roles.begin(), loss.roles.end(), is_everybody);
    found.push_back(is_hardening ? warning(std::move(remark)) : std::move(remark));
  }
  return found;
}

// Policies. ---------------------------------------------------------------------------------------------

/// The table as the rest of the file leaves it; nothing where it is gone.
static std::optional<SchemaTable> at_the_end(const SchemaTable& table, const RuleContext& in) {
  Schema rest;
  rest.search_path = in.schema().search_path;
  rest.tables.emplace(Schema::Key{table.name.schema, table.name.name}, table);
  rest.apply(in.statement());
  for (const ParsedStatement& statement : later(in, table.name)) rest.apply(statement);
  const SchemaTable* left = rest.table(table.name);
  return left == nullptr ? std::nullopt : std::optional(*left);
}

static bool allows(const SchemaPolicy& policy, std::string_view command, const std::string& role) {
  return policy.permissive && (policy.command == command || policy.command == "all") &&
         (contains(policy.roles, role) || contains(policy.roles, "public"));
}

static bool is_allowed(const SchemaTable& table, std::string_view command, const std::string& role) {
  return std::any_of(table.policies.begin(), table.policies.end(),
                     [&](const SchemaPolicy& policy) { return allows(policy, command, role); });
}

static bool is_open(const SchemaTable& table, std::string_view command, const std::string& role) {
  return std::any_of(table.policies.begin(), table.policies.end(), [&](const SchemaPolicy& policy) {
    return allows(policy, command, role) && (command == "insert" ? policy.takes_all : policy.shows_all);
  });
}

static constexpr std::array<std::string_view, 4> commands{"select", "insert", "update", "delete"};

static Remarks about_drop(const DroppedObject& drop, const SchemaPolicy& gone, const SchemaTable& left) {
  std::vector<std::string> lost;
  std::vector<std::string> narrowed;
  for (const std::string_view command : commands)
    for (const std::string& role : gone.roles) {
      if (gone.command != command && gone.command != "all") continue;
      const bool was_open = command == "insert" ? gone.takes_all : gone.shows_all;
      std::string text = fmt::format("{} as {}", shown({std::string(command)}), role);
      if (!is_allowed(left, command, role))
        lost.push_back(std::move(text));
      else if (was_open && !is_open(left, command, role))
        narrowed.push_back(std::move(text));
    }
  if (!lost.empty())
    return {at(drop.name.position,
               "code that still does {} on {} meets no row from the moment this commits: no other policy "
               "allows it",
               listing(lost), drop.table.str())};
  if (narrowed.empty()) return {};
  return {
      warning(at(drop.name.position, "{} on {} met every row, and meets fewer from the moment this commits",
                 listing(narrowed), drop.table.str()))};
}

static Remarks check_drop(const Drop& drop, const RuleContext& in) {
  Remarks found;
  if (drop.kind != ObjectKind::policy) return found;
  for (const DroppedObject& object : drop.objects) {
    if (in.created(object.table)) continue;
    if (makes_policy(undone(in, object.table), object.table, object.name.name)) continue;
    const SchemaTable* table = in.table(object.table);
    if (table == nullptr || !table->row_security) continue;
    const auto gone = std::find_if(table->policies.begin(), table->policies.end(),
                                   [&](const SchemaPolicy& p) { return p.name == object.name.name; });
    if (gone == table->policies.end() || !gone->permissive) continue;
    const auto left = at_the_end(*table, in);
    if (!left || !left->row_security) continue;
    for (Remark& remark : about_drop(object, *gone, *left)) found.push_back(std::move(remark));
  }
  return found;
}

static Remarks check_policy(const Policy& policy, const RuleContext& in) {
  if (policy.alters || policy.permissive || is_own_relation(in, policy.table)) return {};
  const SchemaTable* table = in.table(policy.table);
  if (table == nullptr || !table->row_security) return {};
  return {
      warning(at(policy.table.position,
                 "code that uses rows of {} against the restrictive policy {} misses them from the moment "
                 "this commits",
                 policy.table.str(), policy.name))};
}

static Remarks check_alter(const AlterTable& alter, const RuleContext& in) {
  Remarks found;
  for (const AlterAction& action : alter.actions) {
    if (action.kind != AlterKind::enable_row_security || is_own_relation(in, alter.table)) continue;
    const SchemaTable* table =
        is_taken_back(in, alter.table, AlterKind::disable_row_security) ? nullptr : in.table(alter.table);
    if (table == nullptr || table->row_security) continue;
    const auto left = at_the_end(*table, in);
    if (!left || !left->row_security || !left->policies.empty()) continue;
    found.push_back(at(action.position,
                       "code that uses {} as another role than its owner meets no row from the moment this "
                       "commits: no policy allows anything",
                       alter.table.str()));
  }
  return found;
}

const LintRule revoke_or_policy_narrowed{
    .name = "revoke-or-policy-narrowed",
    .section = RuleSection::compatibility,
    .summary =
        "A right or a policy that is taken away fails, or hides rows from, the code that still relies on it; "
        "a warning where everybody had it, or where rows only become fewer",
    .remedy = "Let the application do without it first, or grant in the same migration what it still needs.",
    .bad = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
GRANT SELECT, UPDATE ON public.invoices TO authenticated;
)",
            .sql = R"(REVOKE UPDATE ON public.invoices FROM authenticated;
)"},
    .good = {.before = R"(CREATE TABLE public.invoices (id bigint PRIMARY KEY, no text);
GRANT ALL ON public.invoices TO authenticated;
)",
             .sql = R"(REVOKE ALL ON public.invoices FROM authenticated;
GRANT SELECT, INSERT, UPDATE ON public.invoices TO authenticated;
)"},
    .check = on<check_revoke, check_drop, check_policy, check_alter>,
};

}  // namespace runner::rules
