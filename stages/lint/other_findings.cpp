#include "stages/lint/other_findings.hpp"

#include <algorithm>
#include <array>

namespace runner {

static constexpr std::string_view any = "any step that reads SQL";

static constexpr std::array table{
    // files and history
    OtherFinding{"bad-name", "history",
                 "A file's name is none of a migration, or has no name behind its version",
                 "Call it <version>_<name>.sql; 'runner new' does."},
    OtherFinding{"ignored-file", "history", "A file lies in the folder and is no migration",
                 "Move it elsewhere, if it should not be there."},
    OtherFinding{"duplicate-version", "history", "Two files have the same version, and one could be recorded",
                 "Give the newer one a version of its own."},
    OtherFinding{"version-too-long", "history", "A version has more digits than the history's readers take",
                 "Use a timestamp of 14 digits; 'runner new' does."},
    OtherFinding{"version-order", "history",
                 "Versions of different lengths: ordered as text they stand otherwise than as numbers",
                 "Give new files versions of the same length."},
    OtherFinding{"unreadable-file", "history", "A file cannot be read, or is none",
                 "Correct its rights, or remove it."},
    OtherFinding{"out-of-order", "history", "A pending migration is older than one that is applied",
                 "Rename it to a newer version, or allow it by the word out-of-order."},
    OtherFinding{"missing-file", "history", "A version is applied, but no file has it",
                 "Bring the file back from the commit that has it."},
    OtherFinding{"edited-migration", "history",
                 "A file was changed after it was applied: new databases become other than the target is",
                 "Put the file back, and write the change as a new migration."},
    OtherFinding{"renamed-migration", "history", "A version is applied under another name than its file has",
                 "Give the file its old name back."},
    OtherFinding{"rollback-missing", "history",
                 "A migration has no rollback: nobody can take it back at night",
                 "Write the rollback, or have it drafted: runner draft <version>."},
    OtherFinding{"rollback-orphaned", "history", "A rollback has no migration",
                 "Give it its migration's version and name, or remove it."},
    OtherFinding{"rollback-misnamed", "history", "A rollback's name is not that of its migration",
                 "Call it <version>_<name>.rollback.sql, as the migration is called."},
    OtherFinding{"rollback-as-migration", "history", "A rollback lies in the folder of the migrations",
                 "Move it to the folder of the rollbacks."},
    OtherFinding{"empty-file", "history", "A file holds no statement", "Write its SQL, or remove it."},
    OtherFinding{"byte-order-mark", "history",
                 "A file starts with a byte order mark, which not every tool skips",
                 "Save it as UTF-8 without the mark."},
    OtherFinding{"windows-line-ends", "history",
                 "Line ends of Windows become part of function bodies and of texts",
                 "Save the file with line ends of Unix."},
    OtherFinding{"not-utf-8", any, "A file, or its name, is not valid UTF-8", "Save it as UTF-8."},
    OtherFinding{"nul-byte", any, "A file holds a NUL byte, which no SQL text can hold", "Remove the byte."},
    OtherFinding{"psql-command", any, "A line is a command of psql, not SQL",
                 "Remove the line, or write what it does as SQL."},
    OtherFinding{"copy-from-stdin", any, "COPY … FROM STDIN takes its rows from psql, not from SQL",
                 "Write the rows as INSERT, or load them as a dataset."},
    OtherFinding{"unreadable-sql", any, "A quote or a comment is not closed, so the file has no end",
                 "Close it."},
    // executing
    OtherFinding{"sql-refused", "dry-run, round-trip, query, apply, rollback",
                 "PostgreSQL refused a statement",
                 "Read the server's message and its place; SQLSTATE says which kind it is."},
    OtherFinding{
        "own-transaction", "dry-run, apply, rollback",
        "The file's own COMMIT keeps what came before it, whatever fails later; on a target that is refused",
        "Remove BEGIN and COMMIT, or make each part a migration."},
    OtherFinding{"open-transaction", "dry-run",
                 "The file ends within its own transaction: nothing would be kept",
                 "End it with COMMIT, or remove its BEGIN."},
    OtherFinding{"commit-without-begin", "dry-run", "COMMIT or ROLLBACK where no transaction is open",
                 "Remove the statement."},
    OtherFinding{"not-atomic", "dry-run",
                 "One statement is not allowed in a transaction, so all of the file's run one by one",
                 "Give that statement a migration of its own."},
    OtherFinding{"copy-to-client", "apply", "COPY … TO STDOUT has nobody to send its data to",
                 "Remove the statement, or copy into a table."},
    OtherFinding{
        "stand-in", "dry-run",
        "An extension is missing on this machine: its types and functions are there by name, and do nothing",
        "Install the extension, or name a server that has it: shadow.server."},
    OtherFinding{"not-analysed", "dry-run",
                 "An index by a stand-in's access method: that it exists is all that is tried",
                 "Install the extension, or name a server that has it: shadow.server."},
    OtherFinding{"long-lock", "dry-run",
                 "A statement keeps the application waiting while many rows are read or rewritten",
                 "Follow the finding's own advice; 'Locks, scans and rewrites' has the rules behind it."},
    // the way back
    OtherFinding{
        "rollback-not-inverse", "round-trip",
        "After migration and rollback the schema is not what it was: something is left over, missing or "
        "changed. A different column order alone is an info",
        "Let the rollback take back everything that the migration does."},
    OtherFinding{"rollback-blocked", "round-trip",
                 "The rollback is refused, as by a foreign key from an existing table to a new one",
                 "Let it take back, in reverse order, everything that the migration does."},
    OtherFinding{"reapply-fails", "round-trip", "After its rollback, the migration cannot be applied again",
                 "Let the rollback remove what stands in the way."},
    OtherFinding{"reapply-differs", "round-trip",
                 "Applied again after its rollback, the migration makes something else",
                 "Let the rollback leave what was there before."},
    OtherFinding{
        "fails-on-rows", "round-trip",
        "The migration passes on empty tables and fails on rows: an error where no row could pass, a warning "
        "where it depends on them",
        "Give the column a default, or change the rows first."},
    OtherFinding{
        "rollback-loses-data", "round-trip",
        "Rows or values that were there while the migration was applied are gone after the rollback; they "
        "are counted",
        "Let the rollback keep them in a table of their own, or accept that they go."},
    OtherFinding{"data-not-restored", "round-trip",
                 "The migration changed values, and the rollback does not put them back",
                 "Let the migration keep what it overwrites, and the rollback restore it."},
    OtherFinding{
        "rollback-not-idempotent", "round-trip",
        "The rollback, run a second time, fails or changes more: one that was cut off cannot be run again",
        "Write DROP … IF EXISTS, CREATE … IF NOT EXISTS or CREATE OR REPLACE."},
    OtherFinding{"rollback-data-dependent", "round-trip",
                 "The rollback fails once there are rows that only the new schema allows, or fails or leaves "
                 "something with made-up rows and not without them",
                 "Let it change or remove such rows first, and say so in a comment."},
    OtherFinding{
        "seed-not-loaded", "round-trip",
        "A seed file or dataset does not fit the schema before the migration: that is older, or newer",
        "Nothing, where that is so; else correct the seeds."},
    OtherFinding{"not-filled", "round-trip", "No made-up row fits a table, or only with its triggers off",
                 "Name the project's own rows: 'seeds' of the step."},
    OtherFinding{
        "rollback-differs", "rollback",
        "On a shadow, the rollback leaves another schema than the applied migrations without it make",
        "Correct the rollback file, and use it by 'source: file'."},
    // the target
    OtherFinding{"catalogue-differs", "verify",
                 "The target holds something else than the applied migrations make",
                 "Write what was changed by hand as a migration, or undo it."},
    OtherFinding{"not-verified", "dry-run, verify",
                 "The migrations could not be executed on a shadow, so they were not tried, or not compared",
                 "Make what is missing available to the shadow."},
    OtherFinding{"query-returned-rows", "query, verify", "A query that should return no rows returned some",
                 "Correct what the rows show, or the query."},
    OtherFinding{"not-a-query", "query, verify", "A statement of an assertion is no query",
                 "Write SELECT, VALUES, TABLE or WITH."},
    OtherFinding{"program-failed", "exec", "The program ended with another exit code than 0",
                 "Read what it printed."},
    OtherFinding{"program-timed-out", "exec", "The program ran longer than it may, and was ended",
                 "Make it faster, or allow it more: 'timeout' of the step."},
    // test data
    OtherFinding{"csv-malformed", "seed", "A CSV file's quotes or columns cannot be read",
                 "Correct the line."},
    OtherFinding{"csv-header", "seed", "A CSV file's header lacks a column, or has one that is not used",
                 "Correct the header, or the dataset."},
    OtherFinding{"csv-columns", "seed", "A line has more or fewer fields than the header",
                 "Correct the line."},
    OtherFinding{"missing-value", "seed", "A field is empty where a value is required", "Fill it in."},
    OtherFinding{"unknown-value", "seed", "A field holds none of the values that the dataset maps",
                 "Correct the field, or add the value to 'map'."},
    OtherFinding{"bad-number", "seed", "A field is no number of the wanted kind", "Correct the field."},
    OtherFinding{"bad-date", "seed", "A field is no date of the wanted format",
                 "Correct the field, or 'format'."},
    OtherFinding{"unresolved-key", "seed", "A lookup finds no row",
                 "Load what it refers to, or correct the key."},
    OtherFinding{"duplicate-key", "seed", "Two lines have the same natural key", "Remove one of them."},
    OtherFinding{"already-there", "seed", "A row of this natural key is in the table",
                 "Say what becomes of it: 'on_conflict' of the dataset."},
    OtherFinding{"value-refused", "seed", "A value does not fit its column's type", "Correct the field."},
    OtherFinding{"constraint", "seed", "A row breaks a constraint of its table", "Correct the line."},
    OtherFinding{"insert-refused", "seed", "PostgreSQL refused to insert the rows",
                 "Read the server's message."},
    OtherFinding{"seed-file-refused", "seed", "A statement of an SQL seed file was refused",
                 "Read the server's message and its place."},
    OtherFinding{"class-missing", "seed", "A class that the dataset expects has no rows",
                 "Add rows of it to the CSV file."},
    OtherFinding{"not-encrypted", "seed verify", "A value of an encrypted column does not open with this key",
                 "Find out who wrote it; encrypt it by the application."},
};

std::span<const OtherFinding> other_findings() {
  return table;
}

const OtherFinding* find_other_finding(std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const OtherFinding& finding) { return finding.name == name; });
  return found == table.end() ? nullptr : &*found;
}

}  // namespace runner
