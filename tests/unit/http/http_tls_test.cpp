// Certificates are looked at: a server that nobody vouches for gets no secret.

#include "runner/http/http_client.hpp"
#include "runner/process/child.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace runner {

using namespace std::chrono_literals;

/// `openssl s_server` on loopback with a certificate of its own for localhost.
class TlsServer {
 public:
  TlsServer() {
    std::string pattern = (std::filesystem::temp_directory_path() / "runner-tls-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    const ChildResult made =
        run_child({.program = find_program("openssl"),
                   .arguments = {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                                 "-nodes", "-days", "1", "-subj", "/CN=localhost", "-addext",
                                 "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem"},
                   .environment = minimal_environment(),
                   .folder = folder_});
    EXPECT_TRUE(made.succeeded()) << made.errors;
    start();
  }
  ~TlsServer() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    std::filesystem::remove_all(folder_);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::string certificate() const { return folder_ / "cert.pem"; }
  int port() const { return port_; }

 private:
  /// It says "ACCEPT 0.0.0.0:port" or "ACCEPT [::]:port" once it listens on a port that the system chose.
  void start() {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(ends[1], 1);
      ::close(ends[0]);
      if (::chdir(folder_.c_str()) == 0)
        ::execlp("openssl", "openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", "cert.pem", "-key",
                 "key.pem", "-www", nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    std::string said;
    char byte = 0;
    while (::read(ends[0], &byte, 1) == 1) {
      said += byte;
      if (byte == '\n' && said.find("ACCEPT ") != std::string::npos) break;
    }
    reader_end_ = ends[0];
    port_ = std::atoi(said.substr(said.rfind(':') + 1).c_str());
    ASSERT_GT(port_, 0) << said;
  }

  std::filesystem::path folder_;
  pid_t child_ = -1;
  int reader_end_ = -1;
  int port_ = 0;
};

class HttpTls : public testing::Test {
 protected:
  void SetUp() override {
    if (find_program("openssl").empty()) GTEST_SKIP() << "needs the program openssl";
  }
  static HttpResponse get(const std::string& url, const std::string& ca_file = {}) {
    const StopSignal stop;
    const HttpSettings settings{.retry_for = 10ms, .first_pause = 1ms, .ca_file = ca_file};
    return HttpClient(HttpUrl::parse(url, "url"), settings, stop)
        .send({.headers = {{"apikey", Secret("k3y")}}});
  }
};

TEST_F(HttpTls, TrustsACertificateThatIsNamed) {
  const TlsServer server;
  EXPECT_EQ(get(fmt::format("https://localhost:{}", server.port()), server.certificate()).status, 200);
}

TEST_F(HttpTls, RefusesACertificateThatNobodySigned) {
  const TlsServer server;
  try {
    get(fmt::format("https://localhost:{}", server.port()));
    FAIL() << "it was trusted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::environment);
    EXPECT_EQ(error.reason(), "SSL peer certificate or SSH remote key was not OK");
    EXPECT_EQ(error.advice(), "let SSL_CERT_FILE name the certificates that are to be trusted");
  }
}

TEST_F(HttpTls, RefusesACertificateOfAnotherHost) {
  const TlsServer server;
  EXPECT_THROW(get(fmt::format("https://127.0.0.1:{}", server.port()), server.certificate()), Error);
}

}  // namespace runner
