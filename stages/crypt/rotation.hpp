#pragma once

#include "runner/core/reporter.hpp"
#include "runner/crypto/aes_gcm.hpp"
#include "stages/crypt/encrypted_table.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace runner {

/// How many values of a column are what.
struct ValueCounts {
  std::size_t null_values = 0;
  std::size_t old_values = 0;  ///< readable with the old key
  std::size_t new_values = 0;  ///< readable with the new key
  std::size_t unreadable = 0;  ///< readable with neither
  std::size_t all() const { return null_values + old_values + new_values + unreadable; }
};

struct Survey {
  std::size_t rows = 0;
  std::vector<ValueCounts> columns{};  ///< in the table's order
  /// The first of the unreadable values: "public.t.c, row id = 7, is not URL-safe base64".
  std::vector<std::string> unreadable{};
  std::size_t old_values() const;
  std::size_t unreadable_values() const;
};

/// Brings encrypted columns from one key to another while the application goes on. Each batch is one
/// statement, and so a transaction of its own: a row is written only if it still holds what was read, and one
/// that is under the new key is left alone. So it may be killed at any point and begun again.
class Rotation {
 public:
  /// `from` and `to`: the keys. `stop` ends it between and in statements with Error{interrupted}.
  Rotation(Session& session, const EncryptionKey& from, const EncryptionKey& to, Reporter& reporter,
           const StopSignal& stop);

  std::size_t batch_rows = 1000;

  /// Decrypts every value, in one snapshot. Throws: Error{environment}.
  Survey survey(const EncryptedTable& table, std::string_view doing);
  /// Goes over the table once; unreadable values stay as they are. Returns the number of rows written, which
  /// misses those that somebody else changed meanwhile.
  /// Throws: Error{busy} when others keep the rows locked, Error{failed} when the server refuses an UPDATE.
  std::size_t pass(const EncryptedTable& table, std::size_t rows_expected);

 private:
  enum class State { null_value, old_value, new_value, unreadable };
  State state_of(const Cell& value);
  std::size_t write(const EncryptedTable& table, const std::vector<EncryptedRow>& rows);

  Session& session_;
  Decryptor old_;
  Decryptor new_;
  Encryptor encryptor_;
  Reporter& reporter_;
  const StopSignal& stop_;
  std::string plain_{};       ///< what state_of has read
  DecryptFailure failure_{};  ///< why state_of could not
};

}  // namespace runner
