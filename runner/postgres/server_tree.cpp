#include "runner/postgres/server_tree.hpp"

#include "runner/core/error.hpp"
#include "runner/core/file.hpp"
#include "runner/core/text.hpp"
#include "runner/crypto/sha256.hpp"
#include "runner/postgres/stand_ins.hpp"
#include "runner/process/child.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace runner {

namespace fs = std::filesystem;

/// Debian's and Red Hat's packages, and a plain prefix; as `postgres` itself finds them, beside itself, so
/// that an installation may lie anywhere. What does not fit fails the trial start, and the installation's own
/// program is used.
std::optional<InstallationFolders> installation_folders(const ServerBinaries& binaries) {
  std::error_code failure;
  fs::path bin = fs::canonical(binaries.folder / "postgres", failure).parent_path();
  if (failure) bin = binaries.folder;
  const fs::path prefix = bin.parent_path();
  std::vector<fs::path> shares;
  if (prefix.parent_path().filename() == "postgresql" &&
      prefix.parent_path().parent_path().filename() == "lib")
    shares.push_back(prefix.parent_path().parent_path().parent_path() / "share/postgresql" /
                     prefix.filename());
  shares.insert(shares.end(), {prefix / "share/postgresql", prefix / "share"});
  for (const fs::path& share : shares)
    for (const fs::path& library : {prefix / "lib/postgresql", prefix / "lib"})
      if (fs::exists(share / "extension/plpgsql.control") && fs::exists(library / "plpgsql.so"))
        return InstallationFolders{bin, share, library};
  return std::nullopt;
}

static std::string stamp_of(const fs::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return "none";
  return fmt::format("{} {} {}.{}", path.string(), info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

/// Places that may hold the tree. Only the control files and the program are ours, some 10 MB.
static std::vector<fs::path> tree_places() {
  std::vector<fs::path> places;
  if (const char* folder = std::getenv("TMPDIR"); folder != nullptr && *folder == '/')
    places.emplace_back(folder);
  places.insert(places.end(), {"/tmp", "/var/tmp"});
  return places;
}

/// Nobody else may be able to put a program into our tree.
static bool is_ours(const fs::path& folder) {
  struct stat info {};
  return ::lstat(folder.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == ::geteuid() &&
         (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static bool may_be_trusted(std::string_view extension) {
  static constexpr std::array<std::string_view, 8> untrusted{
      "plpython3u", "plpython2u", "plpythonu", "plperlu", "pltclu", "plsh", "pllua", "pljava"};
  return std::ranges::find(untrusted, extension) == untrusted.end();
}

static void link_all(const fs::path& from, const fs::path& to, std::string_view except) {
  fs::create_directories(to);
  for (const fs::directory_entry& entry : fs::directory_iterator(from))
    if (entry.path().filename() != except) fs::create_symlink(entry.path(), to / entry.path().filename());
}

/// The program that pgsodium and supabase_vault ask for the server's key when they are loaded. Servers of
/// ours keep no secrets: they all have the same key, so that prepared data stays readable.
static constexpr std::string_view key_program = "pgsodium_getkey";

static void write_key_program(const fs::path& path) {
  write_file(path, fmt::format("#!/bin/sh\necho {}\n", sha256("no secret")));
  fs::permissions(path, fs::perms(0755));
}

static void fill_extensions(const fs::path& from, const fs::path& to) {
  fs::create_directories(to);
  write_key_program(to / key_program);
  for (const fs::directory_entry& entry : fs::directory_iterator(from)) {
    if (entry.path().filename() == key_program) continue;
    const fs::path copy = to / entry.path().filename();
    // "postgis--3.3.2.control" only changes settings of one version; trust is the main file's.
    const bool main_control =
        entry.path().extension() == ".control" && entry.path().string().find("--") == std::string::npos;
    if (!main_control || !may_be_trusted(entry.path().stem().string())) {
      fs::create_symlink(fs::canonical(entry.path()), copy);
      continue;
    }
    // The last setting of a name wins.
    write_file(copy, read_file(entry.path()) + "\nsuperuser = true\ntrusted = true\n");
  }
}

static void make_tree(const InstallationFolders& layout, const fs::path& tree, bool with_stand_ins) {
  const auto inside = [&](const fs::path& path) { return tree / path.relative_path(); };
  fs::create_directories(inside(layout.bin));
  fs::copy_file(layout.bin / "postgres", inside(layout.bin) / "postgres");
  const fs::path libraries = layout.library.parent_path();
  fs::create_directories(inside(libraries));
  // A bundle for any machine has the libraries that its server needs beside those that the server loads.
  if (libraries.filename() == "lib" && libraries.parent_path() != "/usr")
    link_all(libraries, inside(libraries), layout.library.filename().string());
  fs::create_directory_symlink(layout.library, inside(layout.library));
  link_all(layout.share, inside(layout.share), "extension");
  const fs::path extensions = inside(layout.share) / "extension";
  fill_extensions(layout.share / "extension", extensions);
  if (with_stand_ins) add_stand_ins(extensions);
}

/// Fails where the folder is mounted without execution.
static bool starts(const fs::path& program) {
  try {
    return run_child({.program = program.string(),
                      .arguments = {"--version"},
                      .environment = minimal_environment({"LD_LIBRARY_PATH"}),
                      .deadline = std::chrono::seconds(30)})
        .succeeded();
  } catch (const Error& error) {
    if (error.code() != ExitCode::environment) throw;
    return false;
  }
}

static std::optional<fs::path> program_in(const fs::path& place, const InstallationFolders& layout,
                                          const std::string& key, bool with_stand_ins) {
  const fs::path ours = place / fmt::format("runner-servers-{}", ::geteuid());
  if (::mkdir(ours.c_str(), 0755) != 0 && !is_ours(ours)) return std::nullopt;
  const fs::path tree = ours / key;
  const fs::path program = tree / layout.bin.relative_path() / "postgres";
  if (fs::exists(program)) return program;
  std::error_code failure;
  std::string pattern = (ours / ".new-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) return std::nullopt;
  const fs::path fresh = pattern;
  bool good = false;
  try {
    make_tree(layout, fresh, with_stand_ins);
    ::chmod(fresh.c_str(), 0755);
    good = starts(fresh / layout.bin.relative_path() / "postgres");
  } catch (const fs::filesystem_error&) {
    good = false;  // no space, no rights: the next place
  } catch (const Error& error) {
    if (error.code() != ExitCode::environment) throw;
  }
  if (good) fs::rename(fresh, tree, failure);  // somebody else may have been faster
  if (!good || failure) fs::remove_all(fresh, failure);
  return fs::exists(program) ? std::optional(program) : std::nullopt;
}

fs::path trusting_server(const ServerBinaries& binaries) {
  const fs::path own = binaries.folder / "postgres";
  const std::optional<InstallationFolders> layout = installation_folders(binaries);
  if (!layout) return own;
  const std::string key = fmt::format(
      "{}-{}", binaries.version,
      sha256(fmt::format("2\n{}\n{}\n{}\n{}", stamp_of(own), stamp_of(layout->share / "extension"),
                         stamp_of(layout->library), binaries.stand_ins ? stand_ins_digest() : "none"))
          .substr(0, 16));
  for (const fs::path& place : tree_places())
    if (const std::optional<fs::path> program = program_in(place, *layout, key, binaries.stand_ins))
      return *program;
  return own;
}

}  // namespace runner
