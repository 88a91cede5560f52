#include "runner/migration/history.hpp"

#include "runner/core/error.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace runner {

TEST(HistoryTable, IsReadAsSqlWouldReadIt) {
  struct Row {
    std::string text, schema, table;
  };
  for (const Row& row :
       std::vector<Row>{{"supabase_migrations.schema_migrations", "supabase_migrations", "schema_migrations"},
                        {" public.Migrations ", "public", "migrations"},
                        {"\"odd.schema\".\"My \"\"table\"\"\"", "odd.schema", "My \"table\""},
                        {"_a1$.b2", "_a1$", "b2"}}) {
    const HistoryTable table = HistoryTable::parse(row.text);
    EXPECT_EQ(table.schema, row.schema) << row.text;
    EXPECT_EQ(table.table, row.table) << row.text;
  }
}

TEST(HistoryTable, IsShownAsItCouldBeWritten) {
  for (const std::string text : {"supabase_migrations.schema_migrations",
                                 "\"odd.schema\".\"My \"\"table\"\"\"", "_a1$.\"2b\"", "\"Public\".b"})
    EXPECT_EQ(HistoryTable::parse(text).shown(), text);
  EXPECT_EQ(HistoryTable::parse("Public.B").shown(), "public.b");
}

TEST(HistoryTable, RefusesWhatIsNoNameOfATable) {
  for (const std::string text : {"", "schema_migrations", "a.b.c", "a.", ".b", "a b.c", "1a.b", "\"a.b",
                                 "\"\".b", "a.b; DROP TABLE x", "a . b"}) {
    try {
      HistoryTable::parse(text);
      ADD_FAILURE() << "accepted: " << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
    }
  }
  EXPECT_THROW(HistoryTable::parse("a." + std::string(64, 'x')), Error);
}

}  // namespace runner
