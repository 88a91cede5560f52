#include "tests/database/migration/catalogue_pairs.hpp"

#include "runner/migration/catalogue.hpp"
#include "runner/postgres/server_binaries.hpp"
#include "runner/process/child.hpp"
#include "tests/support/test_server.hpp"

#include <sstream>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

/// The catalogue as PostgreSQL's own tools write it and as we do, of one database whose pairs run one after
/// another: what one of them leaves is the start of the next.
class CataloguePairsTest : public testing::Test {
 protected:
  struct State {
    std::string dump{};
    Catalogue catalogue{};
  };

  std::string output_of(const std::string& tool, std::vector<std::string> arguments) {
    Command command{.program = find_server_binaries().folder / tool, .environment = minimal_environment()};
    const DatabaseUrl url = database_.admin_url();
    for (const char* keyword : {"host", "port", "user"})
      arguments.push_back(std::string("--") + (std::string_view(keyword) == "user" ? "username" : keyword) +
                          "=" + url.get(keyword));
    command.arguments = std::move(arguments);
    command.output_limit_bytes = std::size_t{64} << 20;
    const ChildResult result = run_child(command);
    if (!result.succeeded()) throw std::runtime_error(tool + ": " + result.errors);
    return result.output;
  }
  /// Without the key that pg_dump makes up for each run.
  static std::string without_backslash_lines(const std::string& text) {
    std::string kept;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      if (!line.starts_with("\\restrict") && !line.starts_with("\\unrestrict")) kept += line + '\n';
    return kept;
  }
  State state() {
    std::string dump = output_of("pg_dump", {"--schema-only", "--create", database_.name()});
    if (with_roles_) dump += output_of("pg_dumpall", {"--globals-only", "--no-role-passwords"});
    return {.dump = without_backslash_lines(dump), .catalogue = snapshot(session_)};
  }
  static std::string read_aloud(const std::vector<CatalogueDifference>& differences) {
    std::string text;
    for (const CatalogueDifference& one : differences) text += (text.empty() ? "" : "; ") + one.text();
    return text;
  }
  void run(std::string_view sql) {
    const StatementResult result = session_.execute(sql);
    if (result.error) ADD_FAILURE() << result.error->message << "\n" << sql;
  }
  void check(std::span<const CataloguePair> all);

  bool with_roles_ = false;  ///< pg_dumpall takes its time
  TestDatabase database_;
  Session session_ = database_.admin();
};

void CataloguePairsTest::check(std::span<const CataloguePair> all) {
  std::vector<CataloguePair> pairs(all.begin(), all.end());
  const int major = session_.server_version() / 10000;
  std::erase_if(pairs, [major](const CataloguePair& pair) { return major < pair.since_major; });
  for (const CataloguePair& pair : pairs)
    if (!pair.before.empty()) run(pair.before);
  State before = state();
  for (const CataloguePair& pair : pairs) {
    SCOPED_TRACE(pair.name);
    run(pair.up);
    const State up = state();
    EXPECT_NE(read_aloud(compare(before.catalogue, up.catalogue)), "");
    EXPECT_EQ(before.dump == up.dump, pair.dump_blind_to_up);
    run(pair.down);
    State down = state();
    EXPECT_EQ(read_aloud(compare(before.catalogue, down.catalogue)), pair.differs);
    EXPECT_EQ(before.dump == down.dump, pair.differs.empty() || pair.dump_blind_to_down)
        << "pg_dump sees it otherwise";
    before = std::move(down);
  }
}

TEST_F(CataloguePairsTest, OnTablesAgreeWithPgDump) {
  check(pairs_on_tables);
}

TEST_F(CataloguePairsTest, OnCodeAgreeWithPgDump) {
  check(pairs_on_code);
}

TEST_F(CataloguePairsTest, OnAccessAgreeWithPgDump) {
  with_roles_ = true;
  check(pairs_on_access);
}

TEST_F(CataloguePairsTest, ComparisonIsSymmetric) {
  const Catalogue before = snapshot(session_);
  run("CREATE TABLE one (a int); COMMENT ON SCHEMA public IS NULL");
  const Catalogue after = snapshot(session_);
  EXPECT_EQ(read_aloud(compare(before, after)),
            "comment on schema public: missing; table public.one: left over");
  EXPECT_EQ(read_aloud(compare(after, before)),
            "comment on schema public: left over; table public.one: missing");
}

}  // namespace runner
