#include "runner/report/step_context.hpp"

#include "runner/report/shown_text.hpp"

#include <nlohmann/json.hpp>

namespace runner {

using Json = nlohmann::ordered_json;

/// Paths may hold any byte; JSON may not. They are not cleaned otherwise: a program is to open them.
static constexpr auto replace_bad_utf8 = Json::error_handler_t::replace;

std::string step_context_json(const StepContext& context) {
  Json json;
  json["format"] = 1;
  json["stage"] = context.stage;
  json["root"] = context.root;
  json["compared_with"] = shown_text(context.compared_with);
  json["history"] = context.history;
  json["applied"] = context.applied;
  json["pending"] = Json::array();
  for (const ContextMigration& migration : context.pending) {
    Json one;
    one["version"] = migration.version;
    one["name"] = migration.name;
    one["path"] = migration.path;
    one["rollback"] = migration.rollback.empty() ? Json(nullptr) : Json(migration.rollback);
    json["pending"].push_back(std::move(one));
  }
  return json.dump(2, ' ', false, replace_bad_utf8) + '\n';
}

}  // namespace runner
