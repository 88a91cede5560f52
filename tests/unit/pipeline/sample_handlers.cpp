#include "sample_handlers.hpp"

#include "runner/core/file.hpp"

#include <array>
#include <stdexcept>

#include <stdlib.h>

namespace runner {

std::map<std::string, Behaviour, std::less<>>& behaviour() {
  static std::map<std::string, Behaviour, std::less<>> of_handlers;
  return of_handlers;
}

template <char Which>
static Outcome act(const StepInput& input, Services& services) {
  static const std::string name = Which == 'c' ? "check" : Which == 'a' ? "apply" : "query";
  const auto found = behaviour().find(name);
  return found == behaviour().end() ? Outcome{.summary = name + " done"} : found->second(input, services);
}

static std::string intend(const StepInput& input) {
  return "look at " + std::to_string(input.plan.pending.size()) + " files";
}

static constexpr std::array<std::string_view, 3> severities{"info", "warning", "error"};
static constexpr std::array<OptionSpec, 5> check_options{{
    {.name = "fail_on", .type = OptionType::choice, .default_text = "error", .choices = severities},
    {.name = "limit",
     .type = OptionType::integer,
     .default_text = "${CHECK_LIMIT:-10}",
     .unit = "rows",
     .min = 1,
     .max = 100},
    {.name = "strict", .type = OptionType::boolean, .default_text = "false"},
    {.name = "only", .type = OptionType::text_list},
    {.name = "also", .type = OptionType::choice_list, .choices = severities},
}};
static constexpr std::array<OptionSpec, 2> apply_options{{
    {.name = "lock_timeout", .type = OptionType::duration_range, .default_text = "10ms..80ms", .min = 1},
    {.name = "retry_for", .type = OptionType::duration, .default_text = "10min"},
}};
static constexpr std::array<OptionSpec, 1> query_options{
    {{.name = "sql", .help = "the statement", .required = true}}};

static const StageHandler check{
    .name = "check", .summary = "Check", .options = check_options, .intent = intend, .run = act<'c'>};
static const StageHandler apply{.name = "apply",
                                .summary = "Apply",
                                .options = apply_options,
                                .writes = true,
                                .intent = intend,
                                .run = act<'a'>};
static const StageHandler query{
    .name = "query", .summary = "Query", .options = query_options, .intent = intend, .run = act<'q'>};
static const std::array handlers{&check, &apply, &query};

StageHandlers sample_handlers() {
  return handlers;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "runner-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TemporaryFolder::write(const std::string& name, std::string_view text) const {
  const std::filesystem::path file = path_ / name;
  std::filesystem::create_directories(file.parent_path());
  write_file(file, text);
  return file;
}

}  // namespace runner
