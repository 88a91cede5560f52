#pragma once

#include "runner/sql/parsed.hpp"
#include "runner/sql/scan.hpp"

#include <span>

namespace runner {

/// Parses one statement of `sql`; `tokens` are its own and its comments'.
ParsedStatement parse_statement(std::string_view sql, std::span<const Token> tokens);

/// What a PL/pgSQL body holds.
struct Body {
  std::vector<ParsedStatement> statements{};
  std::vector<Comment> comments{};
};

/// Finds the static SQL statements of the PL/pgSQL body at `offset` of `sql`, whatever branch or loop they
/// stand in. EXECUTE of a constant text is the statement in it; EXECUTE of anything else is a Call. Cut over
/// the scanner's tokens, because libpg_query's PL/pgSQL trees tell lines, not positions.
Body parse_body(std::string_view sql, std::size_t offset, std::size_t size);

}  // namespace runner
