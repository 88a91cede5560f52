#pragma once

#include <functional>
#include <set>
#include <string>

#include <sys/types.h>

namespace runner {

/// Runs `work` in a forked child, which is gone without a trace of ours (no atexit, no test output).
/// Its exit status: what `work` returns, or an Error's exit code, whose text goes to `told`.
pid_t fork_to(const std::function<int()>& work, const std::string& told = "/dev/null");

/// The same to its end. Returns the exit status, or 1000 + signal.
int run_forked(const std::function<int()>& work, const std::string& told = "/dev/null");

int wait_for(pid_t child);

/// From now on orphans below this process become its own children.
void adopt_orphans();

/// Of this process, adopted ones included.
std::set<pid_t> children();

/// Waits until no child of ours is left but these. False when others still run after a minute.
bool all_children_end(const std::set<pid_t>& but = {});

}  // namespace runner
