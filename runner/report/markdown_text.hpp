#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace runner {

/// Text as one line that GitLab Flavored Markdown shows as it is, also in a cell of a table: no markup, HTML,
/// mention, emoji or formula, and no link but a URL that is one for all to see.
/// Source: CommonMark, "Backslash escapes"; GitLab docs, "GitLab Flavored Markdown".
std::string markdown_text(std::string_view raw);

/// A fenced block that nothing in `raw` can end, each line set in by `margin` spaces; at most `lines` lines.
std::string markdown_block(std::string_view raw, std::size_t margin, std::size_t lines);

/// A label for Mermaid, with its quotes.
std::string mermaid_label(std::string_view raw);

}  // namespace runner
