#include "runner/migration/catalogue.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include <fmt/format.h>

namespace runner {

namespace {
/// A difference on its way, with what may explain it.
struct Seen {
  CatalogueDifference difference{};
  std::string parent{};
  std::string implied_by{};
};
}  // namespace

std::string_view to_string(CatalogueChange change) {
  switch (change) {
    case CatalogueChange::left_over:
      return "left over";
    case CatalogueChange::missing:
      return "missing";
    case CatalogueChange::changed:
      return "changed";
    case CatalogueChange::order_only:
      return "order only";
  }
  return "changed";
}

std::string CatalogueDifference::text() const {
  return fmt::format("{} {}: {}", kind, identity, to_string(change));
}

static Seen seen(CatalogueChange change, const CatalogueObject* before, const CatalogueObject* after) {
  const CatalogueObject& one = before != nullptr ? *before : *after;
  return Seen{.difference = {.change = change,
                             .kind = one.kind,
                             .identity = one.identity,
                             .before = before != nullptr ? before->definition : "",
                             .after = after != nullptr ? after->definition : ""},
              .parent = one.parent,
              .implied_by = one.implied_by};
}

/// Walks two sorted lists side by side.
static std::vector<Seen> all_differences(const Catalogue& before, const Catalogue& after) {
  std::vector<Seen> found;
  auto left = before.begin();
  auto right = after.begin();
  const auto order = [](const CatalogueObject& object) { return std::tie(object.kind, object.identity); };
  while (left != before.end() || right != after.end()) {
    if (right == after.end() || (left != before.end() && order(*left) < order(*right))) {
      found.push_back(seen(CatalogueChange::missing, &*left++, nullptr));
    } else if (left == before.end() || order(*right) < order(*left)) {
      found.push_back(seen(CatalogueChange::left_over, nullptr, &*right++));
    } else {
      if (left->definition != right->definition)
        found.push_back(seen(CatalogueChange::changed, &*left, &*right));
      ++left;
      ++right;
    }
  }
  return found;
}

/// A thing that came or went is explained by what it belongs to, if that came or went as well; a change by
/// the same change of what implied it.
static std::vector<CatalogueDifference> unexplained(const std::vector<Seen>& all) {
  std::unordered_map<std::string, const CatalogueDifference*> by_key;
  for (const Seen& one : all)
    by_key.emplace(one.difference.kind + " " + one.difference.identity, &one.difference);
  const auto explains = [&by_key](const std::string& key, const CatalogueDifference& difference) {
    if (key.empty()) return false;
    const auto cause = by_key.find(key);
    if (cause == by_key.end() || cause->second->change != difference.change) return false;
    return difference.change != CatalogueChange::changed ||
           (cause->second->before == difference.before && cause->second->after == difference.after);
  };
  std::vector<CatalogueDifference> left;
  for (const Seen& one : all) {
    const bool by_parent =
        one.difference.change != CatalogueChange::changed && explains(one.parent, one.difference);
    if (!by_parent && !explains(one.implied_by, one.difference)) left.push_back(one.difference);
  }
  return left;
}

using ColumnsByTable = std::map<std::string, std::vector<const CatalogueObject*>>;

/// "public.t" of the key "table public.t"; empty for anything else.
static std::string_view name_of_table(std::string_view key) {
  for (const std::string_view kind : {"table ", "foreign table "})
    if (key.starts_with(kind)) return key.substr(kind.size());
  return {};
}

static ColumnsByTable columns_of_tables(const Catalogue& catalogue) {
  ColumnsByTable tables;
  for (const CatalogueObject& object : catalogue)
    if (object.kind == "column" && !name_of_table(object.parent).empty())
      tables[object.parent].push_back(&object);
  for (auto& [table, columns] : tables)
    std::sort(columns.begin(), columns.end(),
              [](const auto* left, const auto* right) { return left->position < right->position; });
  return tables;
}

/// The names of those of the columns that the other side has as well, in order.
static std::string common_names(const std::vector<const CatalogueObject*>& columns,
                                const std::vector<const CatalogueObject*>& other) {
  std::string names;
  for (const CatalogueObject* column : columns) {
    const auto same = [column](const CatalogueObject* one) { return one->identity == column->identity; };
    if (std::none_of(other.begin(), other.end(), same)) continue;
    const std::size_t qualifier = name_of_table(column->parent).size() + 1;
    names += (names.empty() ? "" : ", ") + column->identity.substr(qualifier);
  }
  return names;
}

static void add_order_changes(const Catalogue& before, const Catalogue& after,
                              std::vector<CatalogueDifference>& into) {
  const ColumnsByTable then = columns_of_tables(before);
  for (const auto& [table, columns] : columns_of_tables(after)) {
    const auto known = then.find(table);
    if (known == then.end()) continue;
    const auto same_name = [](const auto* left, const auto* right) {
      return left->identity == right->identity;
    };
    if (std::equal(known->second.begin(), known->second.end(), columns.begin(), columns.end(), same_name))
      continue;
    std::string was = common_names(known->second, columns);
    std::string is = common_names(columns, known->second);
    if (was == is) continue;
    const std::string_view name = name_of_table(table);
    into.push_back(CatalogueDifference{.change = CatalogueChange::order_only,
                                       .kind = table.substr(0, table.size() - name.size() - 1),
                                       .identity = std::string(name),
                                       .before = std::move(was),
                                       .after = std::move(is)});
  }
}

std::vector<CatalogueDifference> compare(const Catalogue& before, const Catalogue& after) {
  std::vector<CatalogueDifference> differences = unexplained(all_differences(before, after));
  add_order_changes(before, after, differences);
  return differences;
}

static std::string detail_of(const CatalogueDifference& difference) {
  std::string detail;
  if (difference.change != CatalogueChange::left_over && !difference.before.empty())
    detail += "before: " + difference.before + "\n";
  if (difference.change != CatalogueChange::missing && !difference.after.empty())
    detail += "after:  " + difference.after + "\n";
  return detail;
}

Findings findings_of(const std::vector<CatalogueDifference>& differences, const std::string& rule,
                     const std::string& subject) {
  Findings findings;
  for (const CatalogueDifference& difference : differences) {
    const bool harmless = difference.change == CatalogueChange::order_only;
    findings.push_back(Finding{.rule = rule,
                               .severity = harmless ? Severity::info : Severity::error,
                               .subject = subject,
                               .message = difference.text(),
                               .detail = detail_of(difference)});
  }
  return findings;
}

}  // namespace runner
