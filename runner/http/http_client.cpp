#include "runner/http/http_client.hpp"

#include "runner/http/curl_library.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace runner {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

struct HeaderListDeleter {
  void operator()(curl_slist* list) const {
    for (curl_slist* item = list; item != nullptr; item = item->next)
      for (volatile char* c = item->data; *c != '\0'; ++c) *c = '*';
    curl().slist_free_all(list);
  }
};
using HeaderList = std::unique_ptr<curl_slist, HeaderListDeleter>;

struct EasyDeleter {
  void operator()(CURL* easy) const { curl().easy_cleanup(easy); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { curl().multi_cleanup(multi); }
};

/// The handle is in the multi handle as long as this lives, also when a stop signal throws.
struct Added {
  CURLM* multi;
  CURL* easy;
  Added(CURLM* m, CURL* e) : multi(m), easy(e) { curl().multi_add_handle(multi, easy); }
  ~Added() { curl().multi_remove_handle(multi, easy); }
  Added(const Added&) = delete;
  Added& operator=(const Added&) = delete;
};

struct Answer {
  std::string* text;
  std::size_t limit_bytes;
};

}  // namespace

struct HttpClient::Curl {
  std::unique_ptr<CURLM, MultiDeleter> multi{curl().multi_init()};
};

/// What one try gave: an answer, or why there is none.
struct HttpClient::Attempt {
  HttpResponse response{};
  CURLcode problem = CURLE_OK;
  std::optional<std::chrono::milliseconds> retry_after{};
  bool in_passing() const;
};

bool HttpClient::Attempt::in_passing() const {
  switch (problem) {
    case CURLE_OK:
      return response.status == 429 || response.status >= 500;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
      return true;
    default:
      return false;
  }
}

static std::size_t keep_answer(char* bytes, std::size_t, std::size_t size, void* where) {
  const auto* answer = static_cast<Answer*>(where);
  if (answer->text->size() + size > answer->limit_bytes) return 0;  // ends the transfer
  answer->text->append(bytes, size);
  return size;
}

static HeaderList header_list(const HttpRequest& request) {
  HeaderList list;
  const auto add = [&](const std::string& line) {
    curl_slist* longer = curl().slist_append(list.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    static_cast<void>(list.release());
    list.reset(longer);
  };
  add("Content-Type: application/json");
  add("Accept: application/json");
  add("Expect:");
  for (const HttpHeader& header : request.headers) {
    const Secret line(header.name + ": " + header.value.reveal());
    add(line.reveal());
  }
  return list;
}

HttpClient::HttpClient(HttpUrl url, HttpSettings settings, const StopSignal& stop)
    : url_(std::move(url)), settings_(std::move(settings)), stop_(stop), curl_(std::make_unique<Curl>()) {
  if (!curl_->multi) throw Error{ExitCode::environment, "libcurl cannot be started"};
}

HttpClient::~HttpClient() = default;

static void set_up(CURL* easy, const HttpUrl& url, const HttpSettings& settings, const HttpRequest& request) {
  curl().easy_setopt(easy, CURLOPT_URL, (url.text + request.path).c_str());
  curl().easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl().easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl().easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl().easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl().easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl().easy_setopt(easy, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!settings.ca_file.empty()) curl().easy_setopt(easy, CURLOPT_CAINFO, settings.ca_file.c_str());
  if (url.loopback) curl().easy_setopt(easy, CURLOPT_PROXY, "");
  curl().easy_setopt(easy, CURLOPT_USERAGENT, "runner/" RUNNER_VERSION);
  curl().easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(settings.connect_timeout.count()));
  curl().easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(settings.attempt_timeout.count()));
  curl().easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  if (request.method == "GET") return;
  curl().easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.reveal().size()));
  curl().easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.reveal().c_str());
}

HttpClient::Attempt HttpClient::attempt(const HttpRequest& request) {
  Attempt tried;
  const std::unique_ptr<CURL, EasyDeleter> easy(curl().easy_init());
  if (!easy) throw std::bad_alloc();
  const HeaderList headers = header_list(request);
  Answer answer{&tried.response.body, settings_.answer_limit_bytes};
  set_up(easy.get(), url_, settings_, request);
  curl().easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  curl().easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, keep_answer);
  curl().easy_setopt(easy.get(), CURLOPT_WRITEDATA, &answer);
  CURLM* multi = curl_->multi.get();
  const Added added(multi, easy.get());
  for (int running = 1;;) {
    curl().multi_perform(multi, &running);
    if (running == 0) break;
    curl_waitfd stop{stop_.fd(), CURL_WAIT_POLLIN, 0};
    curl().multi_poll(multi, &stop, 1, 1000, nullptr);
    stop_.check();
  }
  int left = 0;
  while (const CURLMsg* message = curl().multi_info_read(multi, &left))
    if (message->msg == CURLMSG_DONE) tried.problem = message->data.result;
  long status = 0;
  curl_off_t wait_s = 0;
  curl().easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  curl().easy_getinfo(easy.get(), CURLINFO_RETRY_AFTER, &wait_s);
  tried.response.status = static_cast<int>(status);
  if (wait_s > 0) tried.retry_after = std::chrono::seconds(wait_s);
  return tried;
}

void HttpClient::pause(std::chrono::milliseconds time) {
  const auto until = Clock::now() + time;
  for (auto left = time; left > 0ms;
       left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now())) {
    curl_waitfd stop{stop_.fd(), CURL_WAIT_POLLIN, 0};
    curl().multi_poll(curl_->multi.get(), &stop, 1,
                      static_cast<int>(std::min(left, std::chrono::milliseconds(60'000)).count()), nullptr);
    stop_.check();
  }
}

Error HttpClient::no_answer(const Attempt& last) const {
  Error error{ExitCode::environment, fmt::format("no answer from {}", url_.host)};
  switch (last.problem) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return error.because(curl().easy_strerror(last.problem))
          .hint("let SSL_CERT_FILE name the certificates that are to be trusted");
    case CURLE_WRITE_ERROR:
      return error.because(fmt::format("it is longer than {} bytes", settings_.answer_limit_bytes));
    default:
      return error.because(curl().easy_strerror(last.problem));
  }
}

HttpResponse HttpClient::send(const HttpRequest& request) {
  static constexpr std::chrono::milliseconds longest_pause = 8s;
  const auto deadline = Clock::now() + settings_.retry_for;
  std::chrono::milliseconds wait = settings_.first_pause;
  for (int attempts = 1;; ++attempts) {
    Attempt tried = attempt(request);
    const std::chrono::milliseconds next = tried.retry_after.value_or(wait);
    if (tried.in_passing() && Clock::now() + next < deadline) {
      pause(next);
      wait = std::min(2 * wait, longest_pause);
      continue;
    }
    if (tried.problem != CURLE_OK) throw no_answer(tried);
    tried.response.attempts = attempts;
    return std::move(tried.response);
  }
}

}  // namespace runner
