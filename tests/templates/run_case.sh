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
[ "$(node -p 'Number(process.versions.node.split(".")[0]) >= 20')" = true ] || skip "Node.js is older than 20"

# The tools lie beside what they were installed from, so that a new version is noticed.
tools=$folder/tools
if [ "$case" = install ]; then
  mkdir -p "$tools"
  if [ -d "$tools/node_modules" ] && cmp -s "$here/package-lock.json" "$tools/package-lock.json"; then exit 0; fi
  rm -rf "$tools/node_modules"
  cp -- "$here/package.json" "$here/package-lock.json" "$tools"
  npm ci --prefix "$tools" --prefer-offline --ignore-scripts --no-audit --no-fund --fetch-retries=1 --fetch-timeout=30000 || {
    rm -rf "$tools/package-lock.json"
    skip "npm could not install gitlab-ci-local; is there a network?"
  }
  exit 0
fi
[ -d "$tools/node_modules/gitlab-ci-local" ] || skip "gitlab-ci-local is not installed; the test templates.install says why"
exec node "$here/cases.mjs" "$case" "$runner" "$tools" "$folder/cache"
