#pragma once

#include "runner/core/finding.hpp"
#include "runner/crypto/aes_gcm.hpp"
#include "runner/postgres/session.hpp"
#include "runner/seed/dataset.hpp"

#include <cstddef>
#include <cstdint>

namespace runner {

struct CiphertextCheck {
  std::uint64_t rows = 0;
  std::uint64_t values = 0;  ///< that are not NULL
  Findings findings{};       ///< up to the limit
};

/// Decrypts every value of the dataset's encrypted columns, some thousand rows at a time. One that cannot be
/// read is a finding that names its row by the primary key; no value is shown.
/// Throws: Error{usage} for tables that are not as the dataset says; Error{environment}.
CiphertextCheck check_ciphertexts(Session& session, const Dataset& dataset, Decryptor& decryptor,
                                  std::size_t limit);

}  // namespace runner
