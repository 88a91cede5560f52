#include "runner/migration/shadows.hpp"

#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/shadow_layers.hpp"
#include "runner/postgres/roles_copy.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace runner {

struct Shadows::Impl {
  ShadowSettings settings;
  HistoryTable history;
  Session* target;
  const StopSignal* stop;
  Reporter& reporter;

  std::unique_ptr<ShadowFactory> factory{};
  std::optional<SchemaCopy> copy{};
  std::optional<std::vector<std::string>> copied_versions{};  ///< what was applied when it was looked at
  bool said = false;

  void look_at_target(const Plan& plan);
  void make_factory(const Plan& plan);
  ShadowOrigin origin_of_replay(const Plan& plan) const;
  void add_start(ShadowLayers& layers) const;
  std::unique_ptr<Shadow> make(const Plan& plan, const std::vector<Migration>& pending);
  void add_applied(const Plan& plan, ShadowLayers& layers, bool& copy_loaded);
  void give_up_copy(const Error& error);
  void say(const Plan& plan, const Shadow& shadow, std::size_t executed);
};

Shadows::Shadows(ShadowSettings settings, HistoryTable history, Session* target, const StopSignal* stop,
                 Reporter& reporter)
    : impl_(new Impl{.settings = std::move(settings),
                     .history = std::move(history),
                     .target = target,
                     .stop = stop,
                     .reporter = reporter}) {}
Shadows::~Shadows() = default;

static std::vector<std::string> versions_of(const std::vector<HistoryRow>& rows) {
  std::vector<std::string> versions;
  for (const HistoryRow& row : rows) versions.push_back(row.version);
  return versions;
}

/// Copies the target's schema, again after a step that wrote. What cannot be copied is replayed.
void Shadows::Impl::look_at_target(const Plan& plan) {
  std::vector<std::string> versions = versions_of(plan.applied);
  if (copied_versions == versions) return;
  copied_versions = std::move(versions);
  copy.reset();
  factory.reset();
  if (target == nullptr) return;
  try {
    copy = copy_schema(*target, stop);
  } catch (const Error& error) {
    if (error.code() != ExitCode::environment) throw;
    give_up_copy(error);
  }
}

ShadowOrigin Shadows::Impl::origin_of_replay(const Plan& plan) const {
  ShadowOrigin origin{.server = settings.server,
                      .cache = settings.cache,
                      .superuser = settings.superuser,
                      .stand_ins = settings.stand_ins};
  if (target != nullptr) {
    origin.wanted_major = (plan.target_version != 0 ? plan.target_version : target->server_version()) / 10000;
    origin.owner = migration_role(*target);
  }
  return origin;
}

void Shadows::Impl::make_factory(const Plan& plan) {
  if (factory) return;
  ShadowOrigin origin = origin_of_replay(plan);
  if (copy) {
    origin.wanted_major = copy->major;
    origin.owner = copy->owner;
  }
  factory = ShadowFactory::of(origin, stop, reporter);
}

/// What a database holds before its first migration.
void Shadows::Impl::add_start(ShadowLayers& layers) const {
  const std::string hint =
      settings.server.empty()
          ? "choose preludes in shadow.prelude that fit this machine's PostgreSQL"
          : "name a superuser in shadow.server, or leave it out to use an embedded server";
  for (const std::string& prelude : settings.preludes) layers.add_prelude(prelude, hint);
  if (!settings.baseline.empty()) layers.add_baseline(settings.baseline);
  layers.add_history_table();
}

/// `copy_loaded` is false while the copied schema is being loaded, and stays so when that fails.
void Shadows::Impl::add_applied(const Plan& plan, ShadowLayers& layers, bool& copy_loaded) {
  if (copy) {
    ShadowLayer schema = layer_of(*copy);
    schema.apply = [load = schema.apply, &copy_loaded](Shadow& shadow) {
      copy_loaded = false;
      load(shadow);
      copy_loaded = true;
    };
    layers.add(std::move(schema));
    layers.add_history_table();
    layers.add_history(plan.applied);
    return;
  }
  add_start(layers);
  layers.add_applied_files(plan, target);
}

void Shadows::Impl::say(const Plan& plan, const Shadow& shadow, std::size_t executed) {
  if (std::exchange(said, true)) return;
  std::string line = "shadow: " + shadow.describe();
  if (copy) {
    line += fmt::format(", schema copied from {}", target->url().describe());
  } else {
    for (const std::string& prelude : settings.preludes) line += ", prelude " + prelude;
    if (!settings.baseline.empty()) line += ", baseline " + settings.baseline.filename().string();
    if (!plan.applied_files.empty())
      line += fmt::format(", {} replayed", count_of(plan.applied_files.size(), "applied migration"));
  }
  if (executed == 0) line += " (cached)";
  reporter.say(line);
}

/// What the target has and this machine lacks shows only when its schema is loaded.
void Shadows::Impl::give_up_copy(const Error& error) {
  std::string why = error.message();
  if (!error.reason().empty()) why += " (" + error.reason() + ")";
  reporter.warn(fmt::format("shadow: {}; the migration files are replayed instead", why));
  copy.reset();
  factory.reset();
}

std::unique_ptr<Shadow> Shadows::Impl::make(const Plan& plan, const std::vector<Migration>& pending) {
  look_at_target(plan);
  for (;;) {
    make_factory(plan);
    ShadowLayers layers(history, stop, reporter, said);
    bool copy_loaded = true;
    add_applied(plan, layers, copy_loaded);
    layers.add_pending_files(pending);
    try {
      std::unique_ptr<Shadow> shadow = factory->make(layers.layers());
      say(plan, *shadow, layers.executed());
      return shadow;
    } catch (const Error& error) {
      if (copy_loaded || error.code() != ExitCode::environment) throw;
      give_up_copy(error);
    }
  }
}

std::unique_ptr<Shadow> Shadows::with_applied(const Plan& plan) {
  return impl_->make(plan, {});
}

std::unique_ptr<Shadow> Shadows::replayed(const Plan& plan, const std::set<std::string>& without) {
  const std::unique_ptr<ShadowFactory> factory =
      ShadowFactory::of(impl_->origin_of_replay(plan), impl_->stop, impl_->reporter);
  ShadowLayers layers(impl_->history, impl_->stop, impl_->reporter, false);
  impl_->add_start(layers);
  layers.add_applied_files(plan, impl_->target, without);
  return factory->make(layers.layers());
}

const std::filesystem::path& Shadows::cache() const {
  return impl_->settings.cache;
}

std::unique_ptr<Shadow> Shadows::with_pending(const Plan& plan) {
  return impl_->make(plan, plan.pending);
}

}  // namespace runner
