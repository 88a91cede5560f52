#pragma once

#include <string>

namespace runner {

/// Counts a fault of a kind ("apply: kill -9 at a random moment"). Survived: the same command, run once more,
/// left what an undisturbed run leaves. The table of all is printed when the test program ends.
void count_fault(const std::string& kind, bool survived);

}  // namespace runner
