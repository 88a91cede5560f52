#include "stages/apply/pending_file.hpp"

#include "runner/core/file.hpp"
#include "runner/core/text.hpp"
#include "runner/crypto/sha256.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace runner {

static std::vector<std::string> whole_texts(const std::vector<Statement>& statements) {
  std::vector<std::string> texts;
  for (const Statement& statement : statements) texts.emplace_back(statement.whole);
  return texts;
}

/// What the file commits by itself would stay while its history row is missing, and nobody could tell where
/// to go on.
static Finding own_transaction(const Statement& statement, const SqlSource& source) {
  Finding finding = finding_at(statement, source, "own-transaction", Severity::error);
  finding.message = "a file with transaction control of its own cannot be applied whole or not at all";
  finding.remedy =
      "Remove BEGIN, COMMIT and ROLLBACK: a migration is one transaction anyway.\n"
      "Or make each part a migration.";
  return finding;
}

static bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() > word.size() && std::isspace(static_cast<unsigned char>(text[word.size()])) != 0 &&
         std::equal(word.begin(), word.end(), text.begin(), [](char one, char other) {
           return one == std::toupper(static_cast<unsigned char>(other));
         });
}

/// COPY to the client has no place to go; and a pipeline of statements could not carry it.
static bool copies_to_client(const Statement& statement) {
  if (!starts_with_word(statement.text, "COPY")) return false;
  std::string upper(statement.text);
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return upper.find("STDOUT") != std::string::npos || upper.find("STDIN") != std::string::npos;
}

static Finding copy_to_client(const Statement& statement, const SqlSource& source) {
  Finding finding = finding_at(statement, source, "copy-to-client", Severity::error);
  finding.message = "COPY … TO STDOUT has nobody to send its data to";
  finding.remedy = "Remove the statement, or copy into a table.";
  return finding;
}

PendingFile::PendingFile(const Migration& file) : migration(file), sql(file.read_sql()), digest(sha256(sql)) {
  if (file.rollback) rollback = read_file(*file.rollback);
  SplitResult split = split_statements(sql);
  if (!split.problems.empty()) {
    problems.push_back(unsplittable(split.problems.front(), source()));
    return;
  }
  statements = std::move(split.statements);
  if (statements.empty()) return;
  shape = transaction_shape(statements, sql);
  const auto controls = std::find_if(statements.begin(), statements.end(), [](const Statement& statement) {
    return statement.kind == StatementKind::begin || statement.kind == StatementKind::commit ||
           statement.kind == StatementKind::rollback;
  });
  if (shape == TransactionShape::as_written) problems.push_back(own_transaction(*controls, source()));
  for (const Statement& statement : statements)
    if (copies_to_client(statement)) problems.push_back(copy_to_client(statement, source()));
}

std::vector<Statement> PendingFile::body() const {
  if (shape != TransactionShape::own_pair) return statements;
  return {statements.begin() + 1, statements.end() - 1};
}

std::string PendingFile::begin() const {
  return shape == TransactionShape::own_pair ? std::string(statements.front().text) : "BEGIN";
}

std::vector<std::string> PendingFile::history_statements() const {
  return whole_texts(statements);
}

std::optional<std::vector<std::string>> PendingFile::rollback_statements() const {
  if (!rollback) return std::nullopt;
  const SplitResult split = split_statements(*rollback);
  // Unreadable now does not mean lost: whoever needs it gets what the file said.
  if (!split.problems.empty()) return std::vector{*rollback};
  return whole_texts(split.statements);
}

}  // namespace runner
