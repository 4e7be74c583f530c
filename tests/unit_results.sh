#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What became of each unit test, as lines 'suite/test result': "success" when all of its runs were. From Check's XML log
# UNIT_LOG; without that variable the unit tests are run here.
set -u
cd "$(dirname "$0")/.." || exit 1
BUILD=${BUILD:-build}
log=${UNIT_LOG:-$BUILD/results.xml}

[ -n "${UNIT_LOG:-}" ] || rm -f "$log"
[ -s "$log" ] || CK_XML_LOG_FILE_NAME=$log "$BUILD/unit" >/dev/null
[ -s "$log" ] || {
  echo "FAIL: the unit tests leave no log in $log" >&2
  exit 1
}

awk '
  function value(line) { gsub(/^ *<[^>]*>|<\/[^>]*> *$/, "", line); return line }
  /<title>/ { suite = value($0) }
  /<test result=/ { split($0, part, "\""); outcome = part[2] }
  /<id>/ {
    test = suite "/" value($0)
    if (!(test in result) || result[test] == "success") result[test] = outcome
  }
  END { for (test in result) print test, result[test] }
' "$log"
