#include "stages/lint/excuses.hpp"

#include "runner/core/nearest.hpp"
#include "runner/core/text.hpp"
#include "stages/lint/rules.hpp"

#include <algorithm>
#include <optional>

namespace runner {

static constexpr std::string_view directive = "runner:allow";

/// True when nothing but space and comments stands between two places.
static bool only_comments_between(const ParsedFile& file, std::string_view sql, std::size_t from,
                                  std::size_t to) {
  for (const Comment& comment : file.comments) {
    if (comment.end <= from || comment.start >= to) continue;
    if (comment.start > from && !trimmed(sql.substr(from, comment.start - from)).empty()) return false;
    from = std::max(from, comment.end);
  }
  return from >= to || trimmed(sql.substr(from, to - from)).empty();
}

static bool starts_its_line(std::string_view sql, std::size_t position) {
  const std::size_t newline = sql.substr(0, position).rfind('\n');
  const std::size_t line = newline == std::string_view::npos ? 0 : newline + 1;
  return trimmed(sql.substr(line, position - line)).empty();
}

static std::optional<Excuse> read_excuse(std::string_view sql, const Comment& comment) {
  std::string_view text = sql.substr(comment.start, comment.end - comment.start);
  if (!text.starts_with("--")) return std::nullopt;
  text = trimmed(text.substr(2));
  if (!text.starts_with(directive) || !starts_its_line(sql, comment.start)) return std::nullopt;
  Excuse excuse{.position = comment.start};
  text = trimmed(text.substr(directive.size()));
  const std::size_t dashes = text.find("--");
  excuse.rule = trimmed(text.substr(0, std::min(dashes, text.size())));
  if (dashes != std::string_view::npos) excuse.reason = trimmed(text.substr(dashes + 2));
  excuse.rule_position = static_cast<std::size_t>(text.data() - sql.data());
  return excuse;
}

/// The statement right below a comment.
static void find_statement(Excuse& excuse, const ParsedFile& file, std::string_view sql) {
  const ParsedStatement* below = nullptr;
  for (const ParsedStatement& statement : file.statements)
    if (statement.offset > excuse.position && (below == nullptr || statement.offset < below->offset))
      below = &statement;
  if (below == nullptr || !only_comments_between(file, sql, excuse.position, below->offset)) return;
  excuse.from = below->offset;
  excuse.to = below->end;
}

Excuses::Excuses(const ParsedFile& file, std::string_view sql) {
  for (const Comment& comment : file.comments) {
    auto excuse = read_excuse(sql, comment);
    if (!excuse) continue;
    find_statement(*excuse, file, sql);
    excuses_.push_back(std::move(*excuse));
  }
}

bool Excuses::excuse(std::string_view rule, std::size_t position) {
  bool found = false;
  for (Excuse& excuse : excuses_) {
    if (excuse.rule != rule || excuse.reason.empty() || position < excuse.from || position >= excuse.to)
      continue;
    excuse.used = found = true;
  }
  return found;
}

Remarks Excuses::mistakes() const {
  const std::vector<std::string_view> names = lint_rule_names();
  Remarks remarks;
  for (const Excuse& excuse : excuses_) {
    if (std::find(names.begin(), names.end(), excuse.rule) == names.end()) {
      const std::string_view near = nearest(excuse.rule, names);
      remarks.push_back(at(excuse.rule_position, "no rule is called '{}'{}", excuse.rule,
                           near.empty() ? "" : fmt::format(": did you mean '{}'?", near)));
    } else if (excuse.reason.empty()) {
      remarks.push_back(at(excuse.rule_position, "the excuse for {} gives no reason", excuse.rule));
    }
  }
  return remarks;
}

Remarks Excuses::unused(const std::function<bool(std::string_view)>& asked) const {
  Remarks remarks;
  for (const Excuse& excuse : excuses_) {
    if (excuse.used || excuse.reason.empty() || !asked(excuse.rule)) continue;
    remarks.push_back(excuse.to == 0
                          ? at(excuse.position, "no statement stands right below this excuse")
                          : at(excuse.position, "the statement below gives {} nothing to find", excuse.rule));
  }
  return remarks;
}

}  // namespace runner
