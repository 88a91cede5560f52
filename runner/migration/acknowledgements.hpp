#pragma once

#include "runner/core/option.hpp"

#include <array>
#include <set>
#include <string>
#include <string_view>

namespace runner {

/// The words by which a person takes responsibility for what a stage would otherwise refuse. They are given
/// on a step (`allow: [edited-history]`) or, with the same words, in RUNNER_ALLOW.
inline constexpr std::array<std::string_view, 5> acknowledgement_words{
    "not-newest", "data-loss", "edited-history", "out-of-order", "unproven"};

class Acknowledgements {
 public:
  /// The step's option `allow` and RUNNER_ALLOW (words between commas or spaces) together.
  /// Throws: Error{usage} for a word in RUNNER_ALLOW that no stage knows.
  static Acknowledgements of(const Options& options);
  bool has(std::string_view word) const { return words_.contains(word); }
  /// What to set so that `word` joins what RUNNER_ALLOW has now: "RUNNER_ALLOW=not-newest,data-loss".
  static std::string to_add(std::string_view word);

 private:
  std::set<std::string, std::less<>> words_;
};

}  // namespace runner
