#include "runner/pipeline/inputs.hpp"

#include "runner/postgres/prepared_cache.hpp"

namespace runner {

PlanInput plan_input_of(const Pipeline& pipeline, const HistoryTable& history, Session* target,
                        const std::string& base) {
  PlanInput input;
  input.root = pipeline.root;
  input.migrations = pipeline.migrations;
  input.rollbacks = pipeline.rollbacks;
  input.history = history;
  input.base = base;
  input.target = target;
  return input;
}

ShadowSettings shadow_settings_of(const Pipeline& pipeline) {
  ShadowSettings settings;
  if (!pipeline.shadow_server.empty())
    settings.server = DatabaseUrl::parse(pipeline.shadow_server, "shadow.server");
  settings.preludes = pipeline.preludes;
  settings.baseline = pipeline.baseline;
  settings.superuser = pipeline.shadow_superuser;
  settings.stand_ins = pipeline.shadow_stand_ins;
  settings.cache = cache_folder(pipeline.root);
  return settings;
}

}  // namespace runner
