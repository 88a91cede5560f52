#include "runner/migration/database_state.hpp"

#include "runner/migration/catalogue_query.hpp"
#include "runner/migration/history.hpp"
#include "runner/migration/query_together.hpp"

#include <array>

namespace runner {

DatabaseState DatabaseWatch::look(const std::vector<std::string>& tables) {
  std::string prepare;
  // The settings come first: a plan holds for the search_path that it was made with.
  std::vector<PipelineCall> calls{{.sql = catalogue_settings()}};
  if (!prepared_) {
    prepare = "PREPARE runner_catalogue AS " + catalogue_query(session_.server_version(), scope_, session_);
    calls.push_back({.sql = prepare});
  }
  const std::size_t catalogue = calls.size();
  calls.push_back({.sql = "EXECUTE runner_catalogue", .keep_rows = true});
  const std::array<Cell, 1> names{text_array(tables)};
  if (!tables.empty()) {
    calls.push_back({.sql = row_digest_function()});
    calls.push_back({.sql = row_digest_call, .parameters = names, .keep_rows = true});
  }
  std::vector<Rows> rows = query_together(session_, calls, "look at the database");
  prepared_ = true;
  DatabaseState state{.catalogue = catalogue_of(std::move(rows.at(catalogue)), scope_)};
  if (!tables.empty()) state.rows = row_digests_of(std::move(rows.back()));
  return state;
}

}  // namespace runner
