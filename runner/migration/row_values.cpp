#include "runner/migration/row_values.hpp"

#include "runner/migration/check_hints.hpp"
#include "runner/migration/pattern_sample.hpp"
#include "runner/migration/type_values.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace runner {

namespace {

/// The values of one row of one table.
class RowMaker {
 public:
  RowMaker(const TableShape& table, const RowMaking& making, std::size_t number, std::size_t attempt,
           const Session& session)
      : table_(table), making_(making), number_(number), attempt_(attempt), session_(session) {
    if (making.also != nullptr) {
      const auto found = making.also->tables.find(table.number);
      if (found != making.also->tables.end()) later_ = &found->second;
    }
  }

  /// As SQL; nothing: the column is left out.
  std::optional<std::string> value_of(const ColumnShape& column) const;
  bool must_be_given(const ColumnShape& column) const {
    return refuses_nulls(column) &&
           (column.source == ColumnShape::Source::given || column.source == ColumnShape::Source::counted);
  }

 private:
  bool refuses_nulls(const ColumnShape& column) const;
  bool is_tied(const ColumnShape& column) const;
  bool is_unique(const ColumnShape& column) const;
  bool is_null(const ColumnShape& column) const;
  bool is_bold() const { return making_.style == RowStyle::varied && attempt_ % 2 == 0; }
  std::size_t number_for(const ColumnShape& column) const;
  CheckHints hints_for(const ColumnShape& column) const;
  void add_domain_checks(const ObjectNumber& type, const RowShapes& shapes, CheckHints& hints) const;
  std::optional<std::string> reference_of(const ColumnShape& column) const;
  std::string referred(const TableShape& table, const ReferenceShape& reference, std::size_t place) const;
  std::optional<std::string> constant_of(const ColumnShape& column) const;
  std::vector<std::string> candidates(const ColumnShape& column) const;
  void add_texts(const ColumnShape& column, const CheckHints& hints, std::vector<std::string>& into) const;
  void add_numbers(const ColumnShape& column, const CheckHints& hints, std::vector<std::string>& into) const;
  std::optional<std::string> own_value(const ColumnShape& column) const;
  std::uint64_t dice(const ColumnShape& column) const;

  const TableShape& table_;
  RowMaking making_;  // may be made for this row alone
  std::size_t number_;
  std::size_t attempt_;
  const Session& session_;
  const TableShape* later_ = nullptr;  ///< the table at the other time
};

/// Any number, the same each time. Source: splitmix64, by Sebastiano Vigna, in the public domain.
std::uint64_t RowMaker::dice(const ColumnShape& column) const {
  std::uint64_t z = (number_ * 1000 + attempt_) * 1000 + static_cast<std::uint64_t>(column.number);
  z = (z + 1) * 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

bool has_column(const std::vector<int>& columns, int number) {
  return std::find(columns.begin(), columns.end(), number) != columns.end();
}

bool is_unique_in(const TableShape& table, int column) {
  return std::any_of(table.unique.begin(), table.unique.end(), [column](const std::vector<int>& columns) {
    return has_column(columns, column) || has_column(columns, 0);  // 0: an expression of anything
  });
}

bool RowMaker::is_unique(const ColumnShape& column) const {
  return column.source == ColumnShape::Source::counted || is_unique_in(table_, column.number) ||
         (later_ != nullptr && is_unique_in(*later_, column.number));
}

/// By itself, or by its domain.
bool RowMaker::refuses_nulls(const ColumnShape& column) const {
  const auto type = making_.shapes.types.find(column.type);
  return column.not_null || (type != making_.shapes.types.end() && type->second.not_null);
}

/// To other columns, by a check of several.
bool RowMaker::is_tied(const ColumnShape& column) const {
  return std::any_of(table_.checks.begin(), table_.checks.end(), [&](const CheckShape& check) {
    return check.columns.size() > 1 && has_column(check.columns, column.number);
  });
}

bool RowMaker::is_null(const ColumnShape& column) const {
  if (refuses_nulls(column)) return false;
  const std::uint64_t thrown = dice(column) % 12;
  if (making_.style == RowStyle::varied) return thrown < (attempt_ < 2 ? 3 : 6);
  // A check of several columns may want one of them empty.
  return is_tied(column) && attempt_ > 0 && thrown < 6;
}

/// Where keys start: away from 1, because migrations insert rows with the first numbers.
std::size_t first_key(const ObjectNumber& type, const RowShapes& shapes) {
  const auto found = shapes.types.find(type);
  if (found == shapes.types.end()) return 0;
  if (found->second.name == "int2") return 20'000;
  return found->second.name == "int4" || found->second.name == "int8" ? 1'000'000 : 0;
}

/// Where nothing keeps values from being the same, some are.
std::size_t RowMaker::number_for(const ColumnShape& column) const {
  static constexpr std::size_t different = 7;
  if (is_unique(column)) return first_key(column.type, making_.shapes) + number_ + 1;
  const std::size_t number = making_.style == RowStyle::varied ? number_ % different : number_ + 1;
  if (attempt_ == 0 || !is_tied(column)) return number;
  // One of them may have to be less than the other: at times they grow with their places, at times they fall.
  const auto place = static_cast<std::size_t>(column.number);
  const std::size_t most = static_cast<std::size_t>(table_.columns.back().number);
  return number + (attempt_ % 2 == 1 ? place : most - place) * different;
}

void RowMaker::add_domain_checks(const ObjectNumber& type, const RowShapes& shapes, CheckHints& hints) const {
  for (auto found = shapes.types.find(type);
       found != shapes.types.end() && found->second.kind == TypeShape::Kind::domain;
       found = shapes.types.find(found->second.parts.at(0)))
    for (const std::string& check : found->second.words) hints += check_hints(check);
}

CheckHints RowMaker::hints_for(const ColumnShape& column) const {
  CheckHints hints;
  const auto add = [&](const TableShape& table, const RowShapes& shapes) {
    for (const CheckShape& check : table.checks)
      if (has_column(check.columns, column.number)) hints += check_hints(check.text);
    if (const ColumnShape* same = table.column(column.number)) add_domain_checks(same->type, shapes, hints);
  };
  add(table_, making_.shapes);
  if (later_ != nullptr) add(*later_, *making_.also);
  return hints;
}

// --- references --------------------------------------------------------------------------------------------

/// One row of the other table, the same one for each of the reference's columns. Where a table
/// refers to itself, its first row refers to none, and to itself only where it must.
std::string RowMaker::referred(const TableShape& table, const ReferenceShape& reference,
                               std::size_t place) const {
  std::string order;
  for (const std::string& name : reference.table_columns) order += (order.empty() ? "" : ", ") + name;
  const bool own_table = reference.table == table.number;
  const std::string& referred_column = reference.table_columns.at(place);
  const std::string row = fmt::format(
      "(SELECT {0} FROM {1} ORDER BY {2} LIMIT 1 OFFSET {3} % greatest(1, (SELECT count(*) FROM {1})))",
      referred_column, reference.table_name, order, (number_ + attempt_ * 7) / (own_table ? 2 : 1));
  if (!own_table) return row;
  const auto own = std::find_if(table.columns.begin(), table.columns.end(),
                                [&](const ColumnShape& one) { return one.name == referred_column; });
  const ColumnShape* from = table.column(reference.columns.at(place));
  if (own == table.columns.end() || from == nullptr || !refuses_nulls(*from) ||
      has_column(reference.columns, own->number))
    return row;
  const std::optional<std::string> value = constant_of(*own);
  return value ? fmt::format("coalesce({}, {})", row, session_.quoted_literal(*value)) : row;
}

std::optional<std::string> RowMaker::reference_of(const ColumnShape& column) const {
  const auto in = [&](const TableShape& table) -> std::optional<std::string> {
    for (const ReferenceShape& reference : table.references) {
      const auto place = std::find(reference.columns.begin(), reference.columns.end(), column.number);
      if (place == reference.columns.end()) continue;
      if (!making_.shapes.tables.contains(reference.table)) continue;  // it comes with the migration
      return referred(table, reference, static_cast<std::size_t>(place - reference.columns.begin()));
    }
    return std::nullopt;
  };
  if (auto found = in(table_)) return found;
  return later_ == nullptr ? std::nullopt : in(*later_);
}

// --- constants ---------------------------------------------------------------------------------------------

/// Of the later type where the column gets another one: what suits that, suits the earlier one mostly, too.
std::optional<std::string> RowMaker::own_value(const ColumnShape& column) const {
  const std::size_t number = number_for(column);
  if (later_ != nullptr) {
    const ColumnShape* same = later_->column(column.number);
    if (same != nullptr && (same->type != column.type || same->modifier != column.modifier)) {
      const auto text = type_value(same->type, same->modifier, making_.also->types, number, false);
      if (text) return fitting(*text, column.type, column.modifier, making_.shapes.types);
    }
  }
  return type_value(column.type, column.modifier, making_.shapes.types, number, is_bold());
}

std::string in_place_of_wildcards(const std::string& like, const std::string& with) {
  std::string text;
  for (const char c : like) {
    if (c == '%')
      text += with;
    else
      text += c == '_' ? 'a' : c;
  }
  return text;
}

void RowMaker::add_texts(const ColumnShape& column, const CheckHints& hints,
                         std::vector<std::string>& into) const {
  static constexpr long long longest = 2000;
  const std::string own = std::to_string(number_for(column));
  for (const std::string& pattern : hints.patterns)
    if (auto text = pattern_sample(pattern, number_for(column))) into.push_back(std::move(*text));
  for (const std::string& like : hints.likes) into.push_back(in_place_of_wildcards(like, own));
  std::vector<std::string> words = hints.words;
  words.insert(words.end(), hints.mentioned.begin(), hints.mentioned.end());
  for (std::size_t i = 0; i < words.size(); ++i) into.push_back(words[(number_ + i) % words.size()]);
  for (const long long length : hints.numbers)
    if (length > 0 && length <= longest) {
      std::string text = own;
      text.insert(0, static_cast<std::size_t>(std::max(length - static_cast<long long>(own.size()), 0LL)),
                  '1');
      into.push_back(text.substr(text.size() - static_cast<std::size_t>(length)));
    }
  for (const std::string& word : hints.mentioned) into.push_back(own + word + own);
}

void RowMaker::add_numbers(const ColumnShape& column, const CheckHints& hints,
                           std::vector<std::string>& into) const {
  const auto own = static_cast<long long>(number_for(column) % 100);
  const auto [least, most] = std::minmax_element(hints.numbers.begin(), hints.numbers.end());
  if (hints.numbers.size() > 1) into.push_back(std::to_string(*least + (*most - *least) / 2));
  for (const long long number : hints.numbers)
    for (const long long near : {number, number + 1 + own, number - 1 - own})
      into.push_back(std::to_string(near));
}

bool looks_like_a_date(const std::string& text) {
  return text.size() >= 8 && text[0] >= '0' && text[0] <= '9' && text.find('-') != std::string::npos;
}

/// The likeliest one first.
std::vector<std::string> RowMaker::candidates(const ColumnShape& column) const {
  const CheckHints hints = hints_for(column);
  std::vector<std::string> found;
  const std::optional<std::string> own = own_value(column);
  switch (family_of(column.type, making_.shapes.types)) {
    case TypeFamily::text:
      add_texts(column, hints, found);
      break;
    case TypeFamily::number:
      if (own) found.push_back(*own);
      add_numbers(column, hints, found);
      return found;
    case TypeFamily::time:
      for (const auto* words : {&hints.words, &hints.mentioned})
        std::copy_if(words->begin(), words->end(), std::back_inserter(found), looks_like_a_date);
      break;
    case TypeFamily::other:
      break;
  }
  if (own) found.push_back(*own);
  return found;
}

std::optional<std::string> RowMaker::constant_of(const ColumnShape& column) const {
  const std::vector<std::string> all = candidates(column);
  if (all.empty()) return std::nullopt;
  // Twice thrown, the lesser counts: the likelier ones more often.
  const std::uint64_t thrown = dice(column);
  const std::size_t chosen =
      attempt_ == 0 ? 0 : std::min((thrown >> 32U) % all.size(), (thrown & 0xFFFFFFFFU) % all.size());
  return fitting(all[chosen], column.type, column.modifier, making_.shapes.types);
}

std::optional<std::string> RowMaker::value_of(const ColumnShape& column) const {
  if (column.source == ColumnShape::Source::generated) return std::nullopt;
  if (is_null(column)) return "NULL";
  if (auto reference = reference_of(column)) return reference;
  if (auto constant = constant_of(column)) return session_.quoted_literal(*constant);
  return std::nullopt;  // its default, else NULL
}

std::string statement_of(const TableShape& table,
                         const std::vector<std::pair<std::string, std::string>>& given) {
  std::string columns;
  std::string values;
  for (const auto& [column, value] : given) {
    columns += (columns.empty() ? "" : ", ") + column;
    values += (values.empty() ? "" : ", ") + value;
  }
  if (given.empty()) return fmt::format("INSERT INTO {} DEFAULT VALUES", table.name);
  // Numbers are given, too: a migration may count on a sequence's first ones.
  return fmt::format("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})", table.name, columns, values);
}

}  // namespace

std::string insert_statement(const TableShape& table, const RowMaking& making, std::size_t number,
                             std::size_t attempt, const Session& session) {
  const RowMaker maker(table, making, number, attempt, session);
  std::vector<std::pair<std::string, std::string>> given;
  for (const ColumnShape& column : table.columns)
    if (auto value = maker.value_of(column)) given.emplace_back(column.name, std::move(*value));
  return statement_of(table, given);
}

std::string shortest_insert(const TableShape& table, const RowMaking& making, std::size_t number,
                            const Session& session) {
  const RowMaker maker(table, {.shapes = making.shapes, .style = RowStyle::plain}, number, 0, session);
  std::vector<std::pair<std::string, std::string>> given;
  for (const ColumnShape& column : table.columns) {
    if (!maker.must_be_given(column)) continue;
    if (auto value = maker.value_of(column)) given.emplace_back(column.name, std::move(*value));
  }
  return statement_of(table, given);
}

}  // namespace runner
