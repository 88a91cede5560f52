#include "runner/report/console.hpp"

#include "runner/core/duration.hpp"
#include "runner/core/text.hpp"
#include "runner/report/shown_text.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <ostream>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace runner {

// A console with thousands of findings helps nobody; the reports have all of them.
static constexpr std::size_t findings_shown = 100;

static bool set_and_not_empty(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

static int terminal_columns() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

ConsoleStyle ConsoleStyle::detect(int verbosity) {
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  ConsoleStyle style;
  style.gitlab = set_and_not_empty("GITLAB_CI");
  style.terminal = ::isatty(STDERR_FILENO) == 1 && !dumb && !style.gitlab;
  // Source: no-color.org. GitLab's log view renders colours although it is no terminal.
  style.colour = (style.terminal || style.gitlab) && !set_and_not_empty("NO_COLOR");
  style.verbosity = verbosity;
  if (style.terminal) style.columns = terminal_columns();
  return style;
}

// SGR codes that GitLab's log view renders, too.
static constexpr std::string_view bold = "1";
static constexpr std::string_view red = "31";
static constexpr std::string_view green = "32";
static constexpr std::string_view yellow = "33";
static constexpr std::string_view grey = "90";

static std::string_view colour_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return red;
    case Severity::warning:
      return yellow;
    case Severity::info:
      return bold;
  }
  return bold;
}

/// Section names allow letters, digits, '_', '.' and '-'. Source: GitLab docs, "Custom collapsible sections".
static std::string section_name(std::string_view stage, std::string_view handler, std::size_t number) {
  std::string name = fmt::format("{}.{}.{}", stage, number, handler);
  std::replace_if(
      name.begin(), name.end(),
      [](char c) {
        return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.');
      },
      '-');
  return name;
}

static long long unix_time() {
  return std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
}

class ConsoleReporter final : public Reporter {
 public:
  ConsoleReporter(std::ostream& log, ConsoleStyle style) : log_(log), style_(style) {}

  void say(std::string_view line) override {
    if (style_.verbosity >= 0) write_line("  ", shown_text(line));
  }

  void detail(std::string_view line) override {
    if (style_.verbosity >= 1) write_line("  ", paint(grey, shown_text(line)));
  }

  void warn(std::string_view line) override {
    write_line("", paint(yellow, "warning:") + " " + shown_text(line));
  }

  void progress(std::size_t done, std::size_t total, std::string_view what) override {
    if (!style_.terminal || style_.verbosity < 0) return;
    const std::string text = shown_text(what);
    std::string line =
        total > 0 ? fmt::format("  {}/{} {}", done, total, text) : fmt::format("  {} {}", done, text);
    std::replace(line.begin(), line.end(), '\n', ' ');
    line.resize(byte_offset(line, static_cast<std::size_t>(std::max(style_.columns, 2))));
    log_ << "\r\x1b[K" + line << std::flush;
    progress_shown_ = true;
  }

  void stage_started(std::string_view stage, std::string_view intent) override {
    steps_ = 0;
    if (style_.verbosity >= 0) write_line("", paint(bold, shown_text(stage)) + ": " + shown_text(intent));
  }

  void step_started(std::string_view stage, std::string_view handler, std::string_view intent) override {
    ++steps_;
    if (style_.verbosity < 0) return;
    const std::string header = paint(bold, shown_text(handler)) + ": " + shown_text(intent);
    if (!style_.gitlab) return write_line("", header);
    section_ = section_name(stage, handler, steps_);
    put(fmt::format("\x1b[0Ksection_start:{}:{}\r\x1b[0K{}\n", unix_time(), section_, header));
  }

  void step_finished(std::string_view, const StepReport& step) override {
    end_section();
    if (step.status == StepStatus::skipped) {
      if (style_.verbosity >= 0)
        write_line("", paint(bold, shown_text(step.handler)) + ": not run, the stage ended before it");
      return;
    }
    show_findings(step.outcome);
    if (step.error) put(paint_label(shown_text(step.error->text()), red));
    if (style_.verbosity >= 0) write_line("  ", result_line(step));
  }

  void stage_finished(const StageReport& stage) override {
    end_section();
    if (stage.error) put(paint_label(shown_text(stage.error->text()), red));
    const bool passed = stage.exit_code == ExitCode::passed;
    if (!passed || style_.gitlab) {
      write_line("", fmt::format("exit code {}: {}", to_int(stage.exit_code), meaning(stage.exit_code)));
      write_line("", "to see this again: " +
                         shown_text(stage.again.empty() ? "runner run " + stage.stage : stage.again));
    }
    const std::string verdict =
        stage.verdict.empty() ? (passed ? "passed" : "failed") : shown_text(stage.verdict);
    write_line("", paint(passed ? green : red, fmt::format("{}: {}", shown_text(stage.stage), verdict)));
  }

 private:
  std::string paint(std::string_view colour, std::string_view text) const {
    if (!style_.colour) return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", colour, text);
  }

  /// Colours the word before the first colon: "error", "warning".
  std::string paint_label(std::string_view text, std::string_view colour) const {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::string(text);
    return paint(colour, text.substr(0, colon + 1)) + std::string(text.substr(colon + 1));
  }

  void show_findings(const Outcome& outcome) {
    std::size_t shown = 0;
    for (const Finding& finding : outcome.findings) {
      if (style_.verbosity < 0 && finding.severity == Severity::info) continue;
      if (++shown > findings_shown) continue;
      put(paint_label(shown_text(finding.text()), colour_of(finding.severity)));
    }
    if (shown > findings_shown)
      write_line("", fmt::format("… and {}; the reports have all of them",
                                 count_of(shown - findings_shown, "more finding")));
  }

  std::string result_line(const StepReport& step) const {
    const bool passed = step.status == StepStatus::passed;
    const std::string word =
        step.status == StepStatus::error ? "stopped" : std::string(to_string(step.status));
    std::string line = paint(passed ? green : red, word);
    if (!step.outcome.summary.empty()) line += ": " + shown_text(step.outcome.summary);
    return line + paint(grey, fmt::format(" ({})", for_people(step.duration)));
  }

  void write_line(std::string_view margin, std::string_view text) {
    while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
    std::string lines(margin);
    for (const char c : text) {
      lines += c;
      if (c == '\n') lines.append(margin).append(margin.empty() ? "  " : "");
    }
    put(lines + '\n');
  }

  /// In one piece: stderr has no buffer, and others may write to it between two pieces.
  void put(std::string_view text) {
    log_ << (progress_shown_ ? "\r\x1b[K" + std::string(text) : std::string(text)) << std::flush;
    progress_shown_ = false;
  }

  void end_section() {
    if (section_.empty()) return put("");
    put(fmt::format("\x1b[0Ksection_end:{}:{}\r\x1b[0K\n", unix_time(), section_));
    section_.clear();
  }

  std::ostream& log_;
  ConsoleStyle style_;
  bool progress_shown_ = false;
  std::size_t steps_ = 0;
  std::string section_{};  ///< the open GitLab section
};

std::unique_ptr<Reporter> console_reporter(std::ostream& log, ConsoleStyle style) {
  return std::make_unique<ConsoleReporter>(log, style);
}

}  // namespace runner
