#include "stages/lint/rules.hpp"

#include <algorithm>
#include <utility>

namespace runner::rules {

static bool controls(const ParsedStatement& statement) {
  return statement.kind == StatementKind::begin || statement.kind == StatementKind::commit ||
         statement.kind == StatementKind::rollback;
}

/// One BEGIN … COMMIT around everything is only more to read.
static Remarks finish(const RuleContext& in) {
  const auto& all = in.statements();
  const auto first = std::find_if(all.begin(), all.end(), controls);
  if (first == all.end()) return {};
  if (in.shape() != TransactionShape::own_pair)
    return {
        at(first->offset, "the file ends transactions by itself: what is committed before a failure stays")};
  Remark remark =
      at(first->offset, "a file is one transaction as it is: BEGIN and COMMIT around it say the same");
  remark.severity = Severity::info;
  return {std::move(remark)};
}

const LintRule transaction_control{
    .name = "transaction-control",
    .section = RuleSection::hygiene,
    .summary = "BEGIN, COMMIT or ROLLBACK in a file: what is committed half-way stays without a history row",
    .remedy = "Leave them out: a file is one transaction.",
    .bad = {.sql = R"(CREATE TABLE public.a (id int);
COMMIT;
CREATE TABLE public.b (id int);
)",
            .line = 2},
    .good = {.sql = R"(CREATE TABLE public.a (id int);
CREATE TABLE public.b (id int);
)"},
    .finish = finish,
};

}  // namespace runner::rules
