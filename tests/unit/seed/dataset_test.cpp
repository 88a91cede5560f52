#include "seed_project.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

using Texts = std::vector<std::string>;

static std::string yaml_of(const std::string& name, std::string_view more = "") {
  return "version: 1\ntable: public." + name + "\nsource: { file: " + name + ".csv }\ncolumns: { a: a }\n" +
         std::string(more);
}

static Texts names_of(const std::vector<const Dataset*>& datasets) {
  Texts names;
  for (const Dataset* dataset : datasets) names.push_back(dataset->name);
  return names;
}

static Error failure_of(const testing::SeedProject& project) {
  try {
    project.read();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    return error;
  }
  ADD_FAILURE() << "accepted";
  return Error{ExitCode::passed, ""};
}

TEST(Datasets, AreLoadedBehindWhatTheyDependOn) {
  testing::SeedProject project;
  project.dataset("a", yaml_of("a", "depends_on: [c, b]\n"), "a\n")
      .dataset("b", yaml_of("b", "depends_on: d\n"), "a\n")
      .dataset("c", yaml_of("c"), "a\n")
      .dataset("d", yaml_of("d"), "a\n");
  project.folder.write("auth_users.yml", "users: []\n").write("notes.txt", "no dataset\n");
  const DatasetFolder folder = project.read();
  EXPECT_EQ(names_of(folder.chosen(Texts{"all"})), (Texts{"c", "d", "b", "a"}));
  EXPECT_EQ(names_of(folder.chosen(Texts{"a", "d"})), (Texts{"d", "a"}));
}

TEST(Datasets, ThatDoNotExistAreToldWithTheNearest) {
  testing::SeedProject project;
  project.dataset("clients", yaml_of("clients"), "a\n");
  const DatasetFolder folder = project.read();
  try {
    folder.chosen(Texts{"client"});
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.advice(), "did you mean 'clients'?");
  }
}

TEST(Datasets, ThatWaitForEachOtherAreRefused) {
  testing::SeedProject project;
  project.dataset("a", yaml_of("a", "depends_on: [b]\n"), "a\n")
      .dataset("b", yaml_of("b", "depends_on: [c]\n"), "a\n")
      .dataset("c", yaml_of("c", "depends_on: [a]\n"), "a\n");
  const Error error = failure_of(project);
  EXPECT_EQ(error.message(), "the datasets wait for each other");
  EXPECT_EQ(error.reason(), "a → b → c → a");
  EXPECT_EQ(error.place().str(), "c.yml:5:14");
}

TEST(Datasets, WaitForThoseThatTheyLookInto) {
  testing::SeedProject project;
  project.dataset("a", yaml_of("a"), "a\n")
      .dataset("b",
               "version: 1\ntable: b\nsource: { file: b.csv }\ncolumns:\n"
               "  a_id: { from: a, lookup: { table: public.a, key: a } }\n",
               "a\n");
  const Error error = failure_of(project);
  EXPECT_EQ(error.place().str(), "b.yml:5:28");
  EXPECT_EQ(error.advice(), "add 'depends_on: [a]'");
}

TEST(Datasets, FindTheWayToAnotherColumn) {
  testing::SeedProject project;
  project.dataset("a", yaml_of("a"), "a\n")
      .dataset("b",
               "version: 1\ntable: b\ndepends_on: [a]\nsource: { file: b.csv }\ncolumns:\n"
               "  a_id: { from: a, lookup: { table: a, key: a, id: nr } }\n"
               "expect:\n  - { column: a_id, covers: [1], by: a_id.kind }\n",
               "a\n");
  const DatasetFolder folder = project.read();
  const Dataset& b = *folder.find("b");
  const std::vector<JoinStep> way = folder.way_of(b, b.expect.front());
  ASSERT_EQ(way.size(), 1U);
  EXPECT_EQ(way[0].column, "a_id");
  EXPECT_EQ(way[0].table.shown(), "public.a");
  EXPECT_EQ(way[0].id, "nr");
}

TEST(Datasets, OfTheExampleAreRead) {
  const DatasetFolder folder = read_datasets(RUNNER_SOURCE_DIR "/pipelines/sira/seeds", RUNNER_SOURCE_DIR);
  EXPECT_EQ(names_of(folder.chosen(Texts{"all"})), (Texts{"clients", "invoices", "payments"}));
  EXPECT_TRUE(folder.find("clients")->is_private("email_pic"));
  EXPECT_FALSE(folder.find("clients")->is_private("npwp"));
}

}  // namespace runner
