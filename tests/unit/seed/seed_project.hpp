#pragma once

#include "runner/core/error.hpp"
#include "runner/seed/dataset_folder.hpp"
#include "runner/seed/row_maker.hpp"
#include "tests/support/project_folder.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace runner::testing {

/// A folder of datasets whose CSV files lie beside them.
struct SeedProject {
  ProjectFolder folder{};

  SeedProject& dataset(const std::string& name, std::string_view yaml, std::string_view csv) {
    folder.write(name + ".yml", yaml);
    folder.write(name + ".csv", csv);
    return *this;
  }
  DatasetFolder read() const { return read_datasets(folder.path(), folder.path()); }
};

/// A dataset of one CSV file with these columns.
inline std::string people_yaml(std::string_view columns, std::string_view more = "") {
  return "version: 1\ntable: public.people\nsource: { file: people.csv }\n" + std::string(more) +
         "columns:\n" + std::string(columns);
}

/// All rows as texts, "NULL" where there is none, and what was found.
struct Made {
  std::vector<std::vector<std::string>> rows{};
  std::vector<std::string> findings{};  ///< "people.csv:2:3: message"
  std::vector<Finding> whole{};
  RowCounts counts{};
};

inline Made make_rows(const Dataset& dataset, std::size_t limit = 100, BatchEncryptor* encryptor = nullptr) {
  Made made;
  RowMaker maker(dataset, encryptor, limit);
  RowBatch batch;
  while (maker.next(batch))
    for (std::size_t row = 0; row < batch.rows(); ++row) {
      std::vector<std::string>& texts = made.rows.emplace_back();
      for (std::size_t slot = 0; slot < batch.slots; ++slot)
        texts.push_back(batch.at(row, slot).is_null() ? "NULL" : std::string(batch.at(row, slot).text()));
    }
  made.whole = maker.findings();
  for (const Finding& finding : made.whole)
    made.findings.push_back(finding.place.str() + ": " + finding.message);
  made.counts = maker.counts();
  return made;
}

inline Made make_people(std::string_view columns, std::string_view csv, std::string_view more = "") {
  SeedProject project;
  project.dataset("people", people_yaml(columns, more), csv);
  const DatasetFolder folder = project.read();
  return make_rows(folder.datasets.front());
}

}  // namespace runner::testing
