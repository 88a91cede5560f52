#include "runner/report/report.hpp"

#include "runner/report/shown_text.hpp"

#include <cstdint>

#include <nlohmann/json.hpp>

namespace runner {

using Json = nlohmann::ordered_json;

static Json number_or_null(int number) {
  return number > 0 ? Json(number) : Json(nullptr);
}

static std::int64_t microseconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

static void add_place(Json& json, const Place& place) {
  json["path"] = place.known() ? Json(shown_text(place.path)) : Json(nullptr);
  json["line"] = number_or_null(place.line);
  json["column"] = number_or_null(place.column);
}

static Json to_json(const std::optional<Error>& error) {
  if (!error) return nullptr;
  Json json;
  json["exit_code"] = to_int(error->code());
  json["message"] = shown_text(error->message());
  json["reason"] = shown_text(error->reason());
  json["hint"] = shown_text(error->advice());
  add_place(json, error->place());
  return json;
}

static Json to_json(const Finding& finding) {
  Json json;
  json["rule"] = finding.rule;
  json["severity"] = to_string(finding.severity);
  json["migration"] = finding.subject.empty() ? Json(nullptr) : Json(shown_text(finding.subject));
  add_place(json, finding.place);
  json["message"] = shown_text(finding.message);
  json["remedy"] = shown_text(finding.remedy);
  json["detail"] = shown_text(finding.detail);
  return json;
}

static std::string_view to_string(CaseStatus status) {
  switch (status) {
    case CaseStatus::passed:
      return "passed";
    case CaseStatus::failed:
      return "failed";
    case CaseStatus::skipped:
      return "skipped";
  }
  return "failed";
}

static Json to_json(const Case& one) {
  Json json;
  json["name"] = shown_text(one.name);
  json["path"] = one.path.empty() ? Json(nullptr) : Json(shown_text(one.path));
  json["status"] = to_string(one.status);
  json["duration_us"] = microseconds(one.duration);
  json["text"] = shown_text(one.text);
  return json;
}

static Json to_json(const Fact& fact) {
  Json json;
  json["migration"] = shown_text(fact.subject);
  json["topic"] = fact.topic;
  json["text"] = shown_text(fact.text);
  return json;
}

static Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(shown_text(text));
}

static Json to_json(const StatementEffect& statement) {
  Json json;
  json["migration"] = shown_text(statement.subject);
  add_place(json, statement.place);
  json["command"] = shown_text(statement.command);
  json["duration_us"] = microseconds(statement.duration);
  json["in_transaction"] = statement.in_transaction;
  json["text"] = shown_text(statement.text);
  json["locks"] = Json::array();
  for (const StatementEffect::Lock& lock : statement.locks)
    json["locks"].push_back({{"relation", text_or_null(lock.relation)},
                             {"mode", lock.mode},
                             {"since_line", number_or_null(lock.since_line)}});
  json["work"] = Json::array();
  for (const StatementEffect::Work& work : statement.work)
    json["work"].push_back(
        {{"kind", work.kind}, {"relation", shown_text(work.relation)}, {"index", text_or_null(work.index)}});
  json["sizes"] = Json::array();
  for (const StatementEffect::Size& size : statement.sizes)
    json["sizes"].push_back({{"relation", shown_text(size.relation)},
                             {"rows", size.rows ? Json(*size.rows) : Json(nullptr)},
                             {"bytes", size.bytes}});
  return json;
}

static Json to_json(const StepReport& step) {
  Json json;
  json["handler"] = step.handler;
  json["status"] = to_string(step.status);
  json["exit_code"] = to_int(step.exit_code);
  json["duration_us"] = microseconds(step.duration);
  json["summary"] = shown_text(step.outcome.summary);
  json["fail_on"] = to_string(step.outcome.fail_on);
  json["findings"] = Json::array();
  for (const Finding& finding : step.outcome.findings) json["findings"].push_back(to_json(finding));
  json["cases"] = Json::array();
  for (const Case& one : step.outcome.cases) json["cases"].push_back(to_json(one));
  json["facts"] = Json::array();
  for (const Fact& fact : step.outcome.facts) json["facts"].push_back(to_json(fact));
  json["statements"] = Json::array();
  for (const StatementEffect& one : step.outcome.statements) json["statements"].push_back(to_json(one));
  json["error"] = to_json(step.error);
  return json;
}

std::string json_report(const StageReport& report) {
  Json json;
  json["format"] = 1;
  json["stage"] = shown_text(report.stage);
  json["started"] = iso_time(report.started);
  json["duration_us"] = microseconds(report.duration);
  json["exit_code"] = to_int(report.exit_code);
  json["meaning"] = meaning(report.exit_code);
  json["verdict"] = shown_text(report.verdict);
  json["compared_with"] = shown_text(report.compared_with);
  json["error"] = to_json(report.error);
  json["steps"] = Json::array();
  for (const StepReport& step : report.steps) json["steps"].push_back(to_json(step));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace runner
