#include "stages/lint/rules.hpp"

#include <string>
#include <string_view>

namespace runner::rules {

/// True when the statement evaluates the constant. A function's body is not looked at before it is called.
static bool uses(const ParsedStatement& statement, std::string_view text, const std::string& constant) {
  if (as<CreateRoutine>(statement) != nullptr || as<AlterEnum>(statement) != nullptr ||
      as<NotModelled>(statement) != nullptr)
    return false;
  return text.find(constant) != std::string_view::npos;
}

static bool made_here(const QualifiedName& type, const RuleContext& in) {
  for (std::size_t i = 0; i < in.index(); ++i)
    if (const auto* create = as<CreateType>(in.statements()[i]))
      if (create->type.name == type.name) return true;
  return false;
}

static Remarks check(const AlterEnum& alter, const RuleContext& in) {
  if (!alter.old_value.empty() || in.shape() == TransactionShape::none || made_here(alter.type, in))
    return {};
  const std::string constant = "'" + alter.new_value + "'";
  for (std::size_t i = in.index() + 1; i < in.statements().size(); ++i) {
    const ParsedStatement& statement = in.statements()[i];
    if (statement.kind == StatementKind::commit) return {};
    if (!statement.in_body && uses(statement, in.text(statement), constant))
      return {at(statement.offset, "{} is not to be used in the transaction that adds it to {}", constant,
                 alter.type.str())};
  }
  return {};
}

const LintRule enum_used_same_transaction{
    .name = "enum-used-same-transaction",
    .section = RuleSection::hygiene,
    .summary =
        "A member that ALTER TYPE … ADD VALUE has added is used in the same transaction, which PostgreSQL "
        "refuses (55P04)",
    .remedy = "Use the new member in the next migration.",
    .bad = {.before = R"(CREATE TYPE public.status AS ENUM ('open', 'paid');
CREATE TABLE public.bills (id bigint PRIMARY KEY, status public.status);
)",
            .sql = R"(ALTER TYPE public.status ADD VALUE IF NOT EXISTS 'void';
INSERT INTO public.bills VALUES (1, 'void');
)",
            .line = 2,
            .refused = true},
    .good = {.before = R"(CREATE TYPE public.status AS ENUM ('open', 'paid');
CREATE TABLE public.bills (id bigint PRIMARY KEY, status public.status);
)",
             .sql = R"(ALTER TYPE public.status ADD VALUE IF NOT EXISTS 'void';
)"},
    .check = on<check>,
};

}  // namespace runner::rules
