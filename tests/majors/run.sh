#!/bin/sh
# run.sh SERVERS MAJOR TEST_BINARY: all tests of a binary on a server of that major. Exits with 77, "skipped", where
# install.sh could not get one.
set -eu

RUNNER_PG_BIN=$1/$2/bin
export RUNNER_PG_BIN
[ -x "$RUNNER_PG_BIN/postgres" ] || {
  echo "skipped: no server of PostgreSQL $2"
  exit 77
}
left_out=
leave_out() { left_out=$left_out:$1; }
# What is compared with it, or copied by it.
[ -x "$RUNNER_PG_BIN/pg_dump" ] ||
  leave_out 'CataloguePairsTest.*AgreeWithPgDump:SchemaCopy.*:Shadows.*Cop*:RemoteShadow.TakesThePrelude*'
# Before 15 only superusers set parameters that no module has defined.
[ "$2" -ge 15 ] || leave_out SupabasePrelude.TheOwnerSetsRolesAndSettingsButBecomesNoSuperuser
exec "$3" --gtest_brief=1 --gtest_filter="-${left_out#:}"
