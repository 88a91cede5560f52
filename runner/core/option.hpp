#pragma once

#include "runner/core/duration.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace runner {

enum class OptionType {
  boolean,
  integer,
  text,
  text_list,
  choice,
  choice_list,
  choice_map,
  duration,
  duration_range
};
std::string_view to_string(OptionType type);

/// The largest value that most durations may have; unit: milliseconds.
inline constexpr std::int64_t day_ms = 24LL * 60 * 60 * 1000;

/// One option of a stage handler. The checks, `--help`, the reference and the JSON Schema are made
/// from these rows, so nothing about an option is written down anywhere else.
struct OptionSpec {
  std::string_view name{};
  OptionType type = OptionType::text;
  std::string_view help{};          ///< one sentence, imperative or a noun phrase, without a final stop
  std::string_view default_text{};  ///< as one would write it in the pipeline file; lists comma-separated
  std::string_view unit{};          ///< for integers: "bytes", "rows"; empty for a plain count
  std::span<const std::string_view> choices{};  ///< for `choice`, `choice_list`, and a map's values
  /// The keys of a `choice_map`; a function, because a table of another file may give them.
  std::span<const std::string_view> (*keys)() = nullptr;
  std::int64_t min = 0;  ///< integers, and milliseconds of durations
  std::int64_t max = INT64_MAX;
  bool required = false;
  bool non_empty = true;  ///< texts: an empty one is refused
  bool repeated = false;  ///< texts: no secret, so a command to see the result again may show it
};

/// One table of two: those rows that a handler shares with others, and its own.
template <std::size_t First, std::size_t Second>
constexpr std::array<OptionSpec, First + Second> joined(const std::array<OptionSpec, First>& first,
                                                        const std::array<OptionSpec, Second>& second) {
  std::array<OptionSpec, First + Second> all{};
  std::copy(second.begin(), second.end(), std::copy(first.begin(), first.end(), all.begin()));
  return all;
}

using OptionMap = std::map<std::string, std::string, std::less<>>;
using OptionValue = std::variant<bool, std::int64_t, std::string, std::vector<std::string>, OptionMap,
                                 std::chrono::milliseconds, DurationRange>;

/// Parses one option's text(s). `items` has one element unless the pipeline file gave a list.
/// Throws: Error{ExitCode::usage} without a place: the caller knows where it was written.
OptionValue parse_option(const OptionSpec& spec, std::span<const std::string> items, bool is_list);

/// Checks one entry of a `choice_map`. Throws as parse_option does.
void check_map_key(const OptionSpec& spec, const std::string& key);
void check_map_value(const OptionSpec& spec, const std::string& value);

/// A step's options: every option of the handler's table has a value here, given or default, except
/// those without a default that were not given.
class Options {
 public:
  void set(std::string name, OptionValue value);
  bool has(std::string_view name) const;
  bool boolean(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  const std::string& text(std::string_view name) const;  ///< "" when not given
  const std::vector<std::string>& list(std::string_view name) const;
  const OptionMap& map(std::string_view name) const;
  std::chrono::milliseconds duration(std::string_view name) const;
  DurationRange range(std::string_view name) const;

 private:
  std::map<std::string, OptionValue, std::less<>> values_;
};

/// Fills in the defaults of `specs` that `options` lacks.
void add_defaults(std::span<const OptionSpec> specs, Options& options);

}  // namespace runner
