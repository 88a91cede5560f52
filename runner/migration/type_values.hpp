#pragma once

#include "runner/migration/row_shape.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace runner {

/// What a column's type is in the end, below domains.
enum class TypeFamily { text, number, time, other };
TypeFamily family_of(const ObjectNumber& type, const std::map<ObjectNumber, TypeShape>& types);

/// The text of value `number` of a type, as its input function takes it; other numbers give other values as
/// far as the type has them. `bold`: what breaks carelessness, such as long texts and large numbers. Nothing
/// for a type that is not known.
std::optional<std::string> type_value(const ObjectNumber& type, int modifier,
                                      const std::map<ObjectNumber, TypeShape>& types, std::size_t number,
                                      bool bold);

/// At most as many characters as the type takes.
std::string fitting(const std::string& text, const ObjectNumber& type, int modifier,
                    const std::map<ObjectNumber, TypeShape>& types);

}  // namespace runner
