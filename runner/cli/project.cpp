#include "runner/cli/project.hpp"

#include "runner/core/error.hpp"

#include <map>
#include <utility>

#include <fmt/format.h>

namespace runner {

namespace fs = std::filesystem;

static Variables read_variables(const CliArguments& given) {
  std::map<std::string, std::string> variables;
  for (const std::string& text : given.list("var")) {
    const std::size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    if (equals == std::string::npos)
      throw Error{ExitCode::usage, fmt::format("--var '{}' has no '='", text)}.hint("write --var NAME=VALUE");
    if (!is_variable_name(name))
      throw Error{ExitCode::usage, fmt::format("--var: '{}' is no variable name", name)}.hint(
          "use letters, digits and '_', no digit first");
    if (!variables.emplace(name, text.substr(equals + 1)).second)
      throw Error{ExitCode::usage, fmt::format("--var sets {} twice", name)}.hint("keep one");
  }
  return Variables{std::move(variables)};
}

/// The nearest folder upwards with `.git`, which is a file in a submodule or a work tree; empty: none.
static fs::path repository_above(fs::path folder) {
  for (;; folder = folder.parent_path()) {
    std::error_code ignored;
    if (fs::exists(folder / ".git", ignored)) return folder;
    if (folder == folder.parent_path()) return {};
  }
}

Project find_project(const CliArguments& given) {
  Project project;
  project.variables = read_variables(given);
  const fs::path here = fs::current_path();
  const fs::path repository = repository_above(here);
  project.root = repository.empty() ? here : repository;
  if (given.has("pipeline")) {
    project.pipeline_file = (here / given.text("pipeline")).lexically_normal();
    if (repository.empty()) project.root = project.pipeline_file.parent_path();
  } else {
    project.pipeline_file = find_pipeline_file(project.root, project.variables);
  }
  return project;
}

Pipeline load_project_pipeline(const Project& project, StageHandlers handlers) {
  if (!project.pipeline_file.empty())
    return load_pipeline(project.pipeline_file, project.root, project.variables, handlers);
  if (fs::is_directory(project.root / "supabase" / "migrations"))
    return supabase_pipeline(project.root, project.variables, handlers);
  throw Error{ExitCode::usage, fmt::format("no pipeline file in '{}'", project.root.string())}
      .because(
          "there is no pipeline.yml, .runner.yml or pipelines/default.yml, and no folder supabase/migrations")
      .hint("go to the repository, or name the file with --pipeline");
}

}  // namespace runner
