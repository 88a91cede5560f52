#include "runner/migration/migration.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/text.hpp"
#include "runner/migration/remedy.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <system_error>
#include <tuple>
#include <utility>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;
using Kind = FolderProblem::Kind;

static constexpr std::string_view rollback_end = ".rollback.sql";

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// True for what is shown as it is.
static bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

static std::string as_shown(std::string text) {
  if (is_plain(text)) return text;
  text = clean_text(text);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == '\n' || c == '\t'; }, '?');
  return text;
}

namespace {

struct Entry {
  enum class Type { file, folder, broken_link, other };
  std::string name{};
  Type type = Type::other;
};

/// A folder with what is needed to speak about its files.
struct Folder {
  fs::path path{};
  std::string shown{};

  std::string shown_file(std::string_view name) const { return as_shown(file(name)); }
  /// As a command needs it: every byte as it is.
  std::string file(std::string_view name) const {
    std::string whole;
    whole.reserve(shown.size() + 1 + name.size());
    if (shown != ".") (whole += shown) += '/';
    return whole += name;
  }
};

}  // namespace

/// Asks what the listing already told before it asks the system: with thousands of files that counts.
static Entry::Type type_of(const Folder& folder, const dirent& entry) {
  if (entry.d_type == DT_REG) return Entry::Type::file;
  if (entry.d_type == DT_DIR) return Entry::Type::folder;
  std::error_code problem;
  const fs::path path = folder.path / entry.d_name;
  if (fs::is_regular_file(path, problem)) return Entry::Type::file;
  if (fs::is_directory(path, problem)) return Entry::Type::folder;
  return fs::is_symlink(path, problem) ? Entry::Type::broken_link : Entry::Type::other;
}

static std::string path_of(const Folder& folder, const Entry& entry) {
  return folder.path.native() + "/" + entry.name;
}

static std::string base_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

static std::vector<Entry> list(const Folder& folder, std::string_view what) {
  std::vector<Entry> entries;
  errno = 0;
  if (DIR* const listing = ::opendir(folder.path.c_str()); listing != nullptr) {
    for (errno = 0; const dirent* entry = ::readdir(listing); errno = 0)
      if (const std::string_view name = entry->d_name; name != "." && name != "..")
        entries.push_back({std::string(name), type_of(folder, *entry)});
    const int problem = errno;
    ::closedir(listing);
    errno = problem;
  }
  if (errno != 0)
    throw Error{ExitCode::environment, fmt::format("cannot list the {} folder '{}'", what, folder.shown)}
        .because(std::strerror(errno))
        .hint("check the permissions of the folder and of the folders above it");
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

static std::string lower(std::string_view text) {
  std::string low(text);
  std::transform(low.begin(), low.end(), low.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return low;
}

/// "123_x.down.sql": the parts before the ending that says it is a way back; nothing for others.
static std::optional<MigrationFileName> as_rollback(std::string_view file_name) {
  for (const std::string_view end : {rollback_end, std::string_view(".down.sql"),
                                     std::string_view(".revert.sql"), std::string_view(".undo.sql")})
    if (file_name.ends_with(end)) return parse_label(file_name.substr(0, file_name.size() - end.size()));
  return std::nullopt;
}

/// What a migration's file should have been called: "20260101-Add x.SQL" → "20260101_Add x.sql". Without a
/// version it gets `fresh`.
static std::string proposed_name(std::string_view name, const std::string& fresh) {
  std::string stem(name.substr(0, name.rfind('.')));
  std::replace(stem.begin(), stem.end(), '\n', '_');
  const auto digits =
      static_cast<std::size_t>(std::find_if_not(stem.begin(), stem.end(), is_digit) - stem.begin());
  if (digits == 0) return fresh + "_" + stem + ".sql";
  if (digits == stem.size()) return stem + "_migration.sql";
  if (stem[digits] == '-' || stem[digits] == ' ' || stem[digits] == '.') stem[digits] = '_';
  if (stem[digits] != '_') stem.insert(digits, 1, '_');
  return stem + ".sql";
}

namespace {

/// Reads both folders into a MigrationFolder, in steps that each tell their own problems.
class Reader {
 public:
  Reader(Folder migrations, Folder rollbacks)
      : migrations_(std::move(migrations)), rollbacks_(std::move(rollbacks)) {
    found_.shown_path = migrations_.shown;
    found_.shown_rollbacks = rollbacks_.shown;
  }

  MigrationFolder read() {
    const std::vector<Entry> entries = list(migrations_, "migrations");
    const std::vector<Entry> ways_back = rollback_entries();
    found_.migrations.reserve(entries.size());
    for (const Entry& entry : entries) add_entry(entry);
    sort();
    for (const Entry& entry : unmatched_) add_unmatched(entry);
    for (const Entry& entry : backwards_) add_backward(entry);
    add_rollbacks(ways_back);
    tell_duplicates();
    tell_order();
    return std::move(found_);
  }

 private:
  void tell(Kind kind, const Folder& folder, std::string_view file, std::string version, std::string message,
            std::string remedy) {
    found_.problems.push_back(
        {kind, folder.shown_file(file), std::move(version), std::move(message), std::move(remedy)});
  }

  std::vector<Entry> rollback_entries() const {
    std::error_code ignored;
    if (!fs::is_directory(rollbacks_.path, ignored)) return {};
    return list(rollbacks_, "rollbacks");
  }

  void add_entry(const Entry& entry) {
    const auto name = parse_file_name(entry.name);
    if (entry.type == Entry::Type::folder && !name) return;  // subfolders are nobody's migrations
    if (!name)
      unmatched_.push_back(entry);
    else if (entry.type != Entry::Type::file)
      add_not_a_file(migrations_, entry, name->version);
    else if (as_rollback(entry.name))
      backwards_.push_back(entry);
    else if (name->version.size() > max_version_digits)
      tell(Kind::long_version, migrations_, entry.name, name->version,
           fmt::format("version has {} digits, more than {}", name->version.size(), max_version_digits),
           move_command(migrations_.file(entry.name),
                        migrations_.file(name->version.substr(0, 14) + "_" + name->name + ".sql")));
    else
      add_migration(entry, *name);
  }

  void add_unmatched(const Entry& entry) {
    if (!lower(entry.name).ends_with(".sql"))
      tell(Kind::ignored_file, migrations_, entry.name, "",
           "is skipped: not a migration, its name does not end in .sql", "");
    else
      tell(Kind::bad_name, migrations_, entry.name, "",
           "is skipped and will never be applied: its name does not match <version>_<name>.sql",
           move_command(migrations_.file(entry.name),
                        migrations_.file(proposed_name(entry.name, next_version(newest_)))));
  }

  void add_not_a_file(const Folder& folder, const Entry& entry, const std::string& version) {
    const bool link = entry.type == Entry::Type::broken_link;
    tell(Kind::not_a_file, folder, entry.name, version,
         link                                ? "is a symbolic link that leads nowhere"
         : entry.type == Entry::Type::folder ? "is a folder, but is named like a migration"
                                             : "is not a regular file, but is named like a migration",
         link ? fmt::format("let it point to the file, or remove it: rm {}",
                            shell_word(folder.file(entry.name)))
              : fmt::format("rename it, or remove it: rm -r {}", shell_word(folder.file(entry.name))));
  }

  void add_migration(const Entry& entry, const MigrationFileName& name) {
    Migration migration{name.version, as_shown(name.name), path_of(migrations_, entry),
                        migrations_.shown_file(entry.name), std::nullopt};
    if (!is_plain(entry.name) && find_invalid_utf8(entry.name))
      tell(Kind::undecodable_name, migrations_, entry.name, name.version,
           "has a name that is not UTF-8, which the history cannot hold",
           move_command(migrations_.file(entry.name), migrations_.file(ascii_name(entry.name))));
    else if (name.name.empty())
      tell(Kind::empty_name, migrations_, entry.name, name.version, "has no name after its version",
           move_command(migrations_.file(entry.name), migrations_.file(name.version + "_migration.sql")));
    found_.migrations.push_back(std::move(migration));
  }

  static std::string ascii_name(std::string_view name) {
    std::string ascii(name);
    std::replace_if(
        ascii.begin(), ascii.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '_');
    return ascii;
  }

  void sort() {
    // Entries come by file name, which is the order among equal versions.
    const auto by_version = [](const Migration& a, const Migration& b) { return a.version < b.version; };
    if (!std::is_sorted(found_.migrations.begin(), found_.migrations.end(), by_version))
      std::stable_sort(found_.migrations.begin(), found_.migrations.end(), by_version);
    if (!found_.migrations.empty()) newest_ = found_.migrations.back().version;
  }

  std::pair<std::size_t, std::size_t> with_version(const std::string& version) const {
    const auto range =
        std::equal_range(found_.migrations.begin(), found_.migrations.end(), version,
                         [](const auto& a, const auto& b) { return version_of(a) < version_of(b); });
    return {static_cast<std::size_t>(range.first - found_.migrations.begin()),
            static_cast<std::size_t>(range.second - found_.migrations.begin())};
  }
  static const std::string& version_of(const Migration& migration) { return migration.version; }
  static const std::string& version_of(const std::string& version) { return version; }

  /// The name that a rollback with this version should have: the migration's, where there is just one.
  std::string rollback_name(const MigrationFileName& parts) const {
    const auto [first, last] = with_version(parts.version);
    const std::string label =
        last - first == 1 ? found_.migrations[first].label() : parts.version + "_" + parts.name;
    return label + std::string(rollback_end);
  }

  void add_backward(const Entry& entry) {
    const MigrationFileName parts = *as_rollback(entry.name);
    tell(Kind::rollback_as_migration, migrations_, entry.name, parts.version,
         "is a rollback among the migrations: Supabase's CLI would apply it as a migration",
         fmt::format("mkdir -p {} && {}", shell_word(rollbacks_.shown),
                     move_command(migrations_.file(entry.name), rollbacks_.file(rollback_name(parts)))));
  }

  void add_rollbacks(const std::vector<Entry>& entries) {
    for (const Entry& entry : entries) {
      if (entry.type == Entry::Type::folder) continue;
      if (!lower(entry.name).ends_with(".sql"))
        tell(Kind::ignored_file, rollbacks_, entry.name, "",
             "is skipped: not a rollback, its name does not end in .sql", "");
      else
        add_rollback(entry);
    }
  }

  void add_rollback(const Entry& entry) {
    auto parts = as_rollback(entry.name);
    const bool well_formed = parts && entry.name.ends_with(rollback_end);
    if (!parts) parts = parse_file_name(entry.name);
    if (!parts) {
      tell(Kind::misnamed_rollback, rollbacks_, entry.name, "",
           "will never be used: its name does not match <version>_<name>.rollback.sql",
           fmt::format("give it its migration's name, ended by {}", rollback_end));
      return;
    }
    if (entry.type != Entry::Type::file) return add_not_a_file(rollbacks_, entry, "");
    const auto [first, last] = with_version(parts->version);
    for (std::size_t i = first; well_formed && i < last; ++i)
      if (found_.migrations[i].label() == parts->version + "_" + parts->name) return attach(i, entry);
    if (first == last)
      tell(Kind::orphaned_rollback, rollbacks_, entry.name, parts->version,
           fmt::format("no migration has version {}", parts->version),
           fmt::format("restore its migration, or remove it: git rm {}",
                       shell_word(rollbacks_.file(entry.name))));
    else
      tell(Kind::misnamed_rollback, rollbacks_, entry.name, parts->version,
           fmt::format("will never be used: the rollback of {} is called {}",
                       found_.migrations[first].label(), rollback_name(*parts)),
           move_command(rollbacks_.file(entry.name), rollbacks_.file(rollback_name(*parts))));
  }

  void attach(std::size_t index, const Entry& entry) {
    found_.migrations[index].rollback = path_of(rollbacks_, entry);
  }

  void tell_duplicates() {
    std::string fresh = newest_;
    for (std::size_t first = 0, last = 0; first < found_.migrations.size(); first = last) {
      const Migration& one = found_.migrations[first];
      for (last = first + 1;
           last < found_.migrations.size() && found_.migrations[last].version == one.version;)
        ++last;
      for (std::size_t i = first + 1; i < last; ++i) {
        const Migration& other = found_.migrations[i];
        fresh = next_version(fresh);
        tell(Kind::duplicate_version, migrations_, other.file_name(), one.version,
             fmt::format("has version {}, as {} has", one.version, one.shown_path), rename_to(other, fresh));
      }
    }
  }

  std::string rename_to(const Migration& migration, const std::string& version) const {
    std::string commands = move_command(migrations_.file(migration.file_name()),
                                        migrations_.file(version + "_" + migration.name + ".sql"));
    if (migration.rollback)
      commands +=
          "\n" + move_command(rollbacks_.file(base_name(*migration.rollback)),
                              rollbacks_.file(version + "_" + migration.name + std::string(rollback_end)));
    return commands;
  }

  /// Told once: with the first pair that shows it.
  void tell_order() {
    const auto significant = [](const std::string& version) {
      return std::string_view(version).substr(std::min(version.find_first_not_of('0'), version.size()));
    };
    for (std::size_t i = 1; i < found_.migrations.size(); ++i) {
      const std::string& before = found_.migrations[i - 1].version;
      const std::string& after = found_.migrations[i].version;
      const std::string_view a = significant(before);
      const std::string_view b = significant(after);
      if (before == after || std::tuple(a.size(), a) < std::tuple(b.size(), b)) continue;
      tell(Kind::version_order, migrations_, found_.migrations[i].file_name(), after,
           fmt::format("runs after version {}, because versions are compared as strings", before),
           "write versions with the same number of digits, such as the 14 of a timestamp");
      return;
    }
  }

  Folder migrations_;
  Folder rollbacks_;
  MigrationFolder found_{};
  std::vector<Entry> unmatched_{};  ///< told when the newest version is known, because remedies name the next
  std::vector<Entry> backwards_{};
  std::string newest_{};
};

}  // namespace

MigrationFolder read_folder(const fs::path& migrations, const fs::path& rollbacks, const fs::path& root) {
  const Folder forward{migrations, display_path(migrations, root)};
  const Folder backward{rollbacks, display_path(rollbacks, root)};
  std::error_code problem;
  const fs::file_status status = fs::status(migrations, problem);
  if (status.type() == fs::file_type::not_found)
    throw Error{ExitCode::usage, fmt::format("there is no migrations folder '{}'", forward.shown)}.hint(
        fmt::format("set 'migrations' in the pipeline file, or make it: mkdir -p {}",
                    shell_word(forward.shown)));
  if (problem && status.type() == fs::file_type::none)
    throw Error{ExitCode::environment,
                fmt::format("cannot look at the migrations folder '{}'", forward.shown)}
        .because(problem.message())
        .hint("check the permissions of the folders above it");
  if (status.type() != fs::file_type::directory)
    throw Error{ExitCode::usage, fmt::format("'{}' is not a folder", forward.shown)}.hint(
        "set 'migrations' in the pipeline file to the folder that holds the migrations");
  if (fs::equivalent(migrations, rollbacks, problem))
    throw Error{ExitCode::usage,
                fmt::format("migrations and rollbacks are the same folder '{}'", forward.shown)}
        .hint(
            "set 'rollbacks' in the pipeline file to another folder: Supabase's CLI would apply rollbacks "
            "that lie among the migrations");
  return Reader(forward, backward).read();
}

void find_unreadable(MigrationFolder& folder) {
  const auto check = [&](const std::string& path, const std::string& shown, const std::string& version) {
    if (::faccessat(AT_FDCWD, path.c_str(), R_OK, AT_EACCESS) != 0 && errno == EACCES)
      folder.problems.push_back({Kind::unreadable, shown, version, "cannot be read: permission denied",
                                 fmt::format("chmod a+r {}", shell_word(shown))});
  };
  const std::string rollbacks = folder.shown_rollbacks == "." ? "" : folder.shown_rollbacks + "/";
  for (const Migration& migration : folder.migrations) {
    check(migration.path, migration.shown_path, migration.version);
    if (migration.rollback)
      check(*migration.rollback, rollbacks + base_name(*migration.rollback), migration.version);
  }
}

}  // namespace runner
