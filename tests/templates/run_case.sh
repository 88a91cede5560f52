#!/bin/sh
# run_case.sh install|CASE RUNNER FOLDER: one test of ci-templates/, for ctest. Exits with 77, "skipped", where something
# is missing that `./runnerw` does not install: Node.js with npm, or a network the first time.
set -eu

here=$(dirname -- "$(readlink -f -- "$0")")
case=$1 runner=$2 folder=$3

skip() {
  echo "skipped: $*"
  exit 77
}

for program in node npm git rsync; do
  command -v "$program" >/dev/null || skip "$program is not installed"
done
tools=$folder/tools
[ "$case" != install ] || exec "$here/../support/npm_install.sh" "$here" "$tools" gitlab-ci-local
[ -d "$tools/node_modules/gitlab-ci-local" ] || skip "gitlab-ci-local is not installed; the test templates.install says why"
exec node "$here/cases.mjs" "$case" "$runner" "$tools" "$folder/cache"
