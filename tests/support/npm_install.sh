#!/bin/sh
# npm_install.sh FROM TO PACKAGE: what FROM/package-lock.json names, into TO, once. Exits with 77, "skipped", where
# Node.js, npm or a network the first time are missing, which `./runnerw` does not install.
set -eu

from=$1 to=$2 package=$3

skip() {
  echo "skipped: $*"
  exit 77
}

for program in node npm; do
  command -v "$program" >/dev/null || skip "$program is not installed"
done
[ "$(node -p 'Number(process.versions.node.split(".")[0]) >= 20')" = true ] || skip "Node.js is older than 20"

# The tools lie beside what they were installed from, so that a new version is noticed.
mkdir -p "$to"
if [ -d "$to/node_modules" ] && cmp -s "$from/package-lock.json" "$to/package-lock.json"; then exit 0; fi
rm -rf "$to/node_modules"
cp -- "$from/package.json" "$from/package-lock.json" "$to"
npm ci --prefix "$to" --prefer-offline --ignore-scripts --no-audit --no-fund --fetch-retries=1 --fetch-timeout=30000 || {
  rm -rf "$to/package-lock.json"
  skip "npm could not install $package; is there a network?"
}
