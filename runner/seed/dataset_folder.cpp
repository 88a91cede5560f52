#include "runner/seed/dataset_folder.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/nearest.hpp"
#include "runner/seed/dataset_reader.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace runner {

namespace fs = std::filesystem;

const Dataset* DatasetFolder::find(std::string_view name) const {
  for (const Dataset& dataset : datasets)
    if (dataset.name == name) return &dataset;
  return nullptr;
}

const Dataset* DatasetFolder::filling(const TableName& table) const {
  for (const Dataset& dataset : datasets)
    if (dataset.table == table) return &dataset;
  return nullptr;
}

static std::vector<std::string_view> names_of(const std::vector<Dataset>& datasets) {
  std::vector<std::string_view> names;
  for (const Dataset& dataset : datasets) names.push_back(dataset.name);
  return names;
}

std::vector<const Dataset*> DatasetFolder::chosen(std::span<const std::string> names) const {
  const auto named = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (const std::string& name : names)
    if (name != "all" && find(name) == nullptr) {
      std::vector<std::string_view> known = names_of(datasets);
      known.push_back("all");
      throw Error{ExitCode::usage, fmt::format("there is no dataset '{}' in {}", name, shown_path)}.hint(
          suggest(name, known));
    }
  std::vector<const Dataset*> result;
  for (const Dataset& dataset : datasets)
    if (named("all") || named(dataset.name)) result.push_back(&dataset);
  return result;
}

std::vector<JoinStep> DatasetFolder::way_of(const Dataset& dataset, const Expectation& expectation) const {
  std::vector<JoinStep> way;
  const Dataset* at = &dataset;
  for (std::size_t i = 0; i + 1 < expectation.by.size(); ++i) {
    const std::string& name = expectation.by[i];
    const DatasetColumn* column = at == nullptr ? nullptr : at->find_column(name);
    if (column == nullptr || !column->lookup)
      throw Error{ExitCode::usage,
                  fmt::format("'by: {}': '{}' is no column with a lookup{}", fmt::join(expectation.by, "."),
                              name, at == nullptr ? "" : fmt::format(" in {}", at->shown_path))}
          .hint("name columns with a lookup, and at the end the column that is meant")
          .at(expectation.place);
    way.push_back({name, column->lookup->table, column->lookup->id});
    at = filling(column->lookup->table);
  }
  const std::string_view last = expectation.by.empty() ? std::string_view() : expectation.by.back();
  const DatasetColumn* meant = at == nullptr || last.empty() ? nullptr : at->find_column(last);
  if (meant != nullptr && meant->encrypt)
    throw Error{ExitCode::usage, fmt::format("'by' ends at '{}', which is encrypted", last)}
        .hint("choose a column that stays clear")
        .at(expectation.place);
  return way;
}

namespace {
/// Puts datasets behind those that they depend on.
class Ordering {
 public:
  explicit Ordering(std::vector<Dataset> datasets) : datasets_(std::move(datasets)) {}

  std::vector<Dataset> run() {
    for (const Dataset& dataset : datasets_) visit(dataset);
    std::vector<Dataset> ordered;
    for (const Dataset* dataset : done_) ordered.push_back(*dataset);
    return ordered;
  }

 private:
  void visit(const Dataset& dataset) {
    if (std::find(done_.begin(), done_.end(), &dataset) != done_.end()) return;
    open_.push_back(dataset.name);
    for (std::size_t i = 0; i < dataset.depends_on.size(); ++i) visit(wanted(dataset, i));
    open_.pop_back();
    done_.push_back(&dataset);
  }

  const Dataset& wanted(const Dataset& dataset, std::size_t index) const {
    const std::string& name = dataset.depends_on[index];
    const auto found = std::find_if(datasets_.begin(), datasets_.end(),
                                    [&](const Dataset& other) { return other.name == name; });
    if (found == datasets_.end())
      throw Error{ExitCode::usage,
                  fmt::format("'{}' depends on '{}', which does not exist", dataset.name, name)}
          .hint(suggest(name, names_of(datasets_)))
          .at(dataset.depends_on_places[index]);
    if (const auto start = std::find(open_.begin(), open_.end(), name); start != open_.end())
      throw Error{ExitCode::usage, "the datasets wait for each other"}
          .because(fmt::format("{} → {}", fmt::join(start, open_.end(), " → "), name))
          .hint("take one out of 'depends_on'")
          .at(dataset.depends_on_places[index]);
    return *found;
  }

  std::vector<Dataset> datasets_;
  std::vector<std::string> open_{};
  std::vector<const Dataset*> done_{};
};
}  // namespace

static bool waits_for(const DatasetFolder& folder, const Dataset& dataset, std::string_view other) {
  return std::any_of(dataset.depends_on.begin(), dataset.depends_on.end(), [&](const std::string& name) {
    return name == other || waits_for(folder, *folder.find(name), other);
  });
}

static void check_lookups(const DatasetFolder& folder) {
  for (const Dataset& dataset : folder.datasets)
    for (const DatasetColumn& column : dataset.columns) {
      if (!column.lookup) continue;
      const Dataset* other = folder.filling(column.lookup->table);
      if (other == nullptr || other == &dataset || waits_for(folder, dataset, other->name)) continue;
      throw Error{ExitCode::usage,
                  fmt::format("'{}' looks up rows that dataset '{}' makes, and does not wait for it",
                              column.name, other->name)}
          .hint(fmt::format("add 'depends_on: [{}]'", other->name))
          .at(column.lookup->place);
    }
}

static std::vector<fs::path> files_in(const fs::path& folder, const fs::path& root) {
  std::error_code problem;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    const fs::path& path = entry.path();
    if ((path.extension() == ".yml" || path.extension() == ".yaml") && path.filename() != auth_users_file)
      files.push_back(path);
  }
  if (problem)
    throw Error{ExitCode::usage,
                fmt::format("cannot read the datasets' folder '{}'", display_path(folder, root))}
        .because(problem.message())
        .hint("name the folder in the pipeline file: 'seeds: { folder: PATH }'");
  std::sort(files.begin(), files.end());
  return files;
}

DatasetFolder read_datasets(const fs::path& folder, const fs::path& root) {
  std::vector<Dataset> datasets;
  for (const fs::path& path : files_in(folder, root)) {
    const YamlFile file{display_path(path, root), read_file(path, ExitCode::usage)};
    datasets.push_back(DatasetReader{file, path, root}.read());
  }
  DatasetFolder result{folder, display_path(folder, root), Ordering{std::move(datasets)}.run()};
  check_lookups(result);
  for (const Dataset& dataset : result.datasets)
    for (const Expectation& expectation : dataset.expect) result.way_of(dataset, expectation);
  return result;
}

}  // namespace runner
