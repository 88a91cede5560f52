#include "stages/round_trip/workplace.hpp"

#include "runner/core/error.hpp"
#include "runner/migration/execute.hpp"
#include "runner/migration/target_transaction.hpp"
#include "stages/round_trip/trial_files.hpp"

#include <fmt/format.h>

namespace runner {

Session& Workplace::owner() {
  if (!owner_) owner_ = shadow_->connect();
  return *owner_;
}

Session& Workplace::admin() {
  if (!admin_) admin_ = shadow_->connect_admin();
  return *admin_;
}

void Workplace::start(std::size_t done, bool last) {
  done_ = done;
  last_ = last;
  remembered_ = false;
  if (last) return;
  owner_.reset();
  admin_.reset();
  remembered_ = shadow_->remember();
}

void Workplace::back(bool outside) {
  owner_.reset();
  admin_.reset();
  if (remembered_ && !outside) {
    shadow_->put_back();
  } else {
    shadow_.reset();
    shadow_ = make_(done_);
  }
  remembered_ = false;
}

void Workplace::begin_anew(bool outside) {
  back(outside);
  start(done_, last_);
}

void Workplace::go_on(std::span<const Migration> migrations) {
  for (const Migration& migration : migrations) {
    const HistoryRow row{.version = migration.version, .name = migration.name};
    const SqlCall recorded = history_insert(owner(), in_.history, row, std::nullopt);
    if (execute_at_once({migration.read_sql(), migration.shown_path, migration.label()}, owner(),
                        "SET statement_timeout = 0", &recorded))
      continue;
    const Execution execution =
        execute_migration(migration, owner(), {.server_major = shadow_->server_version() / 10000});
    if (execution.failed())
      throw Error{ExitCode::failed, fmt::format("{} is refused on a shadow", migration.label())}.because(
          execution.findings.back().message);
    record_applied(owner(), in_.history, row);
  }
}

}  // namespace runner
