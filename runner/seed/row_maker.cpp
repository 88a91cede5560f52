#include "runner/seed/row_maker.hpp"

#include "runner/core/error.hpp"
#include "runner/core/nearest.hpp"
#include "runner/core/text.hpp"
#include "runner/seed/field_number.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <numeric>

#include <fmt/format.h>

namespace runner {

static constexpr std::size_t shown_bytes = 60;

std::uint64_t RowCounts::skipped_rows() const {
  return std::accumulate(skipped.begin(), skipped.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const auto& reason) { return sum + reason.second; });
}

RowMaker::RowMaker(const Dataset& dataset, BatchEncryptor* encryptor, std::size_t limit)
    : dataset_(dataset), encryptor_(encryptor), limit_(limit), reader_(dataset) {
  for (const SkipRule& rule : dataset.skip_when) counts_.skipped.emplace_back(rule.reason, 0);
  const std::size_t slots = std::accumulate(dataset.columns.begin(), dataset.columns.end(), std::size_t{0},
                                            [](std::size_t sum, const DatasetColumn& column) {
                                              return sum + (column.lookup ? column.from.size() : 1);
                                            });
  for (Draft& draft : drafts_) draft.rows.slots = slots;
}

RowMaker::~RowMaker() {
  if (encryptor_ != nullptr) encryptor_->abandon();
}

// --- The header --------------------------------------------------------------------------------------------

std::size_t RowMaker::field_named(const std::string& name, const Place& by, std::string_view who) {
  const auto found = std::find(header_.begin(), header_.end(), name);
  if (found != header_.end()) return static_cast<std::size_t>(found - header_.begin());
  const std::vector<std::string_view> known(header_.begin(), header_.end());
  refuse({.line = header_line_}, 0, "csv-header",
         fmt::format("the header has no column '{}', which {} of {} reads", name, who, by.str()),
         fmt::format("Correct the name: {}.", suggest(name, known)));
  return 0;
}

void RowMaker::read_header(const CsvBatch& batch) {
  const CsvBatch::Record& record = batch.records().front();
  header_line_ = record.line;
  for (std::size_t i = 0; i < record.fields; ++i) {
    header_.emplace_back(trimmed(batch.field(record, i)));
    if (std::count(header_.begin(), header_.end(), header_.back()) > 1)
      refuse(record, i, "csv-header", fmt::format("the header has '{}' twice", header_.back()),
             "Give each column a name of its own.");
  }
  for (const SkipRule& rule : dataset_.skip_when)
    skips_.push_back({&rule, field_named(rule.column, rule.place, "'skip_when'")});
  for (const DatasetColumn& column : dataset_.columns) {
    Plan plan{&column};
    for (const std::string& name : column.from) {
      plan.fields.push_back(field_named(name, column.place, fmt::format("column '{}'", column.name)));
      plan.hidden = plan.hidden || dataset_.is_private(name);
    }
    plans_.push_back(std::move(plan));
  }
  check_unused();
}

void RowMaker::check_unused() {
  for (const std::string& name : dataset_.unused)
    if (std::find(header_.begin(), header_.end(), name) == header_.end())
      field_named(name, {.path = dataset_.shown_path}, "'source.unused'");
  for (std::size_t i = 0; i < header_.size(); ++i) {
    const auto first = std::find(header_.begin(), header_.end(), header_[i]) - header_.begin();
    if (first == static_cast<std::ptrdiff_t>(i) && !is_used(i))
      refuse({.line = header_line_}, i, "csv-header",
             fmt::format("nothing in {} reads column '{}'", dataset_.shown_path, header_[i]),
             fmt::format("Read it, or write 'unused: [{}]' under 'source'.", header_[i]));
  }
}

bool RowMaker::is_used(std::size_t field) const {
  return std::any_of(plans_.begin(), plans_.end(),
                     [&](const Plan& plan) {
                       return std::find(plan.fields.begin(), plan.fields.end(), field) != plan.fields.end();
                     }) ||
         std::any_of(skips_.begin(), skips_.end(), [&](const Skip& skip) { return skip.field == field; }) ||
         std::find(dataset_.unused.begin(), dataset_.unused.end(), header_[field]) != dataset_.unused.end();
}

const std::vector<std::size_t>& RowMaker::fields_of(const DatasetColumn& column) const {
  static const std::vector<std::size_t> none;
  for (const Plan& plan : plans_)
    if (plan.column == &column) return plan.fields;
  return none;
}

// --- Rows --------------------------------------------------------------------------------------------------

bool RowMaker::next(RowBatch& batch) {
  if (draft_ == nullptr) {
    draft_ = &drafts_.front();
    make_draft();
    begin_encrypting(*draft_);
  }
  rows_read_ = counts_.read;
  bytes_read_ = reader_.bytes_read();
  Draft& ready = *draft_;
  draft_ = &ready == &drafts_.front() ? &drafts_.back() : &drafts_.front();
  make_draft();
  finish_encrypting(ready);
  begin_encrypting(*draft_);
  batch.slots = ready.rows.slots;
  batch.lines.swap(ready.rows.lines);
  batch.values.swap(ready.rows.values);
  return !batch.lines.empty();
}

void RowMaker::make_draft() {
  draft_->rows.lines.clear();
  draft_->rows.values.clear();
  while (!ended_ && draft_->rows.lines.empty() && found_.size() < limit_) {
    draft_->kept.release();
    const bool first = header_.empty();
    ended_ = !reader_.next(draft_->csv);
    if (ended_) break;
    if (first) read_header(draft_->csv);
    ended_ = first && !found_.empty();  // nothing can be read by a wrong header
    if (ended_) return;
    for (const CsvBatch::Record& record : draft_->csv.records()) {
      if (first && &record == &draft_->csv.records().front()) continue;
      if (found_.size() < limit_) make(record);
    }
  }
  if (header_.empty() && !reader_.problem() && found_.empty())
    refuse({.line = 1}, 0, "csv-header", "the file is empty", "Write a header with the columns' names.");
}

void RowMaker::make(const CsvBatch::Record& record) {
  ++counts_.read;
  if (record.fields != header_.size())
    return refuse(
        record, record.fields < header_.size() ? 0 : header_.size(), "csv-columns",
        fmt::format("the row has {}, and the header {}", count_of(record.fields, "field"), header_.size()),
        "Look for a delimiter in a value without quotes, or for a line that was cut off.");
  if (skipped(record)) return;
  RowBatch& rows = draft_->rows;
  const std::size_t values = rows.values.size();
  const std::size_t found = found_.size();
  for (const Plan& plan : plans_) make_column(plan, record);
  if (found_.size() == found) {
    rows.lines.push_back(record.line);
    ++counts_.made;
    return;
  }
  rows.values.resize(values);
  while (!draft_->to_encrypt.empty() && draft_->to_encrypt.back() >= values) draft_->to_encrypt.pop_back();
}

bool RowMaker::skipped(const CsvBatch::Record& record) {
  for (std::size_t i = 0; i < skips_.size(); ++i) {
    const std::string_view field = trimmed(draft_->csv.field(record, skips_[i].field));
    const std::vector<std::string>& values = skips_[i].rule->values;
    if (values.empty() ? !field.empty() : std::find(values.begin(), values.end(), field) == values.end())
      continue;
    ++counts_.skipped[i].second;
    return true;
  }
  return false;
}

static bool contains(const std::vector<std::string>& texts, std::string_view text) {
  return !texts.empty() && std::find(texts.begin(), texts.end(), text) != texts.end();
}

void RowMaker::make_column(const Plan& plan, const CsvBatch::Record& record) {
  const DatasetColumn& column = *plan.column;
  std::vector<Value>& values = draft_->rows.values;
  const std::size_t found = found_.size();
  if (column.constant) {
    values.push_back({column.constant->data(), column.constant->size()});
  } else if (column.days_between) {
    values.push_back(days_between(plan, record));
  } else if (column.lookup) {
    for (const std::size_t field : plan.fields) {
      const std::string_view text = trimmed(draft_->csv.field(record, field));
      values.push_back(text.empty() || contains(column.null_if, text) ? Value{}
                                                                      : Value{text.data(), text.size()});
    }
    const std::span<Value> key(values.end() - static_cast<std::ptrdiff_t>(plan.fields.size()), values.end());
    // A key that is not whole finds nothing.
    if (std::any_of(key.begin(), key.end(), [](const Value& part) { return part.is_null(); }))
      std::fill(key.begin(), key.end(), Value{});
  } else {
    values.push_back(make_single(plan, draft_->csv.field(record, plan.fields.front()), record));
    if (column.encrypt && !values.back().is_null()) draft_->to_encrypt.push_back(values.size() - 1);
  }
  if (column.required && values.back().is_null() && found_.size() == found)
    refuse(record, plan.fields.front(), "missing-value",
           fmt::format("'{}' is empty, and column '{}' wants a value", header_[plan.fields.front()],
                       column.name),
           "Fill it in, or say under 'skip_when' why such a row stays out.");
}

Value RowMaker::make_single(const Plan& plan, std::string_view field, const CsvBatch::Record& record) {
  const DatasetColumn& column = *plan.column;
  const std::string_view trim = trimmed(field);
  if (trim.empty()) return {};
  const std::string_view text = column.as == FieldType::text ? field : trim;
  if (contains(column.null_if, text)) return {};
  return column.map.empty() ? converted(plan, text, record) : mapped(plan, text, record);
}

Value RowMaker::mapped(const Plan& plan, std::string_view text, const CsvBatch::Record& record) {
  const DatasetColumn& column = *plan.column;
  for (const auto& [from, to] : column.map)
    if (from == text) return {to.data(), to.size()};
  if (column.otherwise) return {column.otherwise->data(), column.otherwise->size()};
  std::vector<std::string_view> known;
  for (const auto& pair : column.map) known.push_back(pair.first);
  refuse(
      record, plan.fields.front(), "unknown-value",
      fmt::format("{} is not in the map of column '{}'", shown(plan, text), column.name),
      fmt::format("Correct it ({}), or add it to the map in {}.", suggest(text, known), column.place.str()));
  return {};
}

Value RowMaker::converted(const Plan& plan, std::string_view text, const CsvBatch::Record& record) {
  const DatasetColumn& column = *plan.column;
  if (column.as == FieldType::number) {
    if (const auto problem = problem_of_number(text, column.decimals)) {
      refuse(record, plan.fields.front(), "bad-number", fmt::format("{} {}", shown(plan, text), *problem),
             "Write digits with a point before the decimals, such as 1250000.50.");
      return {};
    }
  } else if (column.as == FieldType::date) {
    const auto day = column.format.parse(text);
    if (!day) {
      refuse(record, plan.fields.front(), "bad-date",
             fmt::format("{} is no date as {}", shown(plan, text), column.format.pattern()),
             fmt::format("Correct the date, or `format` in {}.", column.place.str()));
      return {};
    }
    if (!column.format.is_iso()) return kept(iso_date(*day));
  }
  return {text.data(), text.size()};
}

Value RowMaker::days_between(const Plan& plan, const CsvBatch::Record& record) {
  std::optional<std::chrono::sys_days> days[2];
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string_view text = trimmed(draft_->csv.field(record, plan.fields[i]));
    if (text.empty() || contains(plan.column->null_if, text)) return {};
    days[i] = plan.column->format.parse(text);
    if (!days[i]) {
      refuse(record, plan.fields[i], "bad-date",
             fmt::format("{} is no date as {}", shown(plan, text), plan.column->format.pattern()),
             fmt::format("Correct the date, or `format` in {}.", plan.column->place.str()));
      return {};
    }
  }
  return kept(fmt::format("{}", (*days[1] - *days[0]).count()));
}

Value RowMaker::kept(std::string_view text) {
  auto* copy = static_cast<char*>(draft_->kept.allocate(text.size(), 1));
  std::memcpy(copy, text.data(), text.size());
  return {copy, text.size()};
}

void RowMaker::begin_encrypting(Draft& draft) {
  draft.encrypted.clear();
  for (const std::size_t position : draft.to_encrypt)
    draft.encrypted.push_back(draft.rows.values[position].text());
  if (!draft.encrypted.empty()) encryptor_->begin(draft.encrypted);
}

void RowMaker::finish_encrypting(Draft& draft) {
  if (draft.encrypted.empty()) return;
  encryptor_->finish();
  auto text = draft.encrypted.begin();
  for (const std::size_t position : draft.to_encrypt) {
    draft.rows.values[position] = {text->data(), text->size()};
    ++text;
  }
  draft.to_encrypt.clear();
}

// --- Findings ----------------------------------------------------------------------------------------------

std::string RowMaker::shown(const Plan& plan, std::string_view text) const {
  if (plan.hidden) return "the value (not shown, it is to be encrypted)";
  if (text.size() <= shown_bytes) return fmt::format("'{}'", text);
  std::size_t cut = shown_bytes;
  while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80) --cut;
  return fmt::format("'{}…'", text.substr(0, cut));
}

void RowMaker::refuse(const CsvBatch::Record& record, std::size_t field, std::string_view rule,
                      std::string message, std::string remedy) {
  found_.push_back({Finding{.rule = std::string(rule),
                            .subject = dataset_.name,
                            .message = std::move(message),
                            .remedy = std::move(remedy)},
                    record.line, field});
}

Findings RowMaker::findings() const {
  std::vector<FieldFinding> all = found_;
  if (const auto field = reader_.problem_field())
    all.push_back({*reader_.problem(), reader_.problem()->place.line, *field});
  Findings findings = placed(std::move(all), dataset_);
  if (reader_.problem() && !reader_.problem_field()) findings.push_back(*reader_.problem());
  for (Finding& finding : findings) finding.subject = dataset_.name;
  return findings;
}

}  // namespace runner
