#pragma once

#include "runner/core/finding.hpp"
#include "runner/core/reporter.hpp"
#include "runner/crypto/batch_encryptor.hpp"
#include "runner/postgres/session.hpp"
#include "runner/seed/dataset.hpp"
#include "runner/seed/row_maker.hpp"

#include <cstdint>
#include <functional>

namespace runner {

/// What loading a dataset did.
struct LoadResult {
  RowCounts counts{};
  std::uint64_t written = 0;        ///< inserted, or updated
  std::uint64_t already_there = 0;  ///< left alone by `on_conflict: skip`
  Findings findings{};              ///< not empty: the rows are not in the table
};

enum class LoadPhase {
  reading,    ///< and sending what is read
  inserting,  ///< the server resolves keys and fills the table
};
/// Tells how far a load is: called with the maker after each batch that was read, and once before the server
/// inserts.
using LoadProgress = std::function<void(const RowMaker& maker, LoadPhase phase)>;

/// Loads a dataset within the session's open transaction: COPY into a temporary table, then one INSERT …
/// SELECT with joins on the natural keys. When anything is found the caller has to roll back: up to `limit`
/// bad rows are looked for, all kinds of them, which takes tries of its own. Throws: Error{usage} as
/// read_table_facts; Error{environment}, Error{busy} when the database cannot go on; Error{interrupted} on a
/// stop signal.
LoadResult load_dataset(Session& session, const Dataset& dataset, BatchEncryptor* encryptor,
                        std::size_t limit, const LoadProgress& progress);

}  // namespace runner
