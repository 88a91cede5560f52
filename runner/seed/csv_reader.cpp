#include "runner/seed/csv_reader.hpp"

#include "runner/core/error.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <csv.h>
#include <fmt/format.h>

namespace runner {

struct CsvReader::Impl {
  TextSource source;
  csv_parser parser{};
  CsvBatch* batch = nullptr;
  std::optional<Finding> problem{};
  std::optional<std::size_t> problem_field{};
  std::string shown_path;
  char delimiter;
  LineCounter lines{};          ///< knows lines only: columns are found by reading the file once more
  std::string line_start{};     ///< what the last piece has of a line that the next goes on with
  bool between_records = true;  ///< so far, what the parser was given ends with a record
  std::int64_t record_line = 1;
  std::size_t open_fields = 0;        ///< of the record that has not ended
  std::size_t open_record_bytes = 0;  ///< at least so long is it
  CsvBatch open{};                    ///< its fields, between two batches
  bool row_ended = false;             ///< during one piece
  bool ended = false;

  explicit Impl(const Dataset& dataset)
      : source(dataset), shown_path(dataset.shown_csv), delimiter(dataset.delimiter) {
    if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0)
      throw Error{ExitCode::environment, "the CSV parser cannot be started"};
    csv_set_delim(&parser, static_cast<unsigned char>(dataset.delimiter));
    csv_set_space_func(&parser, [](unsigned char) { return 0; });  // spaces are part of a field
    csv_set_blk_size(&parser, 4096);
  }
  ~Impl() { csv_free(&parser); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  static void on_field(void* data, std::size_t size, void* self) {
    static_cast<Impl*>(self)->add_field({static_cast<const char*>(data), size});
  }
  static void on_record(int end, void* self) { static_cast<Impl*>(self)->end_record(end); }

  void add_field(std::string_view text);
  void end_record(int end);
  void begin(CsvBatch& into);
  void keep_open_record();
  void take(std::string_view piece);
  void split_lines(std::string_view piece);
  std::size_t split_line(std::size_t start);
  void parse(std::string_view piece);
  void limit_record(std::size_t bytes);
  void finish();
  void refuse(Place place, std::string message, std::string remedy);
};

void CsvReader::Impl::add_field(std::string_view text) {
  if (open_fields++ == 0) record_line = lines.line();
  batch->fields_.push_back({batch->text_.size(), text.size()});
  batch->text_.append(text);
  if (text.find('\n') != std::string_view::npos || text.find('\r') != std::string_view::npos) lines.add(text);
  lines.add("\"");  // or a delimiter: another character than those that end lines is next to it
}

/// `end` is the character that ended it, -1 at the end of the file. libcsv reports each of "\r\n".
void CsvReader::Impl::end_record(int end) {
  if (open_fields > 0)
    batch->records_.push_back({record_line, batch->fields_.size() - open_fields, open_fields});
  open_fields = 0;
  open_record_bytes = 0;
  row_ended = true;
  if (end == '\r') lines.add("\r");
  if (end == '\n') lines.add("\n");
}

/// A batch begins with the fields of the record that had not ended.
void CsvReader::Impl::begin(CsvBatch& into) {
  batch = &into;
  into.text_ = open.text_;
  into.fields_ = open.fields_;
  into.records_.clear();
}

void CsvReader::Impl::keep_open_record() {
  const auto first = batch->fields_.end() - static_cast<std::ptrdiff_t>(open_fields);
  const std::size_t offset = open_fields > 0 ? first->offset : batch->text_.size();
  open.text_.assign(batch->text_, offset);
  open.fields_.assign(first, batch->fields_.end());
  for (CsvBatch::Span& span : open.fields_) span.offset -= offset;
}

void CsvReader::Impl::refuse(Place place, std::string message, std::string remedy) {
  problem = Finding{.rule = "csv-malformed",
                    .place = std::move(place),
                    .message = std::move(message),
                    .remedy = std::move(remedy)};
}

/// No quotes, and no "\r" but in "\r\n"; one at the piece's end is looked at with the next.
static bool has_plain_lines(std::string_view piece) {
  if (piece.find('"') != std::string_view::npos) return false;
  for (std::size_t at = 0; (at = piece.find('\r', at)) != std::string_view::npos; ++at)
    if (at + 1 < piece.size() && piece[at + 1] != '\n') return false;
  return true;
}

/// Most files have no quotes: then lines are records, and no state machine has to look at each character.
void CsvReader::Impl::take(std::string_view piece) {
  const bool return_alone = line_start.ends_with('\r') && !piece.starts_with('\n');
  if (between_records && !return_alone && has_plain_lines(piece)) return split_lines(piece);
  if (!line_start.empty()) parse(std::exchange(line_start, {}));
  parse(piece);
}

void CsvReader::Impl::split_lines(std::string_view piece) {
  const std::size_t whole = piece.rfind('\n') + 1;  // 0 where there is none
  if (whole > 0) {
    std::size_t at = batch->text_.size();
    batch->text_.append(line_start).append(piece.substr(0, whole));
    line_start.clear();
    while (at < batch->text_.size()) at = split_line(at);
  }
  line_start.append(piece.substr(whole));
  limit_record(line_start.size());
}

/// Returns where the next line begins.
std::size_t CsvReader::Impl::split_line(std::size_t start) {
  const char* const text = batch->text_.data();
  const auto find = [text](char c, std::size_t from, std::size_t to) {
    const void* at = std::memchr(text + from, c, to - from);
    return at == nullptr ? to : static_cast<std::size_t>(static_cast<const char*>(at) - text);
  };
  const std::size_t line_end = find('\n', start, batch->text_.size());
  const std::size_t end = line_end > start && text[line_end - 1] == '\r' ? line_end - 1 : line_end;
  const std::size_t first_field = batch->fields_.size();
  for (std::size_t from = start; end > start && from <= end;) {
    const std::size_t to = find(delimiter, from, end);
    batch->fields_.push_back({from, to - from});
    from = to + 1;
  }
  if (end > start)
    batch->records_.push_back({lines.line(), first_field, batch->fields_.size() - first_field});
  lines.end_line();
  return line_end + 1;
}

void CsvReader::Impl::parse(std::string_view piece) {
  row_ended = false;
  const std::size_t done = csv_parse(&parser, piece.data(), piece.size(), on_field, on_record, this);
  if (done < piece.size()) {
    if (csv_error(&parser) != CSV_EPARSE) throw Error{ExitCode::environment, "out of memory"};
    const bool behind_quote = parser.quoted != 0;
    return refuse(source.place(done),
                  behind_quote ? "text behind the quote that closes a field"
                               : "a quote within a field that does not begin with one",
                  "Put the whole field in quotes, and write each quote within it twice.");
  }
  between_records = open_fields == 0 && parser.quoted == 0 && piece.ends_with('\n');
  if (!row_ended) open_record_bytes += piece.size();
  limit_record(open_record_bytes);
}

void CsvReader::Impl::limit_record(std::size_t bytes) {
  if (bytes > longest_record_bytes)
    refuse({.path = shown_path,
            .line = static_cast<int>(open_fields > 0 ? record_line : lines.line()),
            .column = 1},
           fmt::format("a record of more than {} bytes begins here", longest_record_bytes),
           "Look for a quote that is not closed, or for line ends that were lost.");
}

void CsvReader::Impl::finish() {
  ended = true;
  if (source.problem()) {
    problem = source.problem();
    return;
  }
  if (!line_start.empty()) parse(std::exchange(line_start, {}));
  if (csv_fini(&parser, on_field, on_record, this) == 0) return;
  const std::int64_t line = open_fields > 0 ? record_line : lines.line();
  problem_field = open_fields;
  refuse({.path = shown_path, .line = static_cast<int>(line), .column = 0},
         "the file ends within a field whose quote is opened here",
         "Close the quote, or fetch the file again: it may be cut off.");
}

CsvReader::CsvReader(const Dataset& dataset) : impl_(std::make_unique<Impl>(dataset)) {}
CsvReader::~CsvReader() = default;

bool CsvReader::next(CsvBatch& batch) {
  impl_->begin(batch);
  while (!impl_->ended && !impl_->problem && batch.records().empty()) {
    const std::string_view piece = impl_->source.next();
    if (piece.empty())
      impl_->finish();
    else
      impl_->take(piece);
  }
  impl_->keep_open_record();
  return !batch.records().empty();
}

const std::optional<Finding>& CsvReader::problem() const {
  return impl_->problem;
}
std::optional<std::size_t> CsvReader::problem_field() const {
  return impl_->problem_field;
}
std::uint64_t CsvReader::bytes_read() const {
  return impl_->source.bytes_read();
}
std::uint64_t CsvReader::size_bytes() const {
  return impl_->source.size_bytes();
}

}  // namespace runner
