#pragma once

#include "runner/core/secret.hpp"

#include <cstddef>
#include <string>

namespace runner {

/// bcrypt looks at no byte of a password beyond these; GoTrue refuses what is longer.
inline constexpr std::size_t bcrypt_most_bytes = 72;
/// What GoTrue itself takes.
inline constexpr int bcrypt_default_cost = 10;

/// The password's bcrypt hash ("$2b$10$…") with a salt of its own, as GoTrue stores it. `cost`: 4 to 31, each
/// step doubles the time. Throws: Error{usage} for a password that is empty, longer than bcrypt_most_bytes or
/// holds a NUL byte; Error{environment} when libxcrypt has no bcrypt.
std::string bcrypt_hash(const Secret& password, int cost = bcrypt_default_cost);

/// Whether `hash` is one of `password`; false for what is no hash.
bool bcrypt_matches(const Secret& password, const std::string& hash);

/// 23 characters: four groups of five letters and digits, without those that look alike, among them a small
/// letter, a capital and a digit; more than 110 random bits. Registered as a secret.
/// Throws: Error{environment} when the system has no random numbers.
Secret random_password();

}  // namespace runner
