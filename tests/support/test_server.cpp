#include "tests/support/test_server.hpp"

#include "runner/postgres/cluster.hpp"
#include "runner/postgres/prelude.hpp"

#include <atomic>
#include <cstdlib>
#include <map>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;

TestFolder::TestFolder() {
  std::string name = fs::temp_directory_path() / "runner test.XXXXXX";
  path_ = ::mkdtemp(name.data());
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

fs::path test_cache() {
  if (const char* chosen = std::getenv("RUNNER_TEST_CACHE")) return chosen;
  const fs::path folder = fs::temp_directory_path() / fmt::format("runner-test-cache-{}", ::geteuid());
  fs::create_directories(folder);
  fs::permissions(folder, fs::perms::owner_all);
  return folder;
}

namespace {

/// A shadow serves as server: it ends with the process, however that ends.
class TestServer {
 public:
  explicit TestServer(TestDatabase::Content content)
      : factory_(ShadowFactory::of({.cache = test_cache()}, nullptr, reporter_)) {
    std::vector<ShadowLayer> layers;
    if (content == TestDatabase::Content::supabase) layers.push_back(layer_of(find_prelude("supabase")));
    shadow_ = factory_->make(layers);
    {
      Session session = shadow_->connect_admin();
      // `postgres` is the template of the tests' databases, so nobody may stay connected to it.
      // Before PostgreSQL 15 the schema public does not belong to the database's owner.
      if (session.server_version() < 150000)
        session.query("ALTER SCHEMA public OWNER TO postgres", "hand the schema over");
      session.query("CREATE DATABASE control TEMPLATE postgres", "make the control database");
      address_ = session.url();
    }
    control_ = std::make_unique<Session>(Session::connect(address_.with("dbname", "control"), {}, nullptr));
  }
  void run(const std::string& sql) { control_->query(sql, "prepare a test's database"); }
  Session& control() { return *control_; }
  DatabaseUrl admin_url(const std::string& database) const { return address_.with("dbname", database); }
  DatabaseUrl url(const std::string& database) const {
    return admin_url(database).with("user", shadow_->owner());
  }

 private:
  QuietReporter reporter_;
  std::unique_ptr<ShadowFactory> factory_;
  std::unique_ptr<Shadow> shadow_;
  DatabaseUrl address_;
  std::unique_ptr<Session> control_;
};

TestServer& server_with(TestDatabase::Content content) {
  static std::map<TestDatabase::Content, std::unique_ptr<TestServer>> servers;
  std::unique_ptr<TestServer>& server = servers[content];
  if (!server) server = std::make_unique<TestServer>(content);
  return *server;
}

}  // namespace

TestDatabase::TestDatabase(Content content, const std::string& model) : content_(content) {
  static std::atomic<int> counter{0};
  name_ = fmt::format("test_{}", ++counter);
  TestServer& server = server_with(content);
  server.run(fmt::format("CREATE DATABASE {} TEMPLATE {} OWNER postgres", name_, model));
}

TestDatabase::TestDatabase(Content content) : TestDatabase(content, "postgres") {}

TestDatabase::TestDatabase(CopyOf of) : TestDatabase(of.original.content_, of.original.name_) {}

TestDatabase::~TestDatabase() {
  server_with(content_).control().execute(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", name_));
}

Session TestDatabase::session(const SessionSettings& settings) const {
  return Session::connect(url(), settings, nullptr);
}

Session TestDatabase::admin() const {
  return Session::connect(admin_url(), {}, nullptr);
}

DatabaseUrl TestDatabase::url() const {
  return server_with(content_).url(name_);
}

DatabaseUrl TestDatabase::admin_url() const {
  return server_with(content_).admin_url(name_);
}

}  // namespace runner
