#pragma once

#include "runner/core/finding.hpp"
#include "runner/seed/dataset.hpp"
#include "runner/seed/text_source.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// Records of a CSV file, some hundred at a time. Views into it hold until the next batch.
class CsvBatch {
 public:
  struct Record {
    std::int64_t line = 0;  ///< of its first field, from 1
    std::size_t first_field = 0;
    std::size_t fields = 0;
  };
  const std::vector<Record>& records() const { return records_; }
  std::string_view field(const Record& record, std::size_t index) const {
    const Span& span = fields_[record.first_field + index];
    return std::string_view(text_).substr(span.offset, span.length);
  }

 private:
  friend class CsvReader;
  struct Span {
    std::size_t offset = 0;
    std::size_t length = 0;
  };
  std::string text_;
  std::vector<Span> fields_;
  std::vector<Record> records_;
};

/// Reads a CSV file as RFC 4180 writes it: quotes are doubled within quoted fields, which may hold line ends.
/// Blank lines are skipped. Memory stays flat.
class CsvReader {
 public:
  /// A record longer than this is refused: a quote that is never closed would fill the memory.
  static constexpr std::size_t longest_record_bytes = 1 << 20;

  /// Throws: what TextSource throws.
  explicit CsvReader(const Dataset& dataset);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  /// The next records; false at the end, and where `problem` says why. The first record is the header.
  bool next(CsvBatch& batch);
  const std::optional<Finding>& problem() const;
  /// Set beside `problem` when its place is not known yet: the field, from 0, of the record on its line.
  std::optional<std::size_t> problem_field() const;
  std::uint64_t bytes_read() const;
  std::uint64_t size_bytes() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace runner
