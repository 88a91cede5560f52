// The schema that editors get must say what the runner says.
#include "runner/cli/schema.hpp"
#include "json_schema.hpp"
#include "runner/core/file.hpp"
#include "runner/pipeline/pipeline.hpp"
#include "runner/seed/dataset_folder.hpp"
#include "stages/auth_users/auth_users_file.hpp"
#include "stages/auth_users/auth_users_keys.hpp"
#include "stages/registry.hpp"
#include "temporary_project.hpp"

#include <filesystem>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace runner {

static const nlohmann::json& schema() {
  static const nlohmann::json parsed = nlohmann::json::parse(pipeline_schema_of(stage_handlers()));
  return parsed;
}

TEST(Schema, AcceptsTheShippedPipelines) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(RUNNER_SOURCE_DIR "/pipelines")) {
    if (entry.path().extension() != ".yml") continue;
    ++files;
    EXPECT_EQ(first_violation(json_of_yaml(read_file(entry.path())), schema()), "") << entry.path();
    EXPECT_NO_THROW(load_pipeline(entry.path(), RUNNER_SOURCE_DIR, Variables{}, stage_handlers()))
        << entry.path();
  }
  EXPECT_GT(files, 0U);
}

struct SchemaCase {
  const char* yaml;
  const char* violation;  ///< "": fine
};

TEST(Schema, AgreesWithTheReader) {
  const SchemaCase cases[] = {
      {"version: 1\nstages: {a: [history]}", ""},
      {"version: 1\nmigrations: 20260101\nstages: {a: [{history: {fail_on: warning, on_failure: continue}}]}",
       ""},
      {"version: 1\ndatabase: {url: '', history: a.b}\nshadow: {prelude: [], superuser: true}\nstages: {a: "
       "[history]}",
       ""},
      {"version: 1\nshadow: {superuser: '${S:-true}'}\nstages: {a: [{history: {fail_on: '${F:-error}'}}]}",
       ""},
      {"version: 1\ntiers: {manual: [a], merge_request: []}\nstages: {a: [history]}", ""},
      {"stages: {a: [history]}", ": required"},
      {"version: 1", ": required"},
      {"version: 2\nstages: {a: [history]}", "/version: anyOf"},
      {"version: '1'\nstages: {a: [history]}", "/version: anyOf"},
      {"version: 1\nstage: {}\nstages: {a: [history]}", "/stage: additionalProperties"},
      {"version: 1\ndatabase: {uri: x}\nstages: {a: [history]}", "/database/uri: additionalProperties"},
      {"version: 1\ndatabase: []\nstages: {a: [history]}", "/database: type"},
      {"version: 1\nmigrations: ''\nstages: {a: [history]}", "/migrations: minLength"},
      {"version: 1\nmigrations: [a]\nstages: {a: [history]}", "/migrations: type"},
      {"version: 1\nshadow: {prelude: supabase}\nstages: {a: [history]}", "/shadow/prelude: type"},
      {"version: 1\nshadow: {superuser: maybe}\nstages: {a: [history]}", "/shadow/superuser: anyOf"},
      {"version: 1\ntiers: {nightly: []}\nstages: {a: [history]}", "/tiers/nightly: additionalProperties"},
      {"version: 1\ntiers: {manual: [a, a]}\nstages: {a: [history]}", "/tiers/manual: uniqueItems"},
      {"version: 1\nstages: {}", "/stages: minProperties"},
      {"version: 1\nstages: {a: []}", "/stages/a: minItems"},
      {"version: 1\nstages: {A: [history]}", "/stages: propertyNames"},
      {"version: 1\nstages: {a: [histroy]}", "/stages/a/0: anyOf"},
      {"version: 1\nstages: {a: [{histroy: {}}]}", "/stages/a/0: anyOf"},
      {"version: 1\nstages: {a: [{history: {fail_one: error}}]}", "/stages/a/0: anyOf"},
      {"version: 1\nstages: {a: [{history: {fail_on: errors}}]}", "/stages/a/0: anyOf"},
      {"version: 1\nstages: {a: [{history: {on_failure: ignore}}]}", "/stages/a/0: anyOf"},
  };
  const TemporaryProject project;
  for (const SchemaCase& c : cases) {
    EXPECT_EQ(first_violation(json_of_yaml(c.yaml), schema()), c.violation) << c.yaml;
    project.write("p.yml", c.yaml);
    const auto load = [&] {
      load_pipeline(project.path() / "p.yml", project.path(), Variables{}, stage_handlers());
    };
    if (*c.violation == '\0')
      EXPECT_NO_THROW(load()) << c.yaml;
    else
      EXPECT_ANY_THROW(load()) << c.yaml;
  }
}

static const nlohmann::json& schema_of_datasets() {
  static const nlohmann::json parsed = nlohmann::json::parse(dataset_schema_text());
  return parsed;
}

TEST(DatasetSchema, AcceptsTheShippedDatasets) {
  const DatasetFolder folder = read_datasets(RUNNER_SOURCE_DIR "/pipelines/sira/seeds", RUNNER_SOURCE_DIR);
  EXPECT_EQ(folder.datasets.size(), 3U);
  for (const Dataset& dataset : folder.datasets)
    EXPECT_EQ(first_violation(
                  json_of_yaml(read_file(std::filesystem::path(RUNNER_SOURCE_DIR) / dataset.shown_path)),
                  schema_of_datasets()),
              "")
        << dataset.shown_path;
}

TEST(DatasetSchema, AgreesWithTheReader) {
  const std::string head = "version: 1\ntable: t\nsource: { file: t.csv }\n";
  const std::pair<std::string, bool> cases[] = {
      {head + "columns: { a: b, c: { from: d, as: number } }", true},
      {head + "columns: { a: { map: { x: y }, else: z } }\nkey: a\ndepends_on: []", false},
      {head, false},
      {head + "columns: {}", false},
      {head + "columns: { a: { form: b } }", false},
      {head + "columns: { a: { required: maybe } }", false},
      {head + "columns: { a: { lookup: { table: t } } }", false},
      {head + "columns: { a: b }\non_conflict: ignore", false},
      {head + "columns: { a: b }\nskip_when: [{ column: a }]", false},
      {head + "columns: { a: b }\nexpect: { column: a }", false},
      {head + "colums: { a: b }", false},
  };
  const TemporaryProject project;
  project.write("seeds/t.csv", "a\n");
  for (const auto& [yaml, valid] : cases) {
    const std::string found = first_violation(json_of_yaml(yaml), schema_of_datasets());
    EXPECT_EQ(found.empty(), valid) << yaml << '\n' << found;
    project.write("seeds/t.yml", yaml);
    const auto read = [&] { read_datasets(project.path() / "seeds", project.path()); };
    if (valid)
      EXPECT_NO_THROW(read()) << yaml;
    else
      EXPECT_ANY_THROW(read()) << yaml;
  }
}

static const nlohmann::json& schema_of_accounts() {
  static const nlohmann::json parsed = nlohmann::json::parse(auth_users_file_schema());
  return parsed;
}

TEST(AuthUsersSchema, AcceptsTheShippedAccounts) {
  EXPECT_EQ(first_violation(json_of_yaml(read_file(RUNNER_SOURCE_DIR "/pipelines/sira/seeds/auth_users.yml")),
                            schema_of_accounts()),
            "");
}

TEST(AuthUsersSchema, AgreesWithTheReader) {
  const std::string link = "link: { table: public.people, email: mail, id: auth_id }\n";
  const std::string user = "users: [{ email: a@b.org, generate_password: true }]";
  const std::pair<std::string, bool> cases[] = {
      {"version: 1\n" + link + user, true},
      {"version: 1\n" + user, true},
      {"version: 1\nusers: [{ email: a@b.org, password_variable: A_B, user_metadata: { a: { b: [1] } } }]",
       true},
      {user, false},
      {"version: 2\n" + user, false},
      {"version: 1\n" + link, false},
      {"version: 1\nusers: []", false},
      {"version: 1\npeople: []\n" + user, false},
      {"version: 1\nlink: { table: people, email: mail }\n" + user, false},
      {"version: 1\nlink: { table: a.b.c, email: mail, id: auth_id }\n" + user, false},
      {"version: 1\nlink: { table: people, email: 'e mail', id: auth_id }\n" + user, false},
      {"version: 1\nusers: [{ generate_password: true }]", false},
      {"version: 1\nusers: [{ email: a@b.org }]", false},
      {"version: 1\nusers: [{ email: a@b.org, generate_password: false }]", false},
      {"version: 1\nusers: [{ email: A@b.org, generate_password: true }]", false},
      {"version: 1\nusers: [{ email: a.b.org, generate_password: true }]", false},
      {"version: 1\nusers: [{ email: a@b.org, password: secret }]", false},
      {"version: 1\nusers: [{ email: a@b.org, password_variable: a-b }]", false},
      {"version: 1\nusers: [{ email: a@b.org, id: 7b1f, generate_password: true }]", false},
      {"version: 1\nusers: [{ email: a@b.org, generate_password: true, app_metadata: [a] }]", false},
  };
  for (const auto& [yaml, valid] : cases) {
    EXPECT_EQ(first_violation(json_of_yaml(yaml), schema_of_accounts()).empty(), valid) << yaml;
    if (valid)
      EXPECT_NO_THROW(parse_auth_users("accounts.yml", yaml)) << yaml;
    else
      EXPECT_ANY_THROW(parse_auth_users("accounts.yml", yaml)) << yaml;
  }
}

TEST(Schema, IsThereForEveryKindOfFileAndNoOther) {
  TemporaryProject project;
  ASSERT_EQ(project.call({"schema", "auth-users"}), 0) << project.log();
  EXPECT_EQ(project.out(), auth_users_file_schema());
  ASSERT_EQ(project.call({"schema", "dataset"}), 0) << project.log();
  EXPECT_EQ(project.out(), dataset_schema_text());
  EXPECT_EQ(project.call({"schema", "auth-user"}), 2);
  EXPECT_NE(project.log().find("did you mean 'auth-users'"), std::string::npos) << project.log();
}

TEST(Schema, DescribesEveryHandlerAndOption) {
  const nlohmann::json& handlers = schema()["definitions"]["step"]["anyOf"][1]["properties"];
  for (const StageHandler* handler : stage_handlers()) {
    const nlohmann::json& described = handlers.at(std::string(handler->name));
    EXPECT_EQ(described["description"], handler->summary);
    EXPECT_TRUE(described["properties"].contains("on_failure"));
    for (const OptionSpec& option : handler->options)
      EXPECT_FALSE(
          described["properties"].at(std::string(option.name))["description"].get<std::string>().empty())
          << option.name;
  }
}

}  // namespace runner
