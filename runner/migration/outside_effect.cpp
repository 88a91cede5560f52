#include "runner/migration/outside_effect.hpp"

#include "runner/migration/concurrent_detach.hpp"
#include "runner/migration/concurrent_index.hpp"
#include "runner/sql/word_reader.hpp"

namespace runner {

/// "(FULL, ANALYZE off)", taken up to its end. True when `option` is in it and not switched off.
static bool take_options(WordReader& words, std::string_view option) {
  if (!words.take("(")) return false;
  bool on = false;
  while (!words.at_end() && !words.take(")")) {
    if (words.take(option))
      on = !(words.take("OFF") || words.take("FALSE") || words.take("0"));
    else
      words.skip();
  }
  return on;
}

static std::vector<OutsideEffect::Locked> take_names(WordReader& words, LockMode mode) {
  std::vector<OutsideEffect::Locked> names;
  while (!words.at_end()) {
    words.take("ONLY");
    names.push_back({words.take_name(), mode});
    if (words.take("("))  // columns
      while (!words.at_end() && !words.take(")")) words.skip();
    if (!words.take(",")) break;
  }
  return names;
}

static OutsideEffect vacuum(WordReader& words) {
  bool full = take_options(words, "FULL");
  for (const std::string_view word : {"FULL", "FREEZE", "VERBOSE", "ANALYZE"})
    if (words.take(word)) full = full || word == "FULL";
  const LockMode mode = full ? LockMode::access_exclusive : LockMode::share_update_exclusive;
  return {.locks = take_names(words, mode),
          .each_table = mode,
          .work = full ? WorkKind::rewrite : WorkKind::scan};
}

/// An index that is built anew is locked against every reader, and planning reads every index of a table.
static OutsideEffect reindex(WordReader& words) {
  bool concurrently = take_options(words, "CONCURRENTLY");
  const bool one = words.take("INDEX");
  const bool table = !one && words.take("TABLE");
  if (!one && !table) words.skip();  // SCHEMA, DATABASE, SYSTEM
  concurrently = words.take("CONCURRENTLY") || concurrently;
  const LockMode mode = concurrently ? LockMode::share_update_exclusive : LockMode::access_exclusive;
  OutsideEffect effect{.each_table = mode, .work = WorkKind::index_build};
  if (one || table) effect.locks = {{words.take_name(), mode}};
  if (one) effect.index = effect.locks.front().relation;
  return effect;
}

std::optional<OutsideEffect> outside_effect(std::string_view statement) {
  constexpr LockMode weak = LockMode::share_update_exclusive;
  if (const auto index = concurrent_index(statement))
    return OutsideEffect{
        .locks = {{index->table, weak}}, .work = WorkKind::index_build, .index = index->name};
  WordReader words{statement};
  if (words.take_words("DROP INDEX CONCURRENTLY")) {
    words.take_words("IF EXISTS");
    return OutsideEffect{.locks = take_names(words, weak)};
  }
  if (words.take("VACUUM")) return vacuum(words);
  if (words.take("REINDEX")) return reindex(words);
  if (words.take("CLUSTER"))
    return OutsideEffect{.each_table = LockMode::access_exclusive, .work = WorkKind::rewrite};
  if (const auto detach = concurrent_detach(statement))
    // In its second transaction the partition is locked against everybody.
    return OutsideEffect{.locks = {{detach->table, weak}, {detach->partition, LockMode::access_exclusive}}};
  return std::nullopt;
}

}  // namespace runner
