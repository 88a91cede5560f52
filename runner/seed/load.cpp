#include "runner/seed/load.hpp"

#include "runner/core/error.hpp"
#include "runner/seed/load_failure.hpp"
#include "runner/seed/staging.hpp"
#include "runner/seed/table_facts.hpp"

#include <charconv>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace runner {

static constexpr std::size_t piece_size_bytes = 64 << 10;

/// "INSERT 0 300" → 300
static std::uint64_t count_in(std::string_view command_tag) {
  const std::size_t space = command_tag.rfind(' ');
  std::uint64_t count = 0;
  if (space != std::string_view::npos)
    std::from_chars(command_tag.data() + space + 1, command_tag.data() + command_tag.size(), count);
  return count;
}

static void copy_rows(Session& session, const Dataset& dataset, const Staging& staging, RowMaker& maker,
                      const LoadProgress& progress) {
  RowBatch batch;
  std::string piece;
  const CopySource source = [&]() -> std::string_view {
    piece.clear();
    while (piece.size() < piece_size_bytes && maker.next(batch)) {
      append_copy_rows(batch, piece);
      progress(maker, LoadPhase::reading);
    }
    return piece;
  };
  const StatementResult result = session.copy_in(staging.copy(), source);
  if (result.error) throw_seed_error(session, dataset, result);
}

static bool looks_up(const Dataset& dataset) {
  for (const DatasetColumn& column : dataset.columns)
    if (column.lookup) return true;
  return false;
}

/// Rows whose key finds nothing are missing in the INSERT's count. Where conflicts are skipped the count does
/// not tell, and they are asked for before.
static bool any_unresolved(Session& session, const Dataset& dataset, const Staging& staging) {
  for (const DatasetColumn& column : dataset.columns)
    if (column.lookup &&
        !session.query(staging.unresolved(column, 1), "look for keys that find nothing").rows.empty())
      return true;
  return false;
}

LoadResult load_dataset(Session& session, const Dataset& dataset, BatchEncryptor* encryptor,
                        std::size_t limit, const LoadProgress& progress) {
  const TableFacts facts = read_table_facts(session, dataset);
  const Staging staging(dataset, facts);
  if (const StatementResult made = session.execute(staging.create()); made.error)
    throw_seed_error(session, dataset, made);
  RowMaker maker(dataset, encryptor, limit);
  copy_rows(session, dataset, staging, maker, progress);
  progress(maker, LoadPhase::inserting);
  LoadResult result;
  result.counts = maker.counts();
  const bool skips = dataset.on_conflict == OnConflict::skip;
  std::string command_tag;
  std::optional<SqlError> error;
  bool missing = skips && looks_up(dataset) && any_unresolved(session, dataset, staging);
  if (!missing) {
    error = try_insert(session, dataset, staging.insert(), &command_tag);
    result.written = error ? 0 : count_in(command_tag);
    missing = !skips && result.written != result.counts.made;
  }
  if (maker.failed()) result.findings = maker.findings();
  if ((error || missing) && result.findings.size() < limit) {
    LoadFailure failure(session, dataset, facts, staging, maker, limit - result.findings.size());
    Findings more = failure.explain(error);
    result.findings.insert(result.findings.end(), std::make_move_iterator(more.begin()),
                           std::make_move_iterator(more.end()));
  }
  if (skips) result.already_there = result.counts.made - result.written;
  session.query(staging.drop(), "drop the temporary table");
  return result;
}

}  // namespace runner
