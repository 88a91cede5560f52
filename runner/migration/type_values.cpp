#include "runner/migration/type_values.hpp"

#include "runner/migration/check_hints.hpp"
#include "runner/migration/pattern_sample.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

#include <fmt/format.h>

namespace runner {

using Types = std::map<ObjectNumber, TypeShape>;

static const TypeShape* find(const ObjectNumber& type, const Types& types) {
  const auto found = types.find(type);
  return found == types.end() ? nullptr : &found->second;
}

static bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

static bool is_text(std::string_view name) {
  return is_one_of(name, {"text", "varchar", "bpchar", "citext", "name", "char"});
}

TypeFamily family_of(const ObjectNumber& type, const Types& types) {
  const TypeShape* shape = find(type, types);
  if (shape == nullptr) return TypeFamily::other;
  if (shape->kind == TypeShape::Kind::domain) return family_of(shape->parts.at(0), types);
  if (shape->kind != TypeShape::Kind::base) return TypeFamily::other;
  const std::string& name = shape->name;
  if (is_text(name)) return TypeFamily::text;
  if (is_one_of(name, {"int2", "int4", "int8", "numeric", "float4", "float8", "money", "oid"}))
    return TypeFamily::number;
  if (is_one_of(name, {"date", "timestamp", "timestamptz"})) return TypeFamily::time;
  return TypeFamily::other;
}

// --- texts -------------------------------------------------------------------------------------------------

/// Characters that the type takes; 0: any number.
/// Source: PostgreSQL, varchar.c: the modifier is the length and 4 for the header.
static std::size_t length_limit(const TypeShape& type, int modifier) {
  static constexpr int header = 4;
  if (type.name == "char") return 1;
  if (type.name == "name") return 63;
  if ((type.name == "varchar" || type.name == "bpchar") && modifier > header)
    return static_cast<std::size_t>(modifier - header);
  return 0;
}

static std::string with_limit(const std::string& text, std::size_t limit) {
  if (limit == 0 || text.size() <= limit) return text;
  std::size_t end = limit;  // bytes: never more characters than that
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

std::string fitting(const std::string& text, const ObjectNumber& type, int modifier, const Types& types) {
  const TypeShape* shape = find(type, types);
  if (shape == nullptr) return text;
  if (shape->kind == TypeShape::Kind::domain)
    return fitting(text, shape->parts.at(0), shape->modifiers.at(0), types);
  return shape->kind == TypeShape::Kind::base ? with_limit(text, length_limit(*shape, modifier)) : text;
}

/// The last digits of a number: those that tell it from its neighbours.
static std::string last_digits(std::size_t number, std::size_t count) {
  std::string text = std::to_string(number);
  if (count != 0 && text.size() > count) text.erase(0, text.size() - count);
  return text;
}

static std::string text_value(const TypeShape& type, int modifier, std::size_t number, bool bold) {
  const std::size_t limit = length_limit(type, modifier);
  static constexpr std::size_t long_text = 300;
  const std::string own = last_digits(number, limit);
  if (!bold) return own;
  switch (number % 5) {
    case 0:
      return with_limit(own + " Zo\u00EB's \"\u732B\"", limit);
    case 1:
      return with_limit(own + " MiXed", limit);
    case 2: {
      const std::size_t length = limit == 0 ? long_text : limit;
      return own + std::string(length - std::min(length, own.size()), 'x');
    }
    case 3:
      return with_limit(own + " \\ %", limit);
    default:
      return own;
  }
}

// --- numbers and times -------------------------------------------------------------------------------------

static std::string power_of_ten(int exponent) {
  return "1" + std::string(static_cast<std::size_t>(std::max(exponent, 0)), '0');
}

/// Source: PostgreSQL, numeric.c, make_numeric_typmod: precision and scale stand in the halves of the
/// modifier, and 4 is added.
static std::string numeric_value(int modifier, std::size_t number, bool bold) {
  static constexpr int header = 4;
  if (modifier < header)
    return bold ? fmt::format("12345678901{}.123456789", number) : fmt::format("{}.5", number);
  const int precision = ((modifier - header) >> 16) & 0xFFFF;
  int scale = (modifier - header) & 0x7FF;
  if (scale >= 0x400) scale -= 0x800;
  const int whole_digits = precision - std::max(scale, 0);
  if (whole_digits <= 0)
    return fmt::format("0.{:0>{}}", last_digits(number, static_cast<std::size_t>(precision)), scale);
  std::string whole = whole_digits <= 0 ? "0" : last_digits(number, static_cast<std::size_t>(whole_digits));
  if (bold && static_cast<std::size_t>(std::max(whole_digits, 0)) > whole.size()) {
    std::string large = power_of_ten(whole_digits - 1);
    large.replace(large.size() - whole.size(), whole.size(), whole);
    whole = large;
  }
  return scale > 0 ? whole + "." + std::string(static_cast<std::size_t>(scale - 1), '0') + "5" : whole;
}

static std::string date_value(std::size_t number) {
  return fmt::format("{:04}-{:02}-{:02}", 2000 + number / 336 % 8000, 1 + number / 28 % 12, 1 + number % 28);
}

/// A modifier of bit types is their length.
static std::string bits(int modifier, std::size_t number) {
  std::string text;
  const int length = modifier > 0 ? std::min(modifier, 64) : 8;
  for (int i = 0; i < length; ++i) text += ((number >> i) & 1U) != 0 ? '1' : '0';
  return text + std::string(static_cast<std::size_t>(std::max(modifier - length, 0)), '0');
}

static std::string vector_value(int dimensions, std::size_t number) {
  std::string text = "[";
  for (int i = 0; i < (dimensions > 0 ? dimensions : 3); ++i)
    text += fmt::format("{}{}", i == 0 ? "" : ",", i == 0 ? number + 1 : 1);
  return text + "]";
}

static std::optional<std::string> number_value(std::string_view name, int modifier, std::size_t n,
                                               bool bold) {
  if (name == "int2") return std::to_string(bold ? 200 + n % 30000 : n % 30000);
  if (name == "int4") return std::to_string(bold ? 100'000 + n : n);
  if (name == "int8") return std::to_string(bold ? 5'000'000'000 + n : n);
  if (name == "oid" || name == "xid") return std::to_string(n);
  if (name == "numeric") return numeric_value(modifier, n, bold);
  if (name == "float4" || name == "float8") return fmt::format("{}.25", n);
  if (name == "money") return std::to_string(n);
  return std::nullopt;
}

static std::optional<std::string> time_value(std::string_view name, std::size_t n) {
  if (name == "date") return date_value(n);
  if (name == "timestamp") return date_value(n) + " 12:34:56.789";
  if (name == "timestamptz") return date_value(n) + " 12:34:56.789+00";
  if (name == "time") return fmt::format("12:{:02}:{:02}", n / 60 % 60, n % 60);
  if (name == "timetz") return fmt::format("12:{:02}:{:02}+00", n / 60 % 60, n % 60);
  if (name == "interval") return fmt::format("{} hours", n);
  return std::nullopt;
}

namespace {
/// A text with {0} for the number, {1} and {2} for two of its bytes.
struct Sample {
  std::string_view type;
  std::string_view text;
};
}  // namespace

static constexpr std::array samples{
    Sample{"uuid", "00000000-0000-4000-8000-{0:012}"},
    Sample{"bytea", "\\x{0:08x}"},
    Sample{"xml", "<n>{0}</n>"},
    Sample{"inet", "10.0.{1}.{2}"},
    Sample{"cidr", "10.0.{1}.{2}/32"},
    Sample{"macaddr", "08:00:2b:01:{1:02x}:{2:02x}"},
    Sample{"macaddr8", "08:00:2b:01:02:03:{1:02x}:{2:02x}"},
    Sample{"point", "({0},1)"},
    Sample{"line", "{{1,2,{0}}}"},
    Sample{"lseg", "[({0},0),({0},1)]"},
    Sample{"box", "({0},1),(0,0)"},
    Sample{"path", "[({0},0),({0},1)]"},
    Sample{"polygon", "(({0},0),({0},1),(0,1))"},
    Sample{"circle", "<({0},0),1>"},
    Sample{"tsvector", "'w{0}'"},
    Sample{"tsquery", "'w{0}'"},
    Sample{"pg_lsn", "0/{0:X}"},
    Sample{"jsonpath", "$.a{0}"},
    Sample{"hstore", "\"a\"=>\"{0}\""},
    Sample{"ltree", "a.n{0}"},
    Sample{"lquery", "a.n{0}"},
    Sample{"cube", "({0})"},
    Sample{"geometry", "POINT({0} 1)"},
    Sample{"geography", "POINT(1 {2})"},
    Sample{"regclass", "pg_catalog.pg_class"},
    Sample{"regtype", "text"},
    Sample{"regproc", "now"},
    Sample{"regrole", "pg_monitor"},
    Sample{"int2vector", "1 {1}"},
    Sample{"oidvector", "1 {0}"},
    Sample{"xid8", "{0}"},
};

static std::optional<std::string> base_value(const TypeShape& type, int modifier, std::size_t n, bool bold) {
  const std::string& name = type.name;
  if (is_text(name)) return text_value(type, modifier, n, bold);
  if (name == "bool") return n % 2 == 0 ? "true" : "false";
  if (name == "bit" || name == "varbit") return bits(name == "bit" && modifier < 1 ? 1 : modifier, n);
  if (name == "vector" || name == "halfvec") return vector_value(modifier, n);
  if (name == "json" || name == "jsonb") {
    if (bold && n % 7 == 3) return "[]";
    return fmt::format(R"({{"n": {}}})", n);
  }
  if (auto number = number_value(name, modifier, n, bold)) return number;
  if (auto time = time_value(name, n)) return time;
  for (const Sample& sample : samples)
    if (sample.type == name) return fmt::format(fmt::runtime(sample.text), n, n / 256 % 256, n % 256);
  return std::nullopt;
}

// --- types made of others ----------------------------------------------------------------------------------

/// As an element of an array, a range or a row: in double quotes.
static std::string element(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

static std::optional<std::string> row_value(const TypeShape& type, const Types& types, std::size_t number,
                                            bool bold) {
  std::string text = "(";
  for (std::size_t i = 0; i < type.parts.size(); ++i) {
    const auto part = type_value(type.parts[i], type.modifiers[i], types, number, bold);
    if (i > 0) text += ",";
    if (part) text += element(*part);
  }
  return text + ")";
}

static std::optional<std::string> range_value(const TypeShape& type, const Types& types, std::size_t number) {
  // Far enough from each other that exclusion constraints let them live together.
  static constexpr std::size_t distance = 10;
  const auto from = type_value(type.parts.at(0), -1, types, number * distance, false);
  const auto to = type_value(type.parts.at(0), -1, types, number * distance + 5, false);
  if (!from || !to) return std::nullopt;
  return fmt::format("[{},{})", element(*from), element(*to));
}

static std::optional<std::string> domain_value(const TypeShape& type, const Types& types, std::size_t number,
                                               bool bold) {
  CheckHints hints;
  for (const std::string& check : type.words) hints += check_hints(check);
  if (family_of(type.parts.at(0), types) == TypeFamily::text) {
    if (!hints.words.empty()) return hints.words[number % hints.words.size()];
    for (const std::string& pattern : hints.patterns)
      if (auto text = pattern_sample(pattern, number)) return text;
  }
  return type_value(type.parts.at(0), type.modifiers.at(0), types, number, bold);
}

std::optional<std::string> type_value(const ObjectNumber& type, int modifier, const Types& types,
                                      std::size_t number, bool bold) {
  const TypeShape* shape = find(type, types);
  if (shape == nullptr) return std::nullopt;
  switch (shape->kind) {
    case TypeShape::Kind::base:
      return base_value(*shape, modifier, number, bold);
    case TypeShape::Kind::enumeration:
      if (shape->words.empty()) return std::nullopt;
      return shape->words[number % shape->words.size()];
    case TypeShape::Kind::domain:
      return domain_value(*shape, types, number, bold);
    case TypeShape::Kind::array: {
      const auto one = type_value(shape->parts.at(0), modifier, types, number, bold);
      if (!one) return "{}";
      return fmt::format("{{{}}}", element(*one));
    }
    case TypeShape::Kind::range:
      return range_value(*shape, types, number);
    case TypeShape::Kind::multirange: {
      const auto one = type_value(shape->parts.at(0), -1, types, number, bold);
      if (!one) return "{}";
      return fmt::format("{{{}}}", *one);
    }
    case TypeShape::Kind::composite:
      return row_value(*shape, types, number, bold);
    case TypeShape::Kind::other:
      break;
  }
  return std::nullopt;
}

}  // namespace runner
