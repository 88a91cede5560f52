#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// A relation as a statement names it.
struct RelationName {
  std::string schema{};  ///< "" where the statement names none
  std::string name{};
};

/// The tables, views and indexes that a statement names anywhere: in FROM, ALTER, INSERT INTO, REFERENCES,
/// DROP. What functions and DO blocks do is not seen; nothing where the parser refuses the statement.
std::vector<RelationName> relations_of(std::string_view statement);

}  // namespace runner
