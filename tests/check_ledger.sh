#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Holds tests/parity/ledger.tsv to its word. A row fails when a column is missing, its source is unknown, it is listed
# twice, one of its tests does not exist, did not run or did not pass, its parity family does not exist, or it stands
# for nothing without saying why. So does the whole when rows were lost, or 10 rows or more stand for nothing.
# The results of the unit tests are those of tests/unit_results.sh.
# The last line is 'N passed, M failed', N of rows.
set -u
cd "$(dirname "$0")/.." || exit 1
ledger=${LEDGER:-tests/parity/ledger.tsv}
parity=${PARITY:-tests/parity}

# How many rows each source has; one that is lost is noticed.
sources='unit 78 unit-util 4 related 41 integration 12 e2e 11 robustness 6 incident 10'

families=$(sed -n 's/^[[:space:]]*{"\([a-z]*\)", func(.*/\1/p' "$parity"/family.go 2>/dev/null | tr '\n' ' ')
if [ -z "$(find "$parity" -name '*.go' 2>/dev/null)" ]; then
  echo "note: ledger: parity families are not looked at: $parity has no Go files"
  families=any
fi

tests/unit_results.sh | awk -F '\t' -v sources="$sources" -v families="$families" '
  function fail(text) { print "FAIL: " FILENAME ":" FNR ": " text; bad = 1 }

  function look_at(test,    family) {
    if (test ~ /^parity:/) {
      family = substr(test, 8)
      if (families != "any" && index(" " families " ", " " family " ") == 0) fail("there is no family " family)
    } else if (!(test in result)) fail("there is no test " test ", or it did not run")
    else if (result[test] != "success") fail("test " test ": " result[test])
  }

  BEGIN {
    count = split(sources, word, " ")
    for (i = 1; i < count; i += 2) want[word[i]] = word[i + 1]
  }

  FNR == NR { split($0, word, " "); result[word[1]] = word[2]; next }

  /^#/ { next }
  !header { header = 1; if ($0 != "source\tupstream\trules\tours\tnote") { fail("not the header"); failed++ } next }
  {
    bad = 0
    if (NF != 5) fail(NF " columns, not 5")
    for (i = 1; i <= 5; i++) if ($i == "") fail("column " i " is empty")
    if (!($1 in want)) fail("unknown source " $1)
    if (($1, $2) in seen) fail($1 " " $2 " is listed twice")
    seen[$1, $2] = 1
    rows[$1]++
    total++
    if ($4 == "n/a") nothing++
    else {
      count = split($4, ours, " ")
      for (i = 1; i <= count; i++) look_at(ours[i])
    }
    if (bad) failed++
    else passed++
  }

  END {
    for (source in want) if (rows[source] != want[source]) {
      print "FAIL: " rows[source] + 0 " rows of " source ", not " want[source]
      failed++
    }
    if (nothing >= 10) { print "FAIL: " nothing " rows stand for nothing"; failed++ }
    printf "note: ledger: %d of %d rows are n/a\n", nothing, total
    printf "%d passed, %d failed\n", passed, failed
    exit failed > 0 || passed == 0
  }
' - "$ledger"
