#pragma once

#include "runner/sql/scan.hpp"
#include "runner/sql/statement.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace runner {

/// One statement with its comments. Offsets are bytes into the whole text.
struct Piece {
  std::size_t from = 0;  ///< behind the semicolon before it
  std::size_t to = 0;    ///< of its own semicolon
  std::span<const Token> tokens{};

  std::size_t start() const;  ///< of its first token that is no comment
  std::size_t end() const;    ///< behind its last one
};

/// An SQL text, cut into statements. Movable: the pieces view into `tokens`.
struct CutText {
  std::vector<Token> tokens{};
  std::vector<Piece> pieces{};
  std::vector<SplitProblem> problems{};  ///< no pieces beside a problem
};

CutText cut_text(std::string_view sql);

}  // namespace runner
