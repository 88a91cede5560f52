#pragma once

#include "runner/postgres/session.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace runner {

/// A statement about a stand-in, without what only the real extension knows. Every position stays.
struct StandInStatement {
  std::string method{};     ///< of CREATE INDEX: "hnsw", whose WITH (…) is left out
  std::string statement{};  ///< else of CREATE and ALTER EXTENSION, whose version is left out
};

/// Nothing for any other statement. Asks the server only about access methods that PostgreSQL itself does not
/// have, and about extensions of which a version is named.
std::optional<StandInStatement> stand_in_statement(Session& session, std::string_view statement);

/// Where an index's method and its options are written. Exposed for tests.
struct IndexOptions {
  std::string method{};
  std::size_t from = 0;  ///< of WITH; equal to `to` without options
  std::size_t to = 0;
};
std::optional<IndexOptions> index_options(const std::string& statement);

/// The extension whose version CREATE EXTENSION … VERSION or ALTER EXTENSION … UPDATE TO names, and where.
struct NamedVersion {
  std::string extension{};
  std::size_t from = 0;
  std::size_t to = 0;
};
std::optional<NamedVersion> named_version(const std::string& statement);

}  // namespace runner
