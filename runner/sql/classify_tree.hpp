#pragma once

#include "runner/sql/classify.hpp"
#include "runner/sql/tree.hpp"

namespace runner {

Classification classify_tree(const PgQuery__Node& node);

/// A statement by its words, for what the parser refuses.
Classification classify_words(std::string_view sql, std::span<const Token> tokens);

}  // namespace runner
