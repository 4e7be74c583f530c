#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Holds tests/host_contract.tsv to its word. A row fails when a column is missing, it is listed twice, no sentence of
# include/daemonset/host.h begins so, one of its tests does not exist, did not run or did not pass, or it stands for
# nothing without saying why. A sentence fails when no row begins it; so does the whole when 10 rows or more stand for
# nothing. The results of the unit tests are those of tests/unit_results.sh.
# The last line is 'N passed, M failed', N of sentences and rows.
set -u
cd "$(dirname "$0")/.." || exit 1
contract=${CONTRACT:-tests/host_contract.tsv}
header=${HEADER:-include/daemonset/host.h}

{
  tests/unit_results.sh | sed 's/^/result /'
  awk -f tests/sentences.awk "$header" | sed 's/^/sentence /'
  sed 's/^/row /' "$contract"
} | awk -F '\t' '
  function fail(text) { print "FAIL: " text; bad = 1 }

  function count_up() {
    if (bad) failed++
    else passed++
    bad = 0
  }

  function look_at(test) {
    if (!(test in result)) fail("there is no test " test ", or it did not run")
    else if (result[test] != "success") fail("test " test ": " result[test])
  }

  /^result / { split($0, word, " "); result[word[2]] = word[3]; next }
  /^sentence / { sentence[++sentences] = substr($0, 10); next }
  { $0 = substr($0, 5) }
  /^#/ { next }
  !header { header = 1; if ($0 != "sentence\ttests") { fail("not the header: " $0); count_up() } next }
  {
    if (NF != 2 || $1 == "" || $2 == "") fail("not two columns: " $0)
    if ($1 in row) fail("listed twice: " $1)
    row[$1]
    rows++
    stands = 0
    for (i = 1; i <= sentences; i++) if (index(sentence[i], $1) == 1) stands = found[i] = 1
    if (!stands) fail("no sentence begins so: " $1)
    if ($2 ~ /^n\/a: ./) nothing++
    else {
      count = split($2, test, " ")
      for (i = 1; i <= count; i++) look_at(test[i])
    }
    count_up()
  }

  END {
    for (i = 1; i <= sentences; i++) {
      if (!(i in found)) fail("no row for: " sentence[i])
      count_up()
    }
    if (nothing >= 10) { fail(nothing " rows stand for nothing"); count_up() }
    printf "note: contract: %d rows for %d sentences, %d of them n/a\n", rows, sentences, nothing
    printf "%d passed, %d failed\n", passed, failed
    exit failed > 0 || passed == 0 || sentences == 0
  }
'
