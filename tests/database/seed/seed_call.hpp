#pragma once

#include "runner/core/stop_signal.hpp"
#include "runner/crypto/aes_gcm.hpp"
#include "runner/crypto/encryption_key.hpp"
#include "runner/seed/dataset_folder.hpp"
#include "stages/seed/seeding.hpp"
#include "tests/support/project_folder.hpp"
#include "tests/support/test_server.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace runner {

inline EncryptionKey test_key() {
  return EncryptionKey::parse(Secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="), "a test");
}

/// Datasets of a folder, loaded into a database of its own.
struct SeedCall {
  testing::ProjectFolder folder{};
  TestDatabase database{};
  Session session = database.session();
  QuietReporter reporter{};
  BatchEncryptor encryptor{test_key()};
  std::size_t limit = 100;
  StopSignal stop{};

  /// Tables that most of the tests are about.
  SeedCall& tables() {
    return sql(
        "CREATE TABLE clients (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,"
        " npwp varchar(20) NOT NULL UNIQUE);"
        "CREATE TABLE bills (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " client_id bigint REFERENCES clients, number varchar(8) UNIQUE,"
        " amount numeric(10, 2) NOT NULL CONSTRAINT positive CHECK (amount > 0), kind smallint)");
  }
  SeedCall& sql(const std::string& text) {
    session.query(text, "prepare a test");
    return *this;
  }
  SeedCall& dataset(const std::string& name, std::string_view yaml, std::string_view csv) {
    folder.write(name + ".yml", "version: 1\ntable: public." + name + "\nsource: { file: " + name +
                                    ".csv }\n" + std::string(yaml));
    folder.write(name + ".csv", csv);
    return *this;
  }
  SeedCall& clients(std::string_view csv, std::string_view more = "") {
    return dataset("clients", std::string(more) + "key: [npwp]\ncolumns:\n  name: name\n  npwp: npwp\n", csv);
  }
  SeedCall& bills(std::string_view csv, std::string_view more = "") {
    return dataset("bills",
                   std::string(more) +
                       "key: [number]\ncolumns:\n"
                       "  client_id: { from: npwp, lookup: { table: clients, key: npwp } }\n"
                       "  number: number\n  amount: amount\n  kind: kind\n",
                   csv);
  }

  DatasetFolder datasets() const { return read_datasets(folder.path(), folder.path()); }
  Outcome load(const std::vector<std::string>& names = {"all"}) {
    const DatasetFolder all = datasets();
    return load_datasets(session, all.chosen(names), &encryptor, limit, reporter, {}, stop);
  }
  /// "clients.csv:2:3: message" of each finding.
  std::vector<std::string> findings(const std::vector<std::string>& names = {"all"}) {
    std::vector<std::string> texts;
    for (const Finding& finding : load(names).findings)
      texts.push_back(finding.place.str() + ": " + finding.message);
    return texts;
  }
  /// All rows of a query, cells joined by '|'.
  std::string rows(const std::string& query) {
    std::string text;
    for (const auto& row : session.query(query, "look what is there").rows)
      for (std::size_t i = 0; i < row.size(); ++i)
        text += row[i].value_or("NULL") + (i + 1 < row.size() ? "|" : "\n");
    return text;
  }
};

}  // namespace runner
