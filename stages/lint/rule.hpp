#pragma once

#include "runner/core/finding.hpp"
#include "runner/sql/parsed.hpp"
#include "stages/lint/rule_context.hpp"

#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace runner {

/// What a rule has to say about one place of a file.
struct Remark {
  std::size_t position = 0;  ///< byte offset into the file
  std::string message{};
  std::optional<Severity> severity{};  ///< where it is another than the rule's
  std::vector<std::string> lost{};     ///< see Finding

  Remark losing(std::string what) && {
    lost.push_back(std::move(what));
    return std::move(*this);
  }
};
using Remarks = std::vector<Remark>;

template <typename... Arguments>
Remark at(std::size_t position, fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  return {position, fmt::format(text, std::forward<Arguments>(arguments)...), std::nullopt, {}};
}

/// The chapters of the rules' page; they decide how a rule is applied to a rollback.
enum class RuleSection {
  locks,          ///< in a rollback: told as rollback-unsafe
  data_loss,      ///< not applied to a rollback: taking away what the migration made is its purpose
  compatibility,  ///< in a rollback: told as rollback-unsafe
  hygiene,        ///< in both
  security,       ///< in both
  rollback,       ///< in a rollback only, or about the migration because of it
};
std::string_view to_string(RuleSection section);

/// SQL that a rule is, or isn't, about. PostgreSQL 15 executes it as it is written, from `since_major` on.
struct RuleExample {
  std::string_view before{};    ///< applied migrations
  std::string_view sql{};       ///< the migration
  std::string_view rollback{};  ///< its rollback; where one is given, the rule looks at this one
  int since_major = 0;
  int line = 1;          ///< where the rule finds something
  bool refused = false;  ///< by PostgreSQL, too
  /// The strongest lock that it takes on a relation that was there before, from SHARE UPDATE EXCLUSIVE on,
  /// and what takes longest of that which it does with the rows of such a relation.
  std::optional<LockMode> lock{};
  RowWork work = RowWork::none;
};

using RuleCheck = Remarks (*)(const RuleContext&);

/// One rule: a `const` object in the file that bears its name, listed in rules.cpp. Its page, `explain` and
/// its test are made from these fields.
struct LintRule {
  std::string_view name{};
  RuleSection section = RuleSection::locks;
  Severity severity = Severity::error;
  std::string_view summary{};  ///< one sentence, without a final stop: what it finds, and why that matters
  std::string_view remedy{};   ///< an imperative sentence
  RuleExample bad{};
  RuleExample good{};
  RuleCheck check = nullptr;   ///< looks at in.statement(); called for each
  RuleCheck finish = nullptr;  ///< called once, after the last statement
};

template <typename T>
Remarks call_if(Remarks (*check)(const T&, const RuleContext&), const RuleContext& in) {
  const T* statement = as<T>(in.statement());
  return statement == nullptr ? Remarks{} : check(*statement, in);
}

/// Calls each check whose kind of statement it is: `.check = on<check_alter, check_create>`.
template <auto... checks>
Remarks on(const RuleContext& in) {
  Remarks remarks;
  const auto add = [&](Remarks more) {
    remarks.insert(remarks.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  (add(call_if(checks, in)), ...);
  return remarks;
}

}  // namespace runner
