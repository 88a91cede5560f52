#include "runner/core/stop_signal.hpp"
#include "runner/core/error.hpp"

#include <csignal>
#include <cstdlib>

#include <gtest/gtest.h>
#include <poll.h>

namespace runner {

static bool readable(const StopSignal& stop) {
  pollfd waited{stop.fd(), POLLIN, 0};
  return ::poll(&waited, 1, 0) == 1;
}

TEST(StopSignal, IsQuietUntilASignalComes) {
  const StopSignal stop;
  EXPECT_FALSE(stop.requested());
  EXPECT_FALSE(readable(stop));
  EXPECT_NO_THROW(stop.check());
}

TEST(StopSignal, StaysReadableOnceRequested) {
  for (const auto& [signal, code] :
       {std::pair{SIGINT, ExitCode::interrupted}, {SIGTERM, ExitCode::terminated}}) {
    const StopSignal stop;
    std::raise(signal);
    EXPECT_TRUE(stop.requested());
    EXPECT_TRUE(readable(stop));
    EXPECT_TRUE(readable(stop));
    EXPECT_EQ(stop.exit_code(), code);
    try {
      stop.check();
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code);
    }
  }
}

TEST(StopSignal, TheFirstSignalSaysTheCode) {
  const StopSignal stop;
  std::raise(SIGTERM);
  std::raise(SIGINT);
  EXPECT_EQ(stop.exit_code(), ExitCode::terminated);
}

TEST(StopSignal, GivesTheHandlersBack) {
  { const StopSignal stop; }
  struct sigaction now {};
  sigaction(SIGTERM, nullptr, &now);
  EXPECT_EQ(now.sa_handler, SIG_DFL);
}

using StopSignalDeathTest = testing::Test;

TEST(StopSignalDeathTest, TheSecondOfAKindKills) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        const StopSignal stop;
        std::raise(SIGINT);
        std::raise(SIGINT);
        std::_Exit(0);
      },
      testing::KilledBySignal(SIGINT), "");
}

TEST(StopSignalDeathTest, TheSecondOfAKindKillsEvenAfterOneOfTheOther) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        const StopSignal stop;
        std::raise(SIGTERM);
        std::raise(SIGINT);
        std::raise(SIGINT);
        std::_Exit(0);
      },
      testing::KilledBySignal(SIGINT), "");
}

}  // namespace runner
