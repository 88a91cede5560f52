#include "runner/crypto/batch_encryptor.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstddef>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace runner {

static constexpr std::size_t values_a_part = 64;
/// Waking a thread takes as long as encrypting some dozens of values.
static constexpr std::size_t parts_worth_a_thread = 4;

/// What two threads write side by side lies in cache lines of its own: sharing one made the helper worth
/// nothing. Processors fetch them in pairs.
static constexpr std::size_t apart_bytes = 128;

/// What one part becomes.
struct alignas(apart_bytes) SealedPart {
  std::string text{};
};

/// The parts are taken one by one by whoever is free. So the helper costs nothing where it gets no processor,
/// and what comes out lies where the part belongs, whoever made it.
struct BatchEncryptor::Impl {
  enum class Helper { idle, asked, working, ends };

  explicit Impl(const EncryptionKey& of) : key(of), own(of) {}
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void begin(std::span<std::string_view> batch);
  void work(Encryptor& encryptor);
  void ask();
  void wait_for_helper();
  void drop() noexcept;
  void help();

  EncryptionKey key;
  alignas(apart_bytes) Encryptor own;
  alignas(apart_bytes) std::atomic<std::size_t> next_part = 0;
  alignas(apart_bytes) std::span<std::string_view> values{};
  std::array<std::vector<SealedPart>, 2> rooms{};  ///< the last batch's is not written to
  std::vector<SealedPart>* parts = &rooms.front();

  std::thread thread{};
  std::mutex mutex{};
  std::condition_variable changed{};
  Helper helper = Helper::idle;  ///< this and `failure`: with `mutex`
  std::exception_ptr failure{};
};

static void seal(Encryptor& encryptor, std::span<std::string_view> values, std::string& text) {
  std::size_t size = 0;
  for (const std::string_view& value : values) size += Encryptor::size_of_encrypted(value.size());
  text.clear();
  text.reserve(size);  // so that what was written stays where it is
  for (std::string_view& value : values) {
    const std::size_t start = text.size();
    encryptor.append(value, text);
    value = std::string_view(text).substr(start);
  }
}

void BatchEncryptor::Impl::begin(std::span<std::string_view> batch) {
  values = batch;
  parts = parts == &rooms.front() ? &rooms.back() : &rooms.front();
  const std::size_t count = (batch.size() + values_a_part - 1) / values_a_part;
  if (parts->size() < count) parts->resize(count);
  next_part = 0;
}

void BatchEncryptor::Impl::work(Encryptor& encryptor) {
  for (;;) {
    const std::size_t part = next_part++;
    const std::size_t first = part * values_a_part;
    if (first >= values.size()) return;
    seal(encryptor, values.subspan(first, std::min(values_a_part, values.size() - first)),
         (*parts)[part].text);
  }
}

namespace {
/// A thread that begins meanwhile takes no signal: they are the main thread's business.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t before_{};
};
}  // namespace

void BatchEncryptor::Impl::ask() {
  {
    const std::lock_guard lock(mutex);
    helper = Helper::asked;
  }
  if (thread.joinable()) return changed.notify_all();
  try {
    const SignalsBlocked meanwhile;
    thread = std::thread([this] { help(); });
  } catch (const std::system_error&) {
    // Where a container allows no further thread, it goes on alone.
  }
}

/// One that has not begun need not.
void BatchEncryptor::Impl::wait_for_helper() {
  std::unique_lock lock(mutex);
  if (helper == Helper::asked) helper = Helper::idle;
  changed.wait(lock, [this] { return helper == Helper::idle; });
}

void BatchEncryptor::Impl::drop() noexcept {
  next_part = values.size();
  wait_for_helper();
  failure = nullptr;
  values = {};
}

void BatchEncryptor::Impl::help() {
  std::optional<Encryptor> encryptor;  // made here, so that its memory is not beside the other's
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return helper == Helper::asked || helper == Helper::ends; });
    if (helper == Helper::ends) return;
    helper = Helper::working;
    lock.unlock();
    std::exception_ptr problem;
    try {
      if (!encryptor) encryptor.emplace(key);
      work(*encryptor);
    } catch (...) {
      problem = std::current_exception();
    }
    lock.lock();
    failure = problem;
    helper = Helper::idle;
    changed.notify_all();
  }
}

BatchEncryptor::Impl::~Impl() {
  if (!thread.joinable()) return;
  {
    const std::lock_guard lock(mutex);
    helper = Helper::ends;
  }
  changed.notify_all();
  thread.join();
}

BatchEncryptor::BatchEncryptor(const EncryptionKey& key) : impl_(std::make_unique<Impl>(key)) {}
BatchEncryptor::~BatchEncryptor() = default;

void BatchEncryptor::begin(std::span<std::string_view> values) {
  static const bool alone = std::thread::hardware_concurrency() < 2;
  impl_->begin(values);
  if (!alone && values.size() >= parts_worth_a_thread * values_a_part) impl_->ask();
}

void BatchEncryptor::finish() {
  try {
    impl_->work(impl_->own);
  } catch (...) {
    impl_->drop();
    throw;
  }
  impl_->wait_for_helper();
  if (impl_->failure) std::rethrow_exception(std::exchange(impl_->failure, nullptr));
}

void BatchEncryptor::abandon() noexcept {
  impl_->drop();
}

}  // namespace runner
