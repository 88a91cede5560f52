#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace runner {

/// A password, key or token. It has no stream operator and no formatter on purpose; `reveal` is the
/// only way to its text and is easy to search for. The memory is wiped when it goes.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&&) noexcept = default;
  Secret& operator=(const Secret&) = default;
  Secret& operator=(Secret&&) noexcept = default;
  ~Secret();

  bool empty() const { return text_.empty(); }
  const std::string& reveal() const { return text_; }
  bool operator==(const Secret&) const = default;

 private:
  std::string text_;
};

/// Replaces every occurrence of the registered secrets (4 characters or more) by "[hidden]": the last
/// guard for text that came from elsewhere, such as a library's error message or a child's output.
std::string hide_secrets(std::string text);
/// Registers a text that hide_secrets removes from now on, as it is and percent-encoded.
void register_secret(const Secret& secret);

/// From now on a crash leaves no core file of this process, which would hold its secrets. Programs that it
/// starts are not affected. Source: prctl(2), PR_SET_DUMPABLE.
void forbid_core_dumps();

/// `text` with every password in it as '*', one for each byte: those of URLs (user:password@host) and of
/// `password=…`. A variable's name (${…}) is no password. For lines of files that a message shows.
std::string passwords_blotted(std::string text);
/// True when passwords_blotted would change something.
bool holds_password(std::string_view text);

}  // namespace runner
