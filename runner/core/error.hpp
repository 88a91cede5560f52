#pragma once

#include "runner/core/exit_code.hpp"
#include "runner/core/place.hpp"

#include <exception>
#include <string>

namespace runner {

/// Being unable to judge: the one exception type. A bad migration is a Finding instead.
/// The message is lower case, names the object and says what was seen; the hint is an imperative sentence.
class Error : public std::exception {
 public:
  Error(ExitCode code, std::string message);

  Error& because(std::string reason);  ///< what a library or the system said
  Error& hint(std::string advice);     ///< what to do about it
  Error& at(Place place);              ///< kept when already set: the innermost place wins

  ExitCode code() const { return code_; }
  const std::string& message() const { return message_; }
  const std::string& reason() const { return reason_; }
  const std::string& advice() const { return advice_; }
  const Place& place() const { return place_; }

  /// The whole text as the console shows it, ended by '\n':
  ///   error: <place>: <message>
  ///   <excerpt>
  ///     because: <reason>
  ///     hint: <advice>
  std::string text() const;
  /// The message alone, for std::exception.
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  ExitCode code_;
  std::string message_;
  std::string reason_;
  std::string advice_;
  Place place_;
};

}  // namespace runner
