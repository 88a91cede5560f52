#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

namespace runner {

/// A definition of the catalogue, cut before its lower-case keywords: PostgreSQL writes those within its own
/// expressions in upper case, in quotes or in parentheses. "text not null default 'x'::text" becomes
/// {"": "text", "not null": "", "default": "'x'::text"}.
using DefinitionParts = std::map<std::string, std::string, std::less<>>;
DefinitionParts definition_parts(std::string_view definition, std::span<const std::string_view> keywords);

/// Of "column" objects.
DefinitionParts column_parts(std::string_view definition);
/// Of "table" objects.
DefinitionParts table_parts(std::string_view definition);

/// What of two sets of parts differs: the keywords that only one has, or with another text.
std::map<std::string, bool, std::less<>> changed_parts(const DefinitionParts& before,
                                                       const DefinitionParts& after);

}  // namespace runner
