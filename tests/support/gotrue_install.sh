#!/bin/sh
# gotrue_install.sh TO: Supabase Auth itself (GoTrue), built from its Go module to TO/auth, once. Exits with 77,
# "skipped", where Go is missing or too old, where nobody serves the module, or where it does not build.
set -eu

to=$1 module=github.com/supabase/auth
# v2.189.0, the last one that `go install` takes: later ones replace a module by a folder of their own. The tag's name
# will not do: it wants a /v2 in the module's path.
commit=4fa66ba71d8c55b5c95cd5635766ed8bbae6d96a

skip() {
  echo "skipped: $*"
  exit 77
}
# Go's own words, the last line of them that is a sentence.
reason() { grep -v '^[[:space:]]*$' "$to/log" | tail -n 1 | sed 's/^[[:space:]]*//'; }

command -v go >/dev/null || skip "Go is not installed"
mkdir -p "$to"
if [ -x "$to/auth" ] && [ "$(cat "$to/commit" 2>/dev/null)" = "$commit" ]; then exit 0; fi
rm -f "$to/auth" "$to/commit"

# No other Go is fetched for it. Asking comes first, and quickly, because building takes minutes.
export GOTOOLCHAIN=local GOBIN="$to"
cd "$to"
timeout 60 go list -m "$module@$commit" >"$to/log" 2>&1 || skip "Go cannot get $module: $(reason)"
timeout 840 go install "$module@$commit" >"$to/log" 2>&1 || skip "$module does not build: $(reason)"
echo "$commit" >"$to/commit"
