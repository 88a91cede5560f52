// update_golden [word]…: runs the cases whose name holds one of the words, or all, and writes down what they
// gave.

#include "tests/golden/golden_case.hpp"

#include <algorithm>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

using namespace runner::golden;

static bool wanted(const std::string& name, const std::vector<std::string>& words) {
  return words.empty() || std::any_of(words.begin(), words.end(), [&](const std::string& word) {
           return name.find(word) != std::string::npos;
         });
}

int main(int argc, char** argv) try {
  const std::vector<std::string> words(argv + 1, argv + argc);
  for (const auto& file : case_files()) {
    if (!wanted(file.stem().string(), words)) continue;
    const Case before = read_case(file);
    const std::string text = to_text(run_case(before));
    if (text == to_text(before)) continue;
    std::ofstream(file, std::ios::binary) << text;
    std::cout << "rewrote " << file.filename().string() << '\n';
  }
  return 0;
} catch (const std::exception& e) {
  std::cerr << "error: " << e.what() << '\n';
  return 1;
}
