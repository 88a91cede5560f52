#include "runner/sql/losses.hpp"

#include <gtest/gtest.h>

namespace runner {

/// "drop table app.t", "update t: t AS x WHERE a > 1", …
static std::string shown(std::string_view sql) {
  static constexpr std::string_view kinds[] = {"drop table", "drop column", "retype", "drop schema",
                                               "drop type",  "truncate",    "delete", "update"};
  std::string text;
  for (const Loss& loss : losses_of(sql)) {
    if (!text.empty()) text += "; ";
    text += kinds[static_cast<std::size_t>(loss.kind)];
    text += " " + (loss.schema.empty() ? "" : loss.schema + ".") + loss.name;
    if (!loss.column.empty()) text += "." + loss.column;
    if (!loss.rows.empty()) text += ": " + loss.rows;
  }
  return text;
}

struct LossExample {
  std::string_view sql;
  std::string_view expected;
};

TEST(Losses, AreReadFromTheStatement) {
  static constexpr LossExample examples[] = {
      {"DROP TABLE IF EXISTS app.a, \"B\" CASCADE", "drop table app.a; drop table B"},
      {"DROP VIEW v", ""},
      {"DROP INDEX i", ""},
      {"DROP SCHEMA app", ""},
      {"DROP SCHEMA app, other CASCADE", "drop schema app; drop schema other"},
      {"DROP TYPE app.mood CASCADE", "drop type app.mood"},
      {"DROP TYPE app.mood", ""},
      {"ALTER TABLE a DROP COLUMN x, DROP IF EXISTS y, ADD z int", "drop column a.x; drop column a.y"},
      {"ALTER TABLE a ALTER x TYPE int USING x::int", "retype a.x"},
      {"ALTER TABLE a DROP CONSTRAINT c", ""},
      {"TRUNCATE a, app.b", "truncate a; truncate app.b"},
      {"DELETE FROM a", "delete a:  a "},
      {"DELETE FROM ONLY app.a AS x WHERE x.n > (SELECT 1 FROM b WHERE true) RETURNING n",
       "delete app.a:  ONLY app.a AS x  WHERE x.n > (SELECT 1 FROM b WHERE true) "},
      {"DELETE FROM a USING b WHERE a.n = b.n", "delete a"},
      {"UPDATE a SET n = (SELECT 1 FROM b), m = 2 WHERE n IS NULL", "update a:  a  WHERE n IS NULL"},
      {"UPDATE a SET n = b.n FROM b WHERE a.id = b.id", "update a"},
      {"WITH gone AS (DELETE FROM a RETURNING *) INSERT INTO b SELECT * FROM gone", "delete a"},
      {"INSERT INTO a VALUES (1) ON CONFLICT (n) DO UPDATE SET n = 2", "update a"},
      {"INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING", ""},
      {"MERGE INTO a USING b ON a.n = b.n WHEN MATCHED THEN DELETE", "update a"},
      {"SELECT 1", ""},
      {"this is no SQL", ""},
  };
  for (const LossExample& example : examples) EXPECT_EQ(shown(example.sql), example.expected) << example.sql;
}

TEST(Losses, KnowWhatChangesTheMeaningOfNames) {
  EXPECT_TRUE(sets_search_path("SET LOCAL search_path TO app, public"));
  EXPECT_TRUE(sets_search_path("set search_path = ''"));
  EXPECT_FALSE(sets_search_path("SET lock_timeout = 1"));
}

}  // namespace runner
