#include "stages/crypt/rotate_command.hpp"

#include "runner/cli/database.hpp"
#include "runner/cli/project.hpp"
#include "runner/core/error.hpp"
#include "runner/core/text.hpp"
#include "runner/report/console.hpp"
#include "stages/crypt/rotation.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <ostream>

#include <fmt/format.h>

namespace runner {

static constexpr std::array arguments{CliArgument{.name = "column",
                                                  .help = "table.column or schema.table.column, as in SQL",
                                                  .required = true,
                                                  .repeatable = true}};

static constexpr std::array options{
    CliOption{.name = "from",
              .value = "VARIABLE",
              .help = "environment variable with the old key; default: ENCRYPTION_KEY_OLD"},
    CliOption{.name = "to",
              .value = "VARIABLE",
              .help = "environment variable with the new key; default: ENCRYPTION_KEY"},
    CliOption{.name = "batch", .value = "ROWS", .help = "rows in a transaction; default: 1000"},
    CliOption{.name = "leave-unreadable",
              .help = "leave values that neither key decrypts as they are, instead of changing nothing"},
    pipeline_option,
    variable_option,
};

/// The text is not repeated: somebody may have written the key itself.
static std::string variable_name(const CliArguments& given, std::string_view option,
                                 std::string_view default_name) {
  if (!given.has(option)) return std::string(default_name);
  static constexpr std::string_view letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
  const std::string& name = given.text(option);
  if (name.empty() || name.find_first_not_of(letters) != std::string::npos)
    throw Error{ExitCode::usage, fmt::format("--{} takes the name of an environment variable", option)}.hint(
        "put the key into a variable, never on a command line");
  return name;
}

static std::size_t batch_rows(const CliArguments& given) {
  static constexpr std::size_t most = 100'000;
  if (!given.has("batch")) return 1000;
  const std::string& text = given.text("batch");
  std::size_t rows = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), rows);
  if (problem != std::errc() || end != text.data() + text.size() || rows == 0 || rows > most)
    throw Error{ExitCode::usage, fmt::format("--batch takes a number of rows from 1 to {}", most)};
  return rows;
}

namespace {

/// A call of the command, behind its options.
class Rotate {
 public:
  Rotate(Rotation& rotation, std::vector<EncryptedTable> tables, Reporter& reporter)
      : rotation_(rotation), tables_(std::move(tables)), reporter_(reporter) {}

  void survey(bool leave_unreadable);
  void change();
  void tell(std::ostream& out, std::string_view new_key) const;
  bool proven() const;

 private:
  void change(std::size_t index);

  Rotation& rotation_;
  std::vector<EncryptedTable> tables_;
  Reporter& reporter_;
  std::vector<Survey> before_{};
  std::vector<Survey> after_{};
};

}  // namespace

static std::size_t unreadable_in(const std::vector<Survey>& surveys) {
  std::size_t sum = 0;
  for (const Survey& survey : surveys) sum += survey.unreadable_values();
  return sum;
}

void Rotate::survey(bool leave_unreadable) {
  for (const EncryptedTable& table : tables_) {
    before_.push_back(rotation_.survey(table, fmt::format("look at {}", table.name)));
    for (const std::string& line : before_.back().unreadable) reporter_.warn(line);
  }
  const std::size_t unreadable = unreadable_in(before_);
  if (unreadable > 0 && !leave_unreadable)
    throw Error{ExitCode::failed, fmt::format("{} with neither key; nothing was changed",
                                              unreadable == 1 ? "1 value decrypts"
                                                              : fmt::format("{} values decrypt", unreadable))}
        .hint("look at the rows that are named, or go on without them with --leave-unreadable");
}

/// The application may write with the old key behind a pass: what the proof finds is for the next.
void Rotate::change(std::size_t index) {
  static constexpr int passes = 5;
  const EncryptedTable& table = tables_[index];
  Survey survey = before_[index];
  for (int i = 0; i < passes && survey.old_values() > 0; ++i) {
    const std::size_t rows = rotation_.pass(table, survey.rows);
    survey = rotation_.survey(table, fmt::format("prove {}", table.name));
    if (rows == 0) break;
  }
  after_.push_back(std::move(survey));
  if (after_.back().old_values() > 0)
    throw Error{ExitCode::failed,
                fmt::format("{} of {} {} under the old key", count_of(after_.back().old_values(), "value"),
                            table.name, after_.back().old_values() == 1 ? "stays" : "stay")}
        .because("the application writes with the old key still, or a trigger keeps the rows as they are")
        .hint("give the application the new key, then run this again");
}

void Rotate::change() {
  for (std::size_t i = 0; i < tables_.size(); ++i) change(i);
}

void Rotate::tell(std::ostream& out, std::string_view new_key) const {
  for (std::size_t t = 0; t < tables_.size(); ++t)
    for (std::size_t c = 0; c < tables_[t].columns.size(); ++c) {
      const ValueCounts& before = before_[t].columns[c];
      const ValueCounts& after = after_[t].columns[c];
      out << fmt::format("{}.{}: {} rotated, {} under the new key before, {} NULL; ", tables_[t].name,
                         tables_[t].columns[c].name, count_of(before.old_values, "value"), before.new_values,
                         after.null_values);
      if (after.unreadable == 0)
        out << fmt::format("all {} decrypt with {}\n", after.new_values, new_key);
      else
        out << fmt::format("{} decrypt with {}, {} with neither key\n", after.new_values, new_key,
                           after.unreadable);
    }
}

bool Rotate::proven() const {
  return unreadable_in(after_) == 0;
}

static int run(const CliArguments& given, CliContext& context) {
  refuse_in_merge_request("runner crypt rotate",
                          "run it from the default branch's pipeline, or on your own machine");
  const std::string old_name = variable_name(given, "from", "ENCRYPTION_KEY_OLD");
  const std::string new_name = variable_name(given, "to", "ENCRYPTION_KEY");
  const std::size_t batch = batch_rows(given);
  const EncryptionKey from = EncryptionKey::from_environment(old_name.c_str());
  const EncryptionKey to = EncryptionKey::from_environment(new_name.c_str());
  if (from == to)
    throw Error{ExitCode::usage, fmt::format("{} and {} hold the same key", old_name, new_name)};
  const Pipeline pipeline = load_project_pipeline(find_project(given), context.handlers);
  const StopSignal stop;
  Session session = connect_to_needed_database(pipeline, "runner crypt rotate", false, stop);
  session.query(
      "SET lock_timeout = '1s'; SET statement_timeout = '10min'; SET idle_in_transaction_session_timeout = "
      "'1min'",
      "limit the time of locks");
  const auto reporter = console_reporter(context.log, ConsoleStyle::detect(0));
  Rotation rotation(session, from, to, *reporter, stop);
  rotation.batch_rows = batch;
  Rotate rotate(rotation, find_encrypted_tables(session, given.positional()), *reporter);
  try {
    rotate.survey(given.has("leave-unreadable"));
    rotate.change();
  } catch (Error& error) {
    if (error.code() == ExitCode::interrupted || error.code() == ExitCode::terminated ||
        error.code() == ExitCode::busy)
      error.hint("run the same command again: what is under the new key is skipped");
    throw;
  }
  rotate.tell(context.out, new_name);
  return to_int(rotate.proven() ? ExitCode::passed : ExitCode::failed);
}

const CliCommand crypt_rotate_command{
    .name = "crypt rotate",
    .summary = "Encrypt columns anew with another key, while they are in use",
    .arguments = arguments,
    .options = options,
    .details =
        "Give the application the new key first, beside the old one for reading. Each\n"
        "batch is a short transaction; when it is stopped or killed, run it again. NULL\n"
        "stays NULL. At the end every row has been decrypted with the new key. Triggers\n"
        "see an ordinary UPDATE.\n",
    .run = run,
};

}  // namespace runner
