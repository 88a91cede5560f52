#include "stages/history/folder_findings.hpp"

#include <filesystem>
#include <string_view>

namespace runner {

using Kind = FolderProblem::Kind;

namespace {
struct Judgement {
  std::string_view rule;
  Severity severity;
};
}  // namespace

static Judgement judge(Kind kind) {
  switch (kind) {
    case Kind::bad_name:
    case Kind::empty_name:
      return {"bad-name", Severity::warning};
    case Kind::ignored_file:
      return {"ignored-file", Severity::info};
    case Kind::undecodable_name:
      return {"not-utf-8", Severity::error};
    case Kind::long_version:
      return {"version-too-long", Severity::error};
    case Kind::duplicate_version:
      return {"duplicate-version", Severity::error};
    case Kind::unreadable:
    case Kind::not_a_file:
      return {"unreadable-file", Severity::error};
    case Kind::rollback_as_migration:
      return {"rollback-as-migration", Severity::error};
    case Kind::misnamed_rollback:
      return {"rollback-misnamed", Severity::error};
    case Kind::orphaned_rollback:
      return {"rollback-orphaned", Severity::error};
    case Kind::version_order:
      return {"version-order", Severity::warning};
  }
  return {"bad-name", Severity::error};
}

bool about_rollbacks(Kind kind) {
  return kind == Kind::misnamed_rollback || kind == Kind::orphaned_rollback;
}

/// "20260101_a" of "migrations/20260101_a.sql"; "" for what is no migration.
static std::string label_of(const FolderProblem& problem) {
  if (problem.kind == Kind::version_order || about_rollbacks(problem.kind) ||
      problem.kind == Kind::rollback_as_migration)
    return "";
  std::string name = std::filesystem::path(problem.shown_path).filename().string();
  static constexpr std::string_view rollback_end = ".rollback.sql";
  if (name.ends_with(rollback_end))
    name.replace(name.size() - rollback_end.size(), rollback_end.size(), ".sql");
  const auto parts = parse_file_name(name);
  return parts ? parts->version + "_" + parts->name : "";
}

Finding finding_of(const FolderProblem& problem) {
  const Judgement judgement = judge(problem.kind);
  return {.rule = std::string(judgement.rule),
          .severity = judgement.severity,
          .place = {.path = problem.shown_path},
          .subject = label_of(problem),
          .message = problem.message,
          .remedy = problem.remedy};
}

}  // namespace runner
