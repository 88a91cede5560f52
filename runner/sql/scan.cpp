#include "runner/sql/scan.hpp"

#include "runner/core/text.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>

#include <pg_query.h>
#include <pg_query/pg_query.pb-c.h>

namespace runner {

/// PostgreSQL repeats the rest of the text after "at or near": in a file that may be all of it.
static std::string without_rest(std::string_view message) {
  return std::string(message.substr(0, message.find(" at or near ")));
}

/// The scanner gives strings and names with Unicode escapes (U&'…') no length: they reach to the next token.
static void mend_lengths(std::vector<Token>& tokens, std::string_view sql) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].end > tokens[i].start) continue;
    const std::size_t next = i + 1 < tokens.size() ? tokens[i + 1].start : sql.size();
    tokens[i].end = tokens[i].start + trimmed(sql.substr(tokens[i].start, next - tokens[i].start)).size();
  }
}

namespace {
/// Reads protocol buffers' own encoding. The scanner answers with a message for each token: to unpack them as
/// such takes a third of the time that a file's parse takes.
class Packed {
 public:
  explicit Packed(std::string_view bytes) : next_(bytes.data()), end_(bytes.data() + bytes.size()) {}
  bool at_end() const { return next_ == end_; }
  bool failed() const { return failed_; }

  std::uint64_t number() {
    if (next_ != end_ && static_cast<unsigned char>(*next_) < 0x80)  // as nearly all are
      return static_cast<unsigned char>(*next_++);
    return long_number();
  }

  std::string_view bytes() {
    const std::uint64_t length = number();
    if (length > static_cast<std::size_t>(end_ - next_)) return fail(), std::string_view{};
    const std::string_view found(next_, length);
    next_ += length;
    return found;
  }

 private:
  void fail() {
    failed_ = true;
    next_ = end_;
  }

  /// Seven bits a byte, the lowest first; the last byte has its highest bit clear.
  std::uint64_t long_number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && next_ != end_; shift += 7) {
      const auto byte = static_cast<unsigned char>(*next_++);
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }

  const char* next_;
  const char* end_;
  bool failed_ = false;
};
}  // namespace

/// A field's number, and how it is encoded (0: a number, 2: bytes).
static constexpr std::uint64_t key(std::uint64_t field, std::uint64_t encoding) {
  return field << 3U | encoding;
}

/// Source: libpg_query's pg_query.proto, messages ScanResult and ScanToken.
static bool read_token(std::string_view bytes, Token& token) {
  Packed packed(bytes);
  while (!packed.at_end()) {
    const std::uint64_t field = packed.number();
    const std::uint64_t value = packed.number();
    if (field == key(1, 0)) token.start = value;
    if (field == key(2, 0)) token.end = value;
    if (field == key(4, 0)) token.kind = static_cast<int>(value);
  }
  return !packed.failed();
}

static bool read_tokens(std::string_view bytes, std::vector<Token>& tokens) {
  tokens.reserve(bytes.size() / 10);  // each takes ten bytes or so
  Packed packed(bytes);
  while (!packed.at_end()) {
    if (packed.number() != key(2, 2))
      packed.number();  // the parser's version
    else if (!read_token(packed.bytes(), tokens.emplace_back()))
      return false;
  }
  return !packed.failed();
}

static Scan scan_whole(const std::string& sql) {
  Scan scan;
  PgQueryScanResult raw = pg_query_scan(sql.c_str());
  if (raw.error != nullptr) {
    const auto position = static_cast<std::size_t>(std::max(raw.error->cursorpos, 1));
    scan.problem = ScanProblem{byte_offset(sql, position), without_rest(raw.error->message)};
    pg_query_free_scan_result(raw);
    return scan;
  }
  const bool readable = read_tokens({raw.pbuf.data, raw.pbuf.len}, scan.tokens);
  pg_query_free_scan_result(raw);
  if (!readable) return {.problem = ScanProblem{0, "the scanner's answer cannot be read"}};
  mend_lengths(scan.tokens, sql);
  return scan;
}

/// The scanner takes twelve bytes for each byte of a text: for a large one the kernel has to bring them page
/// by page, which takes as long as scanning.
static constexpr std::size_t portion_bytes = std::size_t{64} * 1024;

/// The first bytes of a text, up to where a statement seems to end.
static std::string_view portion_of(std::string_view rest, std::size_t size_bytes) {
  if (rest.size() <= size_bytes) return rest;
  for (std::size_t end = size_bytes; (end = rest.rfind(";\n", end)) != std::string_view::npos && end > 0;
       --end)
    if (end + 2 == rest.size() || std::string_view(" \t$").find(rest[end + 2]) == std::string_view::npos)
      return rest.substr(0, end + 2);
  std::size_t end = size_bytes;
  while ((static_cast<unsigned char>(rest[end]) & 0xC0U) == 0x80U) --end;  // within a character
  return rest.substr(0, end);
}

/// So many tokens do not depend on what follows the portion: the scanner looks no further back than to the
/// start of a token, and none begins before a semicolon or comma and ends behind it.
static std::size_t surely_read(const std::vector<Token>& tokens) {
  const auto last = std::find_if(tokens.rbegin(), tokens.rend(),
                                 [](const Token& token) { return token.is(';') || token.is(','); });
  return static_cast<std::size_t>(tokens.rend() - last);
}

Scan scan_tokens(const std::string& sql) {
  Scan all;
  std::size_t from = 0;
  for (std::size_t size_bytes = portion_bytes; from < sql.size();) {
    const std::string_view rest = std::string_view(sql).substr(from);
    const std::string_view portion = portion_of(rest, size_bytes);
    const bool is_last = portion.size() == rest.size();
    Scan scan = scan_whole(std::string(portion));
    if (scan.problem && is_last) {
      scan.problem->offset += from;
      return scan;
    }
    const std::size_t count = is_last ? scan.tokens.size() : surely_read(scan.tokens);
    if (count == 0 && !is_last) {  // it may have ended within a token
      size_bytes *= 2;
      continue;
    }
    if (from == 0) all.tokens.reserve(count * (sql.size() / portion.size() + 1));
    for (const Token& token : std::span(scan.tokens).first(count))
      all.tokens.push_back({token.start + from, token.end + from, token.kind});
    from = is_last ? sql.size() : all.tokens.back().end;
    size_bytes = portion_bytes;
  }
  return all;
}

bool is_comment(const Token& token) {
  return token.kind == PG_QUERY__TOKEN__SQL_COMMENT || token.kind == PG_QUERY__TOKEN__C_COMMENT;
}

bool is_name(const Token& token) {
  return token.kind == PG_QUERY__TOKEN__IDENT || token.kind == PG_QUERY__TOKEN__UIDENT;
}

bool is_constant(const Token& token) {
  switch (token.kind) {
    case PG_QUERY__TOKEN__FCONST:
    case PG_QUERY__TOKEN__SCONST:
    case PG_QUERY__TOKEN__USCONST:
    case PG_QUERY__TOKEN__BCONST:
    case PG_QUERY__TOKEN__XCONST:
    case PG_QUERY__TOKEN__ICONST:
      return true;
    default:
      return false;
  }
}

static char upper_ascii(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool is_word(const Token& token, std::string_view sql, std::string_view upper) {
  if (token.end - token.start != upper.size() || is_comment(token) || is_constant(token)) return false;
  const std::string_view text = token_text(token, sql);
  return std::equal(text.begin(), text.end(), upper.begin(), upper.end(),
                    [](char a, char b) { return upper_ascii(a) == b; });
}

}  // namespace runner
