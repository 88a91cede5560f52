#include "runner/seed/csv_places.hpp"

#include "runner/seed/text_source.hpp"

#include <algorithm>
#include <utility>

namespace runner {

namespace {
/// Walks over the characters of a file that the parser has understood, and notes where fields begin.
class FieldWalk {
 public:
  FieldWalk(std::vector<FieldFinding>& found, const Dataset& dataset) : found_(found), dataset_(dataset) {}

  void run() {
    TextSource source(dataset_);
    begin_record();
    for (std::string_view piece = source.next(); !piece.empty() && next_ < found_.size();
         piece = source.next())
      for (const char c : piece) step(c);
    // Places behind what can be read, such as the end of the file.
    for (; next_ < found_.size(); ++next_) mark(found_[next_]);
  }

 private:
  void step(char c) {
    const bool second_half = c == '\n' && before_ == '\r';  // of one line end
    const bool line_end = (c == '\n' || c == '\r') && !second_half;
    before_ = c;
    if (c == '"') quoted_ = !quoted_;  // a doubled quote toggles twice
    lines_.add(std::string_view(&c, 1));
    if (quoted_) return;
    if (c == dataset_.delimiter) {
      ++field_;
      note();
    } else if (line_end) {
      // Findings behind the record's last field stay at that.
      while (next_ < found_.size() && found_[next_].record_line <= record_line_) mark(found_[next_++]);
      begin_record();
    }
  }

  void begin_record() {
    record_line_ = lines_.line();
    field_ = 0;
    note();
  }

  void note() {
    field_line_ = lines_.line();
    field_column_ = lines_.column();
    while (next_ < found_.size() && found_[next_].record_line == record_line_ &&
           found_[next_].field <= field_)
      mark(found_[next_++]);
  }

  void mark(FieldFinding& at) const {
    at.finding.place = {.path = dataset_.shown_csv,
                        .line = static_cast<int>(field_line_),
                        .column = static_cast<int>(field_column_)};
  }

  std::vector<FieldFinding>& found_;
  const Dataset& dataset_;
  LineCounter lines_{};
  bool quoted_ = false;
  char before_ = '\0';
  std::int64_t record_line_ = 1;
  std::size_t field_ = 0;
  std::int64_t field_line_ = 1;
  std::int64_t field_column_ = 1;
  std::size_t next_ = 0;
};
}  // namespace

Findings placed(std::vector<FieldFinding> found, const Dataset& dataset) {
  std::stable_sort(found.begin(), found.end(), [](const FieldFinding& a, const FieldFinding& b) {
    return std::pair(a.record_line, a.field) < std::pair(b.record_line, b.field);
  });
  if (!found.empty()) FieldWalk(found, dataset).run();
  Findings findings;
  for (FieldFinding& one : found) findings.push_back(std::move(one.finding));
  return findings;
}

}  // namespace runner
