#include "runner/migration/acknowledgements.hpp"

#include "runner/core/error.hpp"
#include "runner/core/nearest.hpp"
#include "runner/core/text.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace runner {

Acknowledgements Acknowledgements::of(const Options& options) {
  Acknowledgements given;
  given.words_.insert(options.list("allow").begin(), options.list("allow").end());
  const char* variable = std::getenv("RUNNER_ALLOW");
  std::string_view rest = variable == nullptr ? "" : variable;
  static constexpr std::string_view between = ", \t\r\n";
  while (true) {
    rest.remove_prefix(std::min(rest.find_first_not_of(between), rest.size()));
    if (rest.empty()) return given;
    const std::string_view word = rest.substr(0, rest.find_first_of(between));
    if (std::find(acknowledgement_words.begin(), acknowledgement_words.end(), word) ==
        acknowledgement_words.end())
      throw Error{ExitCode::usage, fmt::format("RUNNER_ALLOW does not know the word '{}'", clean_text(word))}
          .hint(suggest(word, acknowledgement_words));
    given.words_.emplace(word);
    rest.remove_prefix(word.size());
  }
}

std::string Acknowledgements::to_add(std::string_view word) {
  const char* variable = std::getenv("RUNNER_ALLOW");
  const std::string now(variable == nullptr ? "" : trimmed(variable));
  return fmt::format("RUNNER_ALLOW={}{}{}", now, now.empty() ? "" : ",", word);
}

}  // namespace runner
