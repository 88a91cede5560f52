#pragma once

#include "runner/core/reporter.hpp"
#include "runner/postgres/session.hpp"
#include "runner/postgres/shadow.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace runner {

/// A reporter that keeps what was said.
class QuietReporter : public Reporter {
 public:
  void say(std::string_view line) override { said.emplace_back(line); }
  void detail(std::string_view line) override { details.emplace_back(line); }
  void warn(std::string_view line) override { warnings.emplace_back(line); }
  void progress(std::size_t, std::size_t, std::string_view) override {}
  void stage_started(std::string_view, std::string_view) override {}
  void step_started(std::string_view, std::string_view, std::string_view) override {}
  void step_finished(std::string_view, const StepReport&) override {}
  void stage_finished(const StageReport&) override {}

  std::vector<std::string> said{};
  std::vector<std::string> details{};
  std::vector<std::string> warnings{};
};

/// A folder that is removed with this object. Its name has a space, because people's folders do.
class TestFolder {
 public:
  TestFolder();
  ~TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// The cache of prepared data directories that all test programs share.
std::filesystem::path test_cache();

/// A database of its own on the server that this test process started at its first use.
class TestDatabase {
 public:
  enum class Content { empty, supabase };  ///< supabase: with the prelude of that name
  explicit TestDatabase(Content content = Content::empty);
  /// A copy of one to which nobody is connected.
  struct CopyOf {
    const TestDatabase& original;
  };
  explicit TestDatabase(CopyOf of);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  Session session(const SessionSettings& settings = {}) const;  ///< as its owner, who is no superuser
  Session admin() const;                                        ///< as superuser
  DatabaseUrl url() const;
  DatabaseUrl admin_url() const;
  const std::string& name() const { return name_; }

 private:
  TestDatabase(Content content, const std::string& model);
  Content content_;
  std::string name_;
};

}  // namespace runner
