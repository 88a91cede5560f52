#include "runner/pipeline/variables.hpp"

#include "runner/core/error.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#include <fmt/format.h>

namespace runner {

std::optional<std::string> Variables::find(const std::string& name) const {
  if (const auto given = given_.find(name); given != given_.end()) return given->second;
  if (const char* value = std::getenv(name.c_str())) return std::string(value);
  return std::nullopt;
}

bool is_variable_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !text.empty() && letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

/// Defaults may hold variables again; deeper than this is a mistake or an attack on the stack.
static constexpr int depth_limit = 8;

/// Reads one scalar from left to right.
class Substitution {
 public:
  Substitution(std::string_view text, const Variables& variables) : text_(text), variables_(variables) {}

  Substituted all() {
    std::string result = until_end(0, false);
    return {std::move(result), std::move(names_)};
  }

 private:
  /// Up to the end of the text, or to the '}' that ends a default.
  std::string until_end(int depth, bool in_default) {
    std::string result;
    while (at_ < text_.size()) {
      if (in_default && text_[at_] == '}') break;
      if (text_.substr(at_).starts_with("$$")) {
        result += '$';
        at_ += 2;
      } else if (text_.substr(at_).starts_with("${")) {
        result += variable(depth);
      } else {
        result += text_[at_++];
      }
    }
    return result;
  }

  std::string variable(int depth) {
    const std::size_t start = at_;
    if (depth >= depth_limit) throw wrong(start, "variables are nested too deeply");
    at_ += 2;
    const std::size_t name_end = std::min(text_.find_first_of(":}", at_), text_.size());
    const std::string name(text_.substr(at_, name_end - at_));
    if (name_end == text_.size()) throw not_closed(start);
    if (!is_variable_name(name))
      throw wrong(start, fmt::format("'{}' is no variable name", name))
          .hint("write ${NAME} or ${NAME:-default} with letters, digits and '_'; a dollar sign is $$");
    at_ = name_end;
    if (text_[at_] == '}') {
      ++at_;
      if (const auto value = find(name, false)) return *value;
      throw wrong(start, fmt::format("variable {} is not set", name))
          .hint(fmt::format("set {0}, or write ${{{0}:-default}}", name));
    }
    return with_alternative(start, name, depth);
  }

  /// After the name: ":-default}" or ":?message}". As in a shell, the colon lets an empty value count as
  /// unset.
  std::string with_alternative(std::size_t start, const std::string& name, int depth) {
    const char kind = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (kind != '-' && kind != '?')
      throw wrong(start, fmt::format("after '${{{}:' comes neither '-' nor '?'", name))
          .hint(fmt::format("write ${{{0}:-default}} or ${{{0}:?message}}", name));
    at_ += 2;
    const std::size_t names_before = names_.size();
    const auto value = find(name, true);
    const std::size_t alternative_start = at_;
    std::string alternative;
    if (kind == '?') {
      at_ = std::min(text_.find('}', at_), text_.size());
      alternative = text_.substr(alternative_start, at_ - alternative_start);
    } else {
      // A default that is not used may name variables that are not set.
      alternative = value ? skip_default(depth) : until_end(depth + 1, true);
    }
    if (at_ >= text_.size()) throw not_closed(start);
    ++at_;
    if (value) {
      names_.resize(names_before + 1);
      return *value;
    }
    if (kind == '?')
      throw wrong(start, fmt::format("variable {} is not set{}{}", name, alternative.empty() ? "" : ": ",
                                     alternative))
          .hint(fmt::format("set {}", name));
    return alternative;
  }

  /// Moves to the '}' that ends a default without looking anything up.
  std::string skip_default(int depth) {
    int open = depth;
    while (at_ < text_.size()) {
      if (text_.substr(at_).starts_with("$$")) {
        at_ += 2;
      } else if (text_.substr(at_).starts_with("${")) {
        ++open;
        at_ += 2;
      } else if (text_[at_] == '}') {
        if (open == depth) break;
        --open;
        ++at_;
      } else {
        ++at_;
      }
    }
    return {};
  }

  /// SUPABASE_DB_URL serves where DATABASE_URL is unset.
  std::optional<std::string> find(const std::string& name, bool empty_is_unset) {
    auto value = variables_.find(name);
    std::string used = name;
    if (name == "DATABASE_URL" && (!value || value->empty()))
      if (auto other = variables_.find("SUPABASE_DB_URL"); other && !other->empty()) {
        value = std::move(other);
        used = "SUPABASE_DB_URL";
      }
    if (!value || (empty_is_unset && value->empty())) return std::nullopt;
    names_.push_back(std::move(used));
    return value;
  }

  Error wrong(std::size_t offset, std::string message) const {
    Place place;
    place.column =
        static_cast<int>(std::count_if(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(offset),
                                       [](char c) { return (c & 0xC0) != 0x80; })) +
        1;
    place.path = "value";
    Error error{ExitCode::usage, std::move(message)};
    error.at(std::move(place));
    return error;
  }

  Error not_closed(std::size_t start) const {
    return wrong(start, "'${' is never closed").hint("write '}' after the name, or $$ for a dollar sign");
  }

  std::string_view text_;
  const Variables& variables_;
  std::size_t at_ = 0;
  std::vector<std::string> names_{};
};

Substituted substitute(std::string_view text, const Variables& variables) {
  return Substitution{text, variables}.all();
}

}  // namespace runner
