#pragma once

#include "runner/sql/scan.hpp"
#include "runner/sql/statement.hpp"

#include <span>
#include <string>
#include <string_view>

namespace runner {

struct Classification {
  StatementKind kind = StatementKind::other;
  std::string object{};  ///< for create_extension: the extension's name
};

/// What one statement means: from its parse tree, or from its words where the parser refuses it
/// (syntax newer than the parser, or a mistake). `tokens` are the statement's, their offsets into `sql`.
Classification classify(std::string_view sql, std::span<const Token> tokens);

}  // namespace runner
