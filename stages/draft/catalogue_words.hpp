#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// How SQL names the kinds that a catalogue snapshot knows. Identities are written as SQL writes them behind
/// these words: "public.t", "private.f(integer)", "p on public.t".
struct KindWords {
  std::string_view kind{};   ///< of CatalogueObject
  std::string_view words{};  ///< behind DROP and COMMENT ON: "MATERIALIZED VIEW"
  std::string_view grant{};  ///< behind GRANT … ON: "TABLE"; empty: nobody is granted anything on it
};

/// Nothing for kinds that have no DROP of this form.
std::optional<KindWords> words_of_kind(std::string_view kind);

/// "table public.t" → {"table", "public.t"}; the kind may be several words.
struct CatalogueKey {
  std::string_view kind{};
  std::string_view identity{};
};
std::optional<CatalogueKey> split_key(std::string_view key);

/// The two sides of `separator` where it first stands outside of double quotes and parentheses: " on " in
/// "p on public.t". Nothing where it doesn't.
struct TwoParts {
  std::string_view first{};
  std::string_view second{};
};
std::optional<TwoParts> parts_around(std::string_view text, std::string_view separator);

/// "public.t.c" → {"public.t", "c"}: what stands before and behind the last dot outside of double quotes.
TwoParts table_and_column(std::string_view identity);

/// A role's name as SQL writes it: bare where it may be, PUBLIC as it is.
std::string role_word(std::string_view name);

/// A string constant. Source: PostgreSQL manual, "String Constants": standard_conforming_strings is on by
/// default, and E'' is needed for none of it.
std::string string_constant(std::string_view text);

/// A DO block around `body`, whose lines end by '\n'.
std::string do_block(std::string_view body);

/// A DO block that executes `statements` where `condition` holds: for what has no IF EXISTS of its own.
std::string guarded(std::string_view condition, const std::vector<std::string>& statements);

}  // namespace runner
