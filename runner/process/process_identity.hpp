#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

namespace runner {

/// When a process started, in clock ticks since boot: with the process id, who it is; ids alone are used
/// again. 0 when there is no such process. Source: proc(5), /proc/pid/stat, field 22.
unsigned long long start_time_ticks(pid_t pid);

/// Its command line, or nothing when it is gone or a zombie.
std::vector<std::string> command_line(pid_t pid);

/// Sends the signal to the process that has this id and this start time, and waits for its end. A process
/// that is not it is left alone. Returns whether it is gone.
bool signal_and_wait(pid_t pid, unsigned long long ticks, int signal, std::chrono::milliseconds limit);

/// Ends (SIGQUIT, after 5 s SIGKILL) the process that has this id, this start time and `argument` on its
/// command line. Anything else is left alone. Returns whether it was ended.
bool end_process_if(pid_t pid, unsigned long long ticks, const std::string& argument);

}  // namespace runner
