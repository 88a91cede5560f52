#pragma once

#include "runner/core/error.hpp"
#include "runner/core/place.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

struct YamlEntry;

/// A value of a YAML file as it was written: scalars are texts, nothing is converted.
struct YamlNode {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  std::string text{};      ///< of a scalar
  bool quoted = false;     ///< a scalar in quotes, or a block
  std::size_t offset = 0;  ///< in bytes, of its first character in the file
  std::vector<YamlNode> items;
  std::vector<YamlEntry> entries;  ///< in the file's order

  const YamlNode* find(std::string_view key) const;
};

struct YamlEntry {
  YamlNode key;  ///< a scalar
  YamlNode value;
};

/// For messages: "nothing", "a text", "a list", "a map".
std::string_view kind_name(const YamlNode& node);

/// Where to point for an entry's value: one that is missing has no place of its own, so its key.
const YamlNode& shown_node(const YamlEntry& entry);

/// A YAML file of one document, read strictly. Beyond YAML's own rules these are refused: duplicate keys,
/// anchors, aliases and tags (a place would then name a line that the author did not mean), keys that are
/// no plain text, a second document, text that is not UTF-8.
class YamlFile {
 public:
  /// `shown_path` names the file in messages. Throws: Error{usage} with the place.
  YamlFile(std::string shown_path, std::string text);

  const YamlNode& root() const { return root_; }
  /// An error at a node, or `offset` bytes behind its beginning.
  Error error_at(const YamlNode& node, std::string message, std::size_t offset = 0) const;
  /// The same at an offset of the whole text.
  Error error_at(std::size_t offset, std::string message) const;
  /// Passwords in URLs are blotted out of the place's source line.
  Place place(std::size_t offset) const;
  const std::string& text() const { return text_; }

 private:
  void check_text() const;
  Error explained(std::string_view problem, std::size_t offset, std::size_t last_event) const;

  std::string shown_path_;
  std::string text_;
  YamlNode root_{};
};

}  // namespace runner
