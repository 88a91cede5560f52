#include "stages/rollback/proof.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/catalogue.hpp"
#include "runner/migration/execute.hpp"
#include "runner/migration/shadow_layers.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <set>

#include <fmt/format.h>

namespace runner {

static CatalogueScope scope_of(const StepInput& in) {
  CatalogueScope scope;
  if (in.history.schema != "public") scope.excluded_schemas.push_back(in.history.schema);
  return scope;
}

static std::set<std::string> versions_of(const std::vector<WayBack>& ways) {
  std::set<std::string> versions;
  for (const WayBack& way : ways) versions.insert(way.of.row.version);
  return versions;
}

/// False when a rollback was refused.
static bool execute(const std::vector<WayBack>& ways, Shadow& shadow, Findings& findings) {
  Session session = shadow.connect();
  for (const WayBack& way : ways) {
    session.query("SET statement_timeout = '10min'", "set statement_timeout");
    Execution execution = execute_sql(way.sql, way.shown_path, way.of.label(), session,
                                      {.server_major = shadow.server_version() / 10000});
    const bool failed = execution.failed();
    std::move(execution.findings.begin(), execution.findings.end(), std::back_inserter(findings));
    if (failed) return false;
  }
  return true;
}

static Findings differences(const std::vector<WayBack>& ways, Shadow& without, Shadow& shadow,
                            const CatalogueScope& scope) {
  Session before = without.connect();
  Session after = shadow.connect();
  const std::string subject = ways.size() == 1 ? ways.front().of.label() : std::string();
  Findings found =
      findings_of(compare(snapshot(before, scope), snapshot(after, scope)), "rollback-differs", subject);
  for (Finding& finding : found) {
    if (ways.size() == 1) finding.place.path = ways.front().shown_path;
    if (finding.severity == Severity::error)
      finding.remedy = "correct the rollback so that it leaves what was there before the migration";
  }
  return found;
}

static bool has_error(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Severity::error; });
}

/// A version whose SQL nobody has any more: without it, no shadow holds what is applied.
static std::string version_without_sql(const StepInput& in, Session* target) {
  const std::map<std::string, std::string> known = texts_in_history(in.plan, in.history, target);
  for (const HistoryRow& row : in.plan.missing)
    if (!known.contains(row.version)) return row.version;
  return {};
}

static Proof tried(const StepInput& in, Services& use, const std::vector<WayBack>& ways) {
  Proof proof;
  if (const std::string version = version_without_sql(in, use.target); !version.empty()) {
    proof.reason = fmt::format("neither a file nor the history has the SQL of version {}", version);
    return proof;
  }
  const std::unique_ptr<Shadow> without = use.shadows.replayed(in.plan, versions_of(ways));
  const std::unique_ptr<Shadow> shadow = use.shadows.replayed(in.plan);
  proof.verdict = Verdict::refuted;
  if (!execute(ways, *shadow, proof.findings)) return proof;
  Findings found = differences(ways, *without, *shadow, scope_of(in));
  if (!has_error(found)) proof.verdict = Verdict::proven;
  std::move(found.begin(), found.end(), std::back_inserter(proof.findings));
  return proof;
}

Proof prove(const StepInput& in, Services& use, const std::vector<WayBack>& ways) {
  try {
    return tried(in, use, ways);
  } catch (const Error& error) {
    if (error.code() != ExitCode::environment) throw;
    Proof proof;
    proof.reason = error.message();
    if (!error.reason().empty()) proof.reason += " (" + error.reason() + ")";
    return proof;
  }
}

}  // namespace runner
