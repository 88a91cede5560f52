#pragma once

#include "stages/lint/rule.hpp"

#include <string_view>

namespace runner {

/// What fails when the statement is executed once more: DROP without IF EXISTS, CREATE without IF NOT EXISTS
/// or OR REPLACE, where PostgreSQL has one. `when` says in the message when that would be.
Remarks unguarded(const RuleContext& in, std::string_view when);

}  // namespace runner
