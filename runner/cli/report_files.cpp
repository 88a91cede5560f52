#include "runner/cli/report_files.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/secret.hpp"
#include "runner/pipeline/pipeline.hpp"
#include "runner/report/dotenv.hpp"
#include "runner/report/report.hpp"

#include <string>
#include <system_error>

#include <fmt/format.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;

static void make_folder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem)
    throw Error{ExitCode::environment, fmt::format("cannot make the report folder '{}'", folder.string())}
        .because(problem.message())
        .hint("name another folder with --report-dir, or leave the option out");
}

ReportFiles ReportFiles::in(const fs::path& folder) {
  make_folder(folder);
  const fs::path trial = folder / fmt::format(".runner-{}", ::getpid());
  try {
    write_file(trial, "");
  } catch (const Error& problem) {
    throw Error{ExitCode::environment, fmt::format("cannot write to the report folder '{}'", folder.string())}
        .because(problem.reason())
        .hint("name another folder with --report-dir, or leave the option out");
  }
  fs::remove(trial);
  return {fs::absolute(folder), true};
}

ReportFiles ReportFiles::in_default_folder(const fs::path& root, Reporter& reporter) {
  try {
    ReportFiles files = in(root / "runner-report");
    files.asked_for_ = false;
    return files;
  } catch (const Error& problem) {
    reporter.warn(fmt::format("no reports: {}: {}", problem.message(), problem.reason()));
    return {{}, false};
  }
}

void ReportFiles::write(const StageReport& report, const std::map<std::string, std::string>& variables,
                        Reporter& reporter) const {
  if (folder_.empty()) return;
  const std::string name = report_name(report.stage);
  try {
    make_folder(folder_);
    write_file(folder_ / (name + ".junit.xml"), junit_report(report));
    write_file(folder_ / (name + ".json"), json_report(report));
    write_file(folder_ / (name + ".codequality.json"), code_quality_report(report));
    write_file(folder_ / (name + ".md"), markdown_report(report));
    if (!variables.empty()) write_file(folder_ / (name + ".env"), dotenv_report(variables));
  } catch (const Error& problem) {
    if (asked_for_ && report.exit_code == ExitCode::passed) throw;
    reporter.warn(fmt::format("no report: {}: {}", problem.message(), problem.reason()));
  }
}

}  // namespace runner
