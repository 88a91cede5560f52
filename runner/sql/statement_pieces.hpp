#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace runner {

/// Cuts a long SQL text into pieces of whole statements, while it is being read: what is sent to a server as
/// one text each. Knows quotes, dollar quotes, comments, parentheses and BEGIN ATOMIC bodies, nothing else;
/// `split_statements` cuts exactly, and needs the whole text in memory.
class StatementPieces {
 public:
  /// `wanted_bytes`: pieces are cut at the first statement's end behind that many.
  explicit StatementPieces(std::size_t wanted_bytes) : wanted_bytes_(wanted_bytes) {}

  void add(std::string_view text) { text_ += text; }
  /// The next piece, if the text has one; valid until the next call. After `end`, whatever is left.
  std::optional<std::string_view> next();
  void end() { ended_ = true; }

  /// Lines of the text before the current piece.
  std::size_t lines_before() const { return lines_before_; }
  /// The first statement of the current piece that begins or ends a transaction: its offset within it.
  std::optional<std::size_t> transaction_control() const { return control_; }

 private:
  enum class State {
    normal,
    quote,
    escape_quote,
    name,
    line_comment,
    block_comment,
    dollar_tag,
    dollar_body
  };

  void step(std::size_t at);
  void step_normal(char c, char before, std::size_t at);
  void end_word(std::size_t at);
  void end_statement(std::size_t at);

  std::size_t wanted_bytes_;
  std::string text_{};
  std::size_t scanned_ = 0;
  std::size_t handed_out_ = 0;
  std::size_t cut_ = 0;  ///< behind the last statement's end
  std::size_t lines_before_ = 0;
  bool ended_ = false;

  State state_ = State::normal;
  int parentheses_ = 0;
  int comments_ = 0;
  int body_ = 0;
  std::size_t word_start_ = std::string::npos;
  std::string last_word_{};  ///< in upper case
  bool at_statement_start_ = true;
  std::size_t opened_ = 0;  ///< where a dollar quote or a comment begins
  std::string dollar_{};    ///< "$tag$"
  std::optional<std::size_t> next_control_{};
  std::optional<std::size_t> control_{};
};

}  // namespace runner
