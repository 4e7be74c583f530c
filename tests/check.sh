#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every test of `make check`, one step after the other, and adds up. A step is a command whose last line is
# 'N passed, M failed', or Check's closing line; a step that says neither, passes nothing or exits non-zero has failed.
# From the environment: BUILD (where `make` put things), CC, CXX, NM. CHECK_STEPS narrows the steps by name.
set -u
cd "$(dirname "$0")/.." || exit 1
export BUILD="${BUILD:-build}" CC="${CC:-cc}" CXX="${CXX:-c++}" NM="${NM:-nm}"

log=$BUILD/check.log
results=$BUILD/unit.xml # of each unit test
total=0
failures=0
rm -f "$results"

# "passed failed" from the closing line of the log; nothing when there is none.
closing() {
  tail -n 1 "$log" | sed -n 's/^\([0-9][0-9]*\) passed, \([0-9][0-9]*\) failed$/\1 \2/p'
  sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\)$/\1 \2 \3/p' "$log" | tail -n 1 |
    { read -r checks bad errors && echo "$((checks - bad - errors)) $((bad + errors))"; }
}

step() {
  name=$1
  shift
  case " ${CHECK_STEPS:-$name} " in *" $name "*) ;; *) return ;; esac
  "$@" >"$log" 2>&1
  status=$?
  # shellcheck disable=SC2046 # two words on purpose
  set -- $(closing)
  passed=${1:-0}
  failed=${2:-0}
  if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ] || [ "$passed" -eq 0 ]; then
    failed=$((failed + 1))
  fi
  total=$((total + passed))
  failures=$((failures + failed))
  if [ "$failed" -eq 0 ]; then
    printf 'ok    %-8s %s passed\n' "$name" "$passed"
    grep '^note: ' "$log"
  else
    printf 'FAIL  %-8s %s passed, %s failed, exit status %s:\n' "$name" "$passed" "$failed" "$status"
    sed 's/^/      /' "$log"
  fi
}

# Check ends a test after 4 s, which a loaded machine may take for nothing.
step unit env CK_DEFAULT_TIMEOUT="${CK_DEFAULT_TIMEOUT:-60}" CK_XML_LOG_FILE_NAME="$results" "$BUILD/unit"
step ledger env UNIT_LOG="$results" tests/check_ledger.sh
step contract env UNIT_LOG="$results" tests/check_contract.sh
step headers tests/check_headers.sh
step rules tests/check_rules.sh
step embed tests/check_embed.sh
step layers tests/check_layers.sh
step symbols tests/check_symbols.sh
step cli tests/cli/run.sh
step fuzz "$BUILD/fuzz_stream"
step readme tests/check_readme.sh

echo "$total passed, $failures failed"
[ "$failures" -eq 0 ] && [ "$total" -gt 0 ]
