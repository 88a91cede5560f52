// A core file would hold every secret of the process. SIGQUIT makes one; cat shows that it does here.

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace runner {

using namespace std::chrono_literals;

class CoreDump : public testing::Test {
 protected:
  CoreDump() {
    std::string pattern = (std::filesystem::temp_directory_path() / "runner-core-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    if (::pipe(stdin_) != 0) throw std::runtime_error("no pipe");
  }
  ~CoreDump() override {
    ::close(stdin_[0]);
    ::close(stdin_[1]);
    std::filesystem::remove_all(folder_);
  }

  /// Sends SIGQUIT to a program that reads stdin, once it has taken what we write there.
  bool leaves_core(std::vector<const char*> words) const {
    const pid_t child = ::fork();
    if (child == 0) become(std::move(words));
    if (::write(stdin_[1], "secret\n", 7) != 7) throw std::runtime_error("cannot write to the pipe");
    pollfd unread{stdin_[0], POLLIN, 0};
    while (::poll(&unread, 1, 0) == 1 && ::waitpid(child, nullptr, WNOHANG) == 0)
      std::this_thread::sleep_for(2ms);
    ::kill(child, SIGQUIT);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGQUIT) << "status " << status;
    return WCOREDUMP(status);
  }

 private:
  [[noreturn]] void become(std::vector<const char*> words) const {
    ::dup2(stdin_[0], 0);
    ::close(stdin_[1]);
    rlimit limit{};
    ::getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_CORE, &limit);
    ::setenv("ENCRYPTION_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", 1);
    if (::chdir(folder_.c_str()) != 0) ::_exit(126);
    words.push_back(nullptr);
    ::execvp(words[0], const_cast<char* const*>(words.data()));
    ::_exit(127);
  }

  std::filesystem::path folder_;
  int stdin_[2] = {-1, -1};
};

TEST_F(CoreDump, IsNotLeftByARunnerThatHoldsAKey) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer has to look at the process, so it stays readable";
#endif
  if (!leaves_core({"cat", "/dev/stdin"}))
    GTEST_SKIP() << "needs a system on which SIGQUIT leaves a core file";
  EXPECT_FALSE(leaves_core({RUNNER_PROGRAM, "crypt", "encrypt"}));
}

}  // namespace runner
