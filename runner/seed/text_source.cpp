#include "runner/seed/text_source.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <iconv.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runner {

static constexpr std::size_t piece_size_bytes = 128 << 10;
static constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

static bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
}

void LineCounter::add(std::string_view text) {
  if (text.empty()) return;
  const auto follows_return = [&](std::size_t at) { return at == 0 ? after_return_ : text[at - 1] == '\r'; };
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string_view::npos; ++at)
    if (!follows_return(at)) ++line_;
  for (std::size_t at = 0; (at = text.find('\r', at)) != std::string_view::npos; ++at) ++line_;
  after_return_ = text.back() == '\r';
  if (const std::size_t last = text.find_last_of("\r\n"); last != std::string_view::npos) {
    column_ = 1;
    text.remove_prefix(last + 1);
  }
  column_ += std::count_if(text.begin(), text.end(), starts_character);
}

struct TextSource::Converter {
  iconv_t handle;
  explicit Converter(iconv_t opened) : handle(opened) {}
  ~Converter() { iconv_close(handle); }
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
};

static bool is_utf8(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return name == "utf-8" || name == "utf8";
}

TextSource::TextSource(const Dataset& dataset)
    : path_(dataset.csv), shown_path_(dataset.shown_csv), encoding_(dataset.encoding) {
  if (!is_utf8(encoding_)) {
    const iconv_t handle = iconv_open("UTF-8", encoding_.c_str());
    if (reinterpret_cast<std::intptr_t>(handle) == -1)  // as iconv_open's page has it
      throw Error{ExitCode::usage, fmt::format("encoding '{}' is not known", encoding_)}
          .hint("use a name of `iconv --list`, such as windows-1252")
          .at(dataset.encoding_place);
    converter_ = std::make_unique<Converter>(handle);
  }
  file_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat facts {};
  if (file_ < 0 || ::fstat(file_, &facts) != 0)
    throw Error{ExitCode::environment, fmt::format("cannot read '{}'", shown_path_)}.because(
        std::strerror(errno));
  size_bytes_ = static_cast<std::uint64_t>(facts.st_size);
}

TextSource::~TextSource() {
  if (file_ >= 0) ::close(file_);
}

/// Reads behind what is left of the piece before. False at the file's end.
bool TextSource::fill() {
  const std::size_t kept = raw_.size();
  raw_.resize(kept + piece_size_bytes);
  ssize_t got = -1;
  do {
    got = ::read(file_, raw_.data() + kept, piece_size_bytes);
  } while (got < 0 && errno == EINTR);
  if (got < 0)
    throw Error{ExitCode::environment, fmt::format("cannot read '{}'", shown_path_)}.because(
        std::strerror(errno));
  raw_.resize(kept + static_cast<std::size_t>(got));
  bytes_read_ += static_cast<std::uint64_t>(got);
  at_end_ = got == 0;
  return !at_end_;
}

std::string_view TextSource::next() {
  before_.add(piece_);
  piece_.clear();
  while (piece_.empty() && !problem_ && !at_end_) {
    fill();
    if (converter_)
      take_converted();
    else
      take_utf8();
    if (!started_ && piece_.starts_with(byte_order_mark)) piece_.erase(0, byte_order_mark.size());
    if (const std::size_t zero = piece_.find('\0'); zero != std::string::npos)
      cut_at(zero, "a NUL byte, which no text can hold",
             "Save the file as text, or name its encoding in `source.encoding`.");
    started_ = started_ || !piece_.empty();
  }
  return piece_;
}

Place TextSource::place(std::size_t offset) const {
  LineCounter here = before_;
  here.add(std::string_view(piece_).substr(0, offset));
  return {
      .path = shown_path_, .line = static_cast<int>(here.line()), .column = static_cast<int>(here.column())};
}

void TextSource::cut_at(std::size_t offset, std::string message, std::string remedy) {
  problem_ = Finding{.rule = "csv-malformed",
                     .place = place(offset),
                     .message = std::move(message),
                     .remedy = std::move(remedy)};
  piece_.resize(offset);
}

/// True when `text` is the beginning of a character that more bytes may complete.
static bool is_cut_off(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  return text.size() < length &&
         std::none_of(text.begin() + 1, text.end(), [](char c) { return starts_character(c); });
}

static bool is_ascii(std::string_view text) {
  std::uint64_t bits = 0;
  for (; text.size() >= sizeof bits; text.remove_prefix(sizeof bits)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data(), sizeof eight);
    bits |= eight;
  }
  unsigned char rest = 0;
  for (const char c : text) rest = static_cast<unsigned char>(rest | static_cast<unsigned char>(c));
  return (bits & 0x8080808080808080U) == 0 && rest < 0x80;
}

void TextSource::take_utf8() {
  std::swap(piece_, raw_);
  raw_.clear();
  if (is_ascii(piece_)) return;
  const auto bad = find_invalid_utf8(piece_);
  if (!bad) return;
  if (!at_end_ && is_cut_off(std::string_view(piece_).substr(*bad))) {
    raw_ = piece_.substr(*bad);
    piece_.resize(*bad);
    return;
  }
  cut_at(*bad, fmt::format("byte 0x{:02x} is not UTF-8", static_cast<unsigned char>(piece_[*bad])),
         "Save the file as UTF-8, or name its encoding in `source.encoding`.");
}

void TextSource::take_converted() {
  std::string out(raw_.size() * 4 + 16, '\0');
  char* from = raw_.data();
  std::size_t from_left = raw_.size();
  char* to = out.data();
  std::size_t to_left = out.size();
  const std::size_t result = iconv(converter_->handle, &from, &from_left, &to, &to_left);
  const int problem = errno;
  piece_.assign(out, 0, out.size() - to_left);
  const auto bad = static_cast<unsigned char>(from_left > 0 ? *from : '\0');
  raw_.erase(0, raw_.size() - from_left);
  const bool incomplete = problem == EINVAL && !at_end_;
  if (result != static_cast<std::size_t>(-1) || incomplete) return;
  cut_at(piece_.size(), fmt::format("byte 0x{:02x} does not belong to encoding '{}'", bad, encoding_),
         "Correct `source.encoding`, or save the file in it.");
}

}  // namespace runner
