#include "runner/core/option.hpp"

#include "runner/core/error.hpp"
#include "runner/core/nearest.hpp"
#include "runner/core/text.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

std::string_view to_string(OptionType type) {
  switch (type) {
    case OptionType::boolean:
      return "true or false";
    case OptionType::integer:
      return "a whole number";
    case OptionType::text:
      return "a text";
    case OptionType::text_list:
      return "a list of texts";
    case OptionType::choice:
      return "one word";
    case OptionType::choice_list:
      return "a list of words";
    case OptionType::choice_map:
      return "a map";
    case OptionType::duration:
      return "a duration";
    case OptionType::duration_range:
      return "a duration or a range of durations";
  }
  return "a text";
}

static Error wrong(const OptionSpec& spec, std::string_view seen) {
  Error error{ExitCode::usage,
              fmt::format("option '{}' wants {}, not {}", spec.name, to_string(spec.type), seen)};
  if (spec.type == OptionType::boolean) error.hint("write true or false, without quotes");
  if (spec.type == OptionType::integer) error.hint("write digits only, such as 10");
  if (spec.type == OptionType::text || spec.type == OptionType::choice) error.hint("write one value");
  return error;
}

/// " rows" or "ms": what follows a number of this option.
static std::string unit_of(const OptionSpec& spec) {
  if (spec.type == OptionType::integer) return spec.unit.empty() ? "" : fmt::format(" {}", spec.unit);
  return "ms";
}

static Error out_of_range(const OptionSpec& spec, std::string_view text) {
  const std::string unit = unit_of(spec);
  Error error{ExitCode::usage, fmt::format("option '{}' is out of range: {}", spec.name, text)};
  error.hint(spec.max == INT64_MAX
                 ? fmt::format("write a value of at least {}{}", spec.min, unit)
                 : fmt::format("write a value from {}{} to {}{}", spec.min, unit, spec.max, unit));
  return error;
}

static void check_range(const OptionSpec& spec, std::int64_t value, std::string_view text) {
  if (value < spec.min || value > spec.max) throw out_of_range(spec, text);
}

static std::int64_t parse_integer(const OptionSpec& spec, const std::string& text) {
  std::int64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem == std::errc::result_out_of_range && end == text.data() + text.size())
    throw out_of_range(spec, text);
  if (problem != std::errc{} || end != text.data() + text.size())
    throw wrong(spec, fmt::format("'{}'", text));
  return number;
}

static const std::string& check_choice(const OptionSpec& spec, const std::string& text) {
  if (std::find(spec.choices.begin(), spec.choices.end(), text) == spec.choices.end())
    throw Error{ExitCode::usage, fmt::format("option '{}' does not know '{}'", spec.name, text)}.hint(
        suggest(text, spec.choices));
  return text;
}

/// Adds the option's name to what a parser that knows no options throws.
template <typename Parse>
static auto named(const OptionSpec& spec, Parse&& parse) {
  try {
    return parse();
  } catch (const Error& problem) {
    throw Error{problem.code(), fmt::format("option '{}': {}", spec.name, problem.message())}.hint(
        problem.advice());
  }
}

static OptionValue parse_scalar(const OptionSpec& spec, const std::string& text) {
  switch (spec.type) {
    case OptionType::boolean:
      if (text == "true" || text == "false") return text == "true";
      throw wrong(spec, fmt::format("'{}'", text));
    case OptionType::integer: {
      const std::int64_t number = parse_integer(spec, text);
      check_range(spec, number, text);
      return number;
    }
    case OptionType::choice:
      return check_choice(spec, text);
    case OptionType::duration: {
      const std::chrono::milliseconds value = named(spec, [&] { return parse_duration(text); });
      check_range(spec, value.count(), text);
      return value;
    }
    case OptionType::duration_range: {
      const DurationRange value = named(spec, [&] { return parse_duration_range(text); });
      check_range(spec, value.from.count(), text);
      check_range(spec, value.to.count(), text);
      return value;
    }
    case OptionType::text:
    default:
      if (spec.non_empty && trimmed(text).empty())
        throw Error{ExitCode::usage, fmt::format("option '{}' is empty", spec.name)}.hint(
            "write a value, or leave the option out");
      return text;
  }
}

void check_map_key(const OptionSpec& spec, const std::string& key) {
  const std::span<const std::string_view> known = spec.keys();
  if (std::find(known.begin(), known.end(), key) != known.end()) return;
  const std::string_view near = nearest(key, known);
  throw Error{ExitCode::usage, fmt::format("option '{}' does not know '{}'", spec.name, key)}.hint(
      near.empty() ? "see 'runner list' for what exists" : fmt::format("use '{}'", near));
}

void check_map_value(const OptionSpec& spec, const std::string& value) {
  check_choice(spec, value);
}

OptionValue parse_option(const OptionSpec& spec, std::span<const std::string> items, bool is_list) {
  if (spec.type == OptionType::choice_map)
    throw wrong(spec, is_list || items.empty() ? "a list" : fmt::format("'{}'", items.front()))
        .hint(fmt::format("write {{ name: {} }}", spec.choices.front()));
  const bool wants_list = spec.type == OptionType::text_list || spec.type == OptionType::choice_list;
  if (!wants_list) {
    if (is_list || items.size() != 1) throw wrong(spec, "a list");
    return parse_scalar(spec, items.front());
  }
  if (!is_list)
    throw wrong(spec, fmt::format("'{}'", items.empty() ? std::string{} : items.front()))
        .hint(fmt::format("write [{}]", fmt::join(items, ", ")));
  for (const std::string& item : items) {
    if (spec.type == OptionType::choice_list) check_choice(spec, item);
    if (spec.type == OptionType::text_list && spec.non_empty && trimmed(item).empty())
      throw Error{ExitCode::usage, fmt::format("option '{}' holds an empty text", spec.name)}.hint(
          "write a value, or leave the item out");
  }
  return std::vector<std::string>(items.begin(), items.end());
}

void Options::set(std::string name, OptionValue value) {
  values_.insert_or_assign(std::move(name), std::move(value));
}

bool Options::has(std::string_view name) const {
  return values_.contains(name);
}

/// A handler that asks for an option it does not declare is a mistake of ours, found by its first test.
template <typename T>
static const T& get(const std::map<std::string, OptionValue, std::less<>>& values, std::string_view name) {
  const auto found = values.find(name);
  if (found == values.end())
    throw std::logic_error(fmt::format("option '{}' has no value and no default", name));
  return std::get<T>(found->second);
}

bool Options::boolean(std::string_view name) const {
  return get<bool>(values_, name);
}
std::int64_t Options::integer(std::string_view name) const {
  return get<std::int64_t>(values_, name);
}
std::chrono::milliseconds Options::duration(std::string_view name) const {
  return get<std::chrono::milliseconds>(values_, name);
}
DurationRange Options::range(std::string_view name) const {
  return get<DurationRange>(values_, name);
}

const std::string& Options::text(std::string_view name) const {
  static const std::string none;
  return has(name) ? get<std::string>(values_, name) : none;
}

const std::vector<std::string>& Options::list(std::string_view name) const {
  static const std::vector<std::string> none;
  return has(name) ? get<std::vector<std::string>>(values_, name) : none;
}

const OptionMap& Options::map(std::string_view name) const {
  static const OptionMap none;
  return has(name) ? get<OptionMap>(values_, name) : none;
}

static std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    items.emplace_back(trimmed(text.substr(0, comma)));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return items;
}

void add_defaults(std::span<const OptionSpec> specs, Options& options) {
  for (const OptionSpec& spec : specs) {
    if (options.has(spec.name) || spec.default_text.empty()) continue;
    const bool wants_list = spec.type == OptionType::text_list || spec.type == OptionType::choice_list;
    const std::vector<std::string> items =
        wants_list ? split_list(spec.default_text) : std::vector<std::string>{std::string(spec.default_text)};
    options.set(std::string(spec.name), parse_option(spec, items, wants_list));
  }
}

}  // namespace runner
