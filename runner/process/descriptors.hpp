#pragma once

#include <sys/types.h>

namespace runner {

/// Marks every descriptor from 3 on to be closed by exec. Async-signal-safe, for use after fork.
/// One call where the kernel has it (5.11); otherwise one per descriptor.
void close_others_on_exec();

/// A descriptor that becomes readable when the process ends, or -1 where the kernel has none (before 5.3).
/// Source: pidfd_open(2).
int open_pidfd(pid_t pid);

/// Puts signals back to what a program expects at its start: we ignore SIGPIPE, and ignoring is inherited.
void reset_signals();

}  // namespace runner
