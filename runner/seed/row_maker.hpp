#pragma once

#include "runner/crypto/batch_encryptor.hpp"
#include "runner/seed/csv_places.hpp"
#include "runner/seed/csv_reader.hpp"
#include "runner/seed/dataset.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace runner {

/// A value on its way into the table; no data: NULL.
struct Value {
  const char* data = nullptr;
  std::size_t size = 0;
  bool is_null() const { return data == nullptr; }
  std::string_view text() const { return {data, size}; }
};

/// Rows that are ready for SQL. A column has one value, one with a lookup as many as its natural key.
/// Valid until the next batch.
struct RowBatch {
  std::vector<std::int64_t> lines{};  ///< of the CSV file, where each row's record begins
  std::vector<Value> values{};        ///< row by row
  std::size_t slots = 0;              ///< values a row

  std::size_t rows() const { return lines.size(); }
  const Value& at(std::size_t row, std::size_t slot) const { return values[row * slots + slot]; }
};

/// What became of a file's rows.
struct RowCounts {
  std::uint64_t read = 0;
  std::uint64_t made = 0;
  std::vector<std::pair<std::string, std::uint64_t>> skipped{};  ///< by reason, in the rules' order
  std::uint64_t skipped_rows() const;
};

/// Reads a dataset's CSV file and makes its rows: the one place where both outputs, SQL text and COPY, come
/// from. Bad fields are kept as findings, up to a limit; their rows are left out. It is one batch ahead,
/// which is encrypted while the caller writes the last one.
class RowMaker {
 public:
  /// `encryptor` may be null where nothing is encrypted. Throws: what TextSource throws.
  RowMaker(const Dataset& dataset, BatchEncryptor* encryptor, std::size_t limit);
  ~RowMaker();
  RowMaker(const RowMaker&) = delete;
  RowMaker& operator=(const RowMaker&) = delete;

  /// The next rows; false at the end of the file, or when `limit` findings were made.
  bool next(RowBatch& batch);
  /// All that was found, with places.
  Findings findings() const;
  bool failed() const { return !found_.empty() || reader_.problem().has_value(); }
  std::size_t found() const { return found_.size(); }
  /// Whole when `next` has returned false.
  const RowCounts& counts() const { return counts_; }
  /// How far the last batch reaches.
  std::uint64_t rows_read() const { return rows_read_; }
  std::uint64_t bytes_read() const { return bytes_read_; }
  std::uint64_t size_bytes() const { return reader_.size_bytes(); }

  /// Position in the header of each CSV column that a column reads.
  const std::vector<std::size_t>& fields_of(const DatasetColumn& column) const;

 private:
  struct Plan {
    const DatasetColumn* column;
    std::vector<std::size_t> fields{};
    bool hidden = false;  ///< values are not shown in findings
  };
  struct Skip {
    const SkipRule* rule;
    std::size_t field;
  };
  /// Rows, and what their values are views into.
  struct Draft {
    CsvBatch csv{};
    std::pmr::monotonic_buffer_resource kept{1 << 16};
    RowBatch rows{};
    std::vector<std::size_t> to_encrypt{};      ///< positions in the rows' values
    std::vector<std::string_view> encrypted{};  ///< by position
  };

  void read_header(const CsvBatch& batch);
  std::size_t field_named(const std::string& name, const Place& by, std::string_view who);
  void check_unused();
  bool is_used(std::size_t field) const;
  void make_draft();
  void make(const CsvBatch::Record& record);
  bool skipped(const CsvBatch::Record& record);
  void make_column(const Plan& plan, const CsvBatch::Record& record);
  Value make_single(const Plan& plan, std::string_view field, const CsvBatch::Record& record);
  Value converted(const Plan& plan, std::string_view text, const CsvBatch::Record& record);
  Value mapped(const Plan& plan, std::string_view text, const CsvBatch::Record& record);
  Value days_between(const Plan& plan, const CsvBatch::Record& record);
  Value kept(std::string_view text);
  void begin_encrypting(Draft& draft);
  void finish_encrypting(Draft& draft);
  void refuse(const CsvBatch::Record& record, std::size_t field, std::string_view rule, std::string message,
              std::string remedy);
  std::string shown(const Plan& plan, std::string_view text) const;

  const Dataset& dataset_;
  BatchEncryptor* encryptor_;
  std::size_t limit_;
  CsvReader reader_;
  std::vector<std::string> header_;
  std::int64_t header_line_ = 1;
  std::vector<Plan> plans_;
  std::vector<Skip> skips_;
  RowCounts counts_;
  std::vector<FieldFinding> found_;
  std::array<Draft, 2> drafts_{};
  Draft* draft_ = nullptr;  ///< the last one made; nothing before the first
  bool ended_ = false;
  std::uint64_t rows_read_ = 0;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace runner
