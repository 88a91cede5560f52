#include "runner/yaml/yaml_file.hpp"

#include "runner/core/secret.hpp"
#include "runner/core/text.hpp"

#include <algorithm>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

namespace runner {

/// Follows the text as a second document. yaml-cpp accepts what the end of the text cuts off, such as an
/// open quote; with this behind it, it does not.
static constexpr std::string_view sentinel = "\n...\n---\nend";

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const YamlEntry& entry : entries)
    if (entry.key.text == key) return &entry.value;
  return nullptr;
}

std::string_view kind_name(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return "nothing";
    case YamlNode::Kind::scalar:
      return "a text";
    case YamlNode::Kind::list:
      return "a list";
    case YamlNode::Kind::map:
      return "a map";
  }
  return "something else";
}

const YamlNode& shown_node(const YamlEntry& entry) {
  return entry.value.kind == YamlNode::Kind::null ? entry.key : entry.value;
}

namespace {

/// Builds our tree from yaml-cpp's events. Its own tree forgets duplicate keys and where an alias stood.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const YamlFile& file) : file_(file) {}

  YamlNode take() { return std::move(root_); }
  int documents() const { return documents_; }
  /// Offset behind the last key or value that was read: what is wrong with the text lies after it.
  std::size_t last_offset() const { return last_offset_; }

  void OnDocumentStart(const YAML::Mark& mark) override {
    // The second document is our sentinel; a third means that the text held two.
    if (++documents_ == 2) second_offset_ = offset(mark);
    if (documents_ == 3) throw second_document();
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    YamlNode node;
    node.offset = offset(mark);
    // yaml-cpp's mark of an empty item is whatever comes next: the dash before it is meant.
    const std::string_view before = std::string_view(file_.text()).substr(0, node.offset);
    const std::size_t dash = before.find_last_not_of(" \t\r\n");
    if (dash != std::string_view::npos && before[dash] == '-') node.offset = dash;
    add(std::move(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { throw no_alias(mark); }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    YamlNode node;
    node.kind = YamlNode::Kind::scalar;
    node.text = value;
    node.quoted = tag == "!";
    node.offset = offset(mark);
    if (documents_ == 1) last_offset_ = node.offset;
    add(std::move(node));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  Error second_document() const {
    return file_.error_at(second_offset_, "a second document starts here")
        .hint("keep one document in the file");
  }

 private:
  struct Open {
    YamlNode node;
    YamlNode key{};
    bool has_key = false;
  };

  static std::size_t offset(const YAML::Mark& mark) {
    return static_cast<std::size_t>(std::max(mark.pos, 0));
  }

  Error no_alias(const YAML::Mark& mark) const {
    return file_.error_at(offset(mark), "anchors and aliases are not used here").hint("write the value out");
  }

  void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) const {
    if (anchor != 0) throw no_alias(mark);
  }

  void refuse_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (!tag.empty() && tag != "?" && tag != "!")
      throw file_.error_at(offset(mark), "tags are not used here").hint("leave the tag out");
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    Open opened;
    opened.node.kind = kind;
    opened.node.offset = offset(mark);
    open_.push_back(std::move(opened));
  }

  void close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
  }

  void add(YamlNode node) {
    if (open_.empty()) {
      if (documents_ == 1) root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::list) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.has_key) {
      check_key(parent.node, node);
      parent.key = std::move(node);
      parent.has_key = true;
    } else {
      parent.node.entries.push_back({std::move(parent.key), std::move(node)});
      parent.has_key = false;
    }
  }

  void check_key(const YamlNode& map, const YamlNode& key) const {
    if (key.kind != YamlNode::Kind::scalar)
      throw file_.error_at(key, "a key must be a plain text").hint("write 'key: value'");
    for (const YamlEntry& entry : map.entries)
      if (entry.key.text == key.text)
        throw file_.error_at(key, fmt::format("'{}' is written twice", key.text))
            .hint(fmt::format("keep one; the first is on line {}", file_.place(entry.key.offset).line));
  }

  const YamlFile& file_;
  YamlNode root_{};
  std::vector<Open> open_{};
  int documents_ = 0;
  std::size_t second_offset_ = 0;
  std::size_t last_offset_ = 0;
};

}  // namespace

YamlFile::YamlFile(std::string shown_path, std::string text)
    : shown_path_(std::move(shown_path)), text_(std::move(text)) {
  if (text_.starts_with("\xEF\xBB\xBF")) text_.erase(0, 3);
  check_text();
  TreeBuilder builder{*this};
  std::istringstream stream{text_ + std::string(sentinel)};
  try {
    YAML::Parser parser{stream};
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::ParserException& problem) {
    if (builder.documents() > 1) throw builder.second_document();
    throw explained(problem.msg, static_cast<std::size_t>(std::max(problem.mark.pos, 0)),
                    builder.last_offset());
  }
  if (builder.documents() < 2) throw error_at(0, "the file ends in the middle of a value");
  root_ = builder.take();
}

void YamlFile::check_text() const {
  if (const auto bad = find_invalid_utf8(text_))
    throw error_at(*bad, fmt::format("byte 0x{:02x} is not UTF-8", static_cast<unsigned char>(text_[*bad])))
        .hint("save the file as UTF-8");
  if (const std::size_t zero = text_.find('\0'); zero != std::string::npos)
    throw error_at(zero, "a zero byte: this is no text file").hint("save the file as UTF-8");
  // YAML takes no tab where indentation counts; yaml-cpp's own words for it name neither tab nor line.
  for (std::size_t start = 0; start < text_.size();) {
    const std::size_t end = std::min(text_.find('\n', start), text_.size());
    const std::string_view line = std::string_view(text_).substr(start, end - start);
    if (line.starts_with('\t') && !trimmed(line).empty())
      throw error_at(start, "a tab in the indentation").hint("indent with spaces");
    start = end + 1;
  }
}

/// Where an open quote began: the first quote behind the last value that stands at a word's beginning.
static std::size_t open_quote(std::string_view text, std::size_t from) {
  if (from > 0 && from < text.size() && (text[from] == '"' || text[from] == '\'')) {
    const std::size_t closed = text.find(text[from], from + 1);
    if (closed == std::string_view::npos) return from;
    from = closed + 1;
  }
  for (std::size_t at = from; at < text.size(); ++at)
    if ((text[at] == '"' || text[at] == '\'') &&
        (at == 0 || std::string_view(" \t\n[{,:").find(text[at - 1]) != std::string_view::npos))
      return at;
  return std::string_view::npos;
}

Error YamlFile::explained(std::string_view problem, std::size_t offset, std::size_t last_event) const {
  if (problem.starts_with("illegal document indicator") || problem.starts_with("illegal EOF in scalar"))
    if (const std::size_t quote = open_quote(text_, last_event); quote != std::string::npos)
      return error_at(quote, "a quote is opened here and never closed").hint("close it on the same line");
  // At the end of the text, the last line that holds something is where to look.
  if (offset >= text_.size() && !text_.empty())
    offset = std::min(text_.find_last_not_of(" \t\r\n"), text_.size() - 1);
  if (problem.starts_with("bad file"))
    return error_at(offset, "brackets or lists are nested too deeply").hint("close brackets where they end");
  Error error = error_at(offset, fmt::format("not valid YAML: {}", problem));
  const std::string line = error.place().source_line;
  if (line.find("${") != std::string::npos && line.find_first_of("{[") < line.find("${"))
    return error.hint("put quotes around \"${...}\" inside {} and []");
  if (line.substr(0, line.find_first_not_of(" \t")).find('\t') != std::string::npos)
    return error.hint("indent with spaces, not with tabs");
  if (problem.find("anchor") != std::string_view::npos)
    return error.hint("put quotes around a text that starts with '*' or '&'");
  if (problem.starts_with("unknown token"))
    return error.hint("put quotes around a text that starts with a special character");
  return error.hint("check the indentation, brackets and quotes of this line and of the one above it");
}

Error YamlFile::error_at(const YamlNode& node, std::string message, std::size_t offset) const {
  return error_at(node.offset + offset, std::move(message));
}

Error YamlFile::error_at(std::size_t offset, std::string message) const {
  Error error{ExitCode::usage, std::move(message)};
  error.at(place(offset));
  return error;
}

Place YamlFile::place(std::size_t offset) const {
  Place place = place_at(shown_path_, text_, offset);
  place.source_line = passwords_blotted(place.source_line);
  return place;
}

}  // namespace runner
