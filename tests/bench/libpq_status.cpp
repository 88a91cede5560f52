// The yardstick of `runner status`: connects, reads the history, lists the folder, prints both.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <libpq-fe.h>

int main() {
  PGconn* connection = PQconnectdb(std::getenv("DATABASE_URL"));
  PGresult* rows =
      PQexec(connection, "SELECT version, name FROM supabase_migrations.schema_migrations ORDER BY version");
  if (PQresultStatus(rows) != PGRES_TUPLES_OK) {
    std::fputs(PQerrorMessage(connection), stderr);
    return 1;
  }
  for (int row = 0; row < PQntuples(rows); ++row)
    std::printf("%s_%s\n", PQgetvalue(rows, row, 0), PQgetvalue(rows, row, 1));
  PQclear(rows);
  PQfinish(connection);
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator("migrations"))
    if (entry.is_regular_file()) files.push_back(entry.path().filename().string());
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) std::puts(file.c_str());
  return 0;
}
