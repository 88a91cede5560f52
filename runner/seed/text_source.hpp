#pragma once

#include "runner/core/finding.hpp"
#include "runner/core/place.hpp"
#include "runner/seed/dataset.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace runner {

/// Counts lines as editors do: "\n", "\r\n" and a "\r" alone end one.
class LineCounter {
 public:
  void add(std::string_view text);
  /// Adds a "\n", or a "\r\n", that follows no "\r".
  void end_line() {
    ++line_;
    column_ = 1;
  }
  std::int64_t line() const { return line_; }      ///< from 1
  std::int64_t column() const { return column_; }  ///< of the next character, from 1

 private:
  std::int64_t line_ = 1;
  std::int64_t column_ = 1;
  bool after_return_ = false;
};

/// A CSV file's text in pieces, as valid UTF-8 without byte order mark and NUL bytes, whatever its encoding.
class TextSource {
 public:
  /// Throws: Error{usage} for an encoding that iconv does not know, at its place; Error{environment} when the
  /// file cannot be opened.
  explicit TextSource(const Dataset& dataset);
  ~TextSource();
  TextSource(const TextSource&) = delete;
  TextSource& operator=(const TextSource&) = delete;

  /// The next piece, valid until the next call; empty at the end, and where `problem` says why.
  /// Throws: Error{environment} when the file cannot be read.
  std::string_view next();
  /// What is wrong with the bytes that follow.
  const std::optional<Finding>& problem() const { return problem_; }
  /// The place `offset` bytes into the current piece; without the line's text, which may be personal.
  Place place(std::size_t offset) const;
  std::uint64_t bytes_read() const { return bytes_read_; }
  std::uint64_t size_bytes() const { return size_bytes_; }

 private:
  struct Converter;

  bool fill();
  void take_utf8();
  void take_converted();
  void cut_at(std::size_t offset, std::string message, std::string remedy);

  std::filesystem::path path_;
  std::string shown_path_;
  std::string encoding_;
  int file_ = -1;
  std::uint64_t size_bytes_ = 0;
  std::uint64_t bytes_read_ = 0;
  std::string raw_;     ///< bytes that were read and not handed out
  std::string piece_;   ///< what was handed out
  LineCounter before_;  ///< up to the current piece
  bool at_end_ = false;
  bool started_ = false;
  std::unique_ptr<Converter> converter_;
  std::optional<Finding> problem_{};
};

}  // namespace runner
