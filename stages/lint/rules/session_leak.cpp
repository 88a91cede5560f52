#include "stages/lint/rules.hpp"

#include <string>

namespace runner::rules {

static bool is_reset_later(const std::string& name, const RuleContext& in) {
  for (std::size_t i = in.index() + 1; i < in.statements().size(); ++i)
    if (const auto* later = as<Setting>(in.statements()[i]))
      if (later->kind == Setting::Kind::reset_all ||
          (later->name == name &&
           (later->kind == Setting::Kind::reset || later->kind == Setting::Kind::by_default)))
        return true;
  return false;
}

/// Outside a transaction there is no SET LOCAL.
static Remarks check(const Setting& setting, const RuleContext& in) {
  const bool lasts = setting.kind == Setting::Kind::value || setting.kind == Setting::Kind::current;
  if (!lasts || setting.is_local || in.shape() == TransactionShape::none || is_reset_later(setting.name, in))
    return {};
  return {at(in.statement().offset, "{} stays set for whatever the session does next", setting.name)};
}

const LintRule session_leak{
    .name = "session-leak",
    .section = RuleSection::hygiene,
    .severity = Severity::warning,
    .summary =
        "SET without LOCAL lasts beyond the file: the next one runs with another search_path, role or "
        "setting",
    .remedy = "Write SET LOCAL, or RESET it at the end.",
    .bad = {.sql = R"(SET search_path = public;
SELECT 1;
)"},
    .good = {.sql = R"(SET LOCAL search_path = public;
SELECT 1;
)"},
    .check = on<check>,
};

}  // namespace runner::rules
