#pragma once

#include "runner/sql/parsed.hpp"

#include <cstddef>
#include <iterator>
#include <string>
#include <unordered_map>
#include <vector>

namespace runner {

/// Some statements of a file, in its order.
class Statements {
 public:
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = ParsedStatement;
    using difference_type = std::ptrdiff_t;
    using pointer = const ParsedStatement*;
    using reference = const ParsedStatement&;

    Iterator() = default;
    explicit Iterator(const ParsedStatement* const* at) : at_(at) {}
    reference operator*() const { return **at_; }
    pointer operator->() const { return *at_; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    Iterator operator++(int) { return Iterator(at_++); }
    const ParsedStatement* const* place() const { return at_; }
    bool operator==(const Iterator& other) const = default;

   private:
    const ParsedStatement* const* at_ = nullptr;
  };

  Statements() = default;
  Statements(const ParsedStatement* const* from, const ParsedStatement* const* to) : from_(from), to_(to) {}
  /// From one place to another of the same Statements.
  Statements(Iterator from, Iterator to) : from_(from.place()), to_(to.place()) {}
  Iterator begin() const { return Iterator(from_); }
  Iterator end() const { return Iterator(to_); }

 private:
  const ParsedStatement* const* from_ = nullptr;
  const ParsedStatement* const* to_ = nullptr;
};

/// A file's statements by the names that they are about, without schemas: rules ask of each statement what
/// others do with its table, and files may hold thousands.
class StatementsByName {
 public:
  explicit StatementsByName(const ParsedFile& file);

  /// Those about the name at the places `from` up to, but without, `to`; DO blocks have the name "".
  Statements about(const std::string& name, std::size_t from, std::size_t to) const;

 private:
  const ParsedStatement* first_;
  std::unordered_map<std::string, std::vector<const ParsedStatement*>> by_name_{};
};

}  // namespace runner
