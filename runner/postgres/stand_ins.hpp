#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace runner {

/// An extension of which only the outside is there: schemas, types, functions and operators by name and
/// signature, so that what uses them can be created. What is in them says what they do instead. Source: the
/// extensions' own documentation and their catalogue entries on a hosted Supabase project.
struct StandIn {
  std::string_view name{};
  std::string_view schema{};         ///< the only one that it can be in; "" for any
  std::string_view requires_also{};  ///< another extension
  bool relocatable = false;
  std::string_view sql{};
};

std::span<const StandIn> stand_ins();

/// The version by which a stand-in is known in pg_extension.
inline constexpr std::string_view stand_in_version = "stand-in";

/// Puts the control file and the script of each stand-in into `folder`, an extension folder, unless the
/// extension itself is there.
void add_stand_ins(const std::filesystem::path& folder);

/// Of everything that add_stand_ins writes.
std::string stand_ins_digest();

}  // namespace runner
