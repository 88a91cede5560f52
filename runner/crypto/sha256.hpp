#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace runner {

/// The SHA-256 digest of `data` as 64 lower-case hexadecimal digits.
std::string sha256(std::string_view data);

/// The same of a text that comes in pieces. A copy goes on from the same pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256& other);
  Sha256& operator=(const Sha256& other);

  void add(std::string_view data);
  /// Ends it: nothing can be added behind this.
  std::string digest();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace runner
