#pragma once

#include "runner/sql/scan.hpp"
#include "runner/sql/statement.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// What psql understands and a server does not: backslash commands, and COPY … FROM STDIN with its rows.
std::vector<SplitProblem> foreign_syntax(std::string_view sql, const std::vector<Token>& tokens);

/// The first of these in a text that the scanner refuses, where it is the likely cause: an apostrophe in
/// the arguments of a backslash command or in a row opens a quote that never ends.
std::optional<SplitProblem> foreign_syntax_before_problem(const std::string& sql);

}  // namespace runner
