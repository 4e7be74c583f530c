#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every rule that README.md, a public header or the library cites, in comments and in output, has a line in RULES.md.
# "A2 to A4" and "A2–A4" stand for each rule from A2 to A4.
# The last line is 'N passed, M failed', N of rules.
set -u
cd "$(dirname "$0")/.." || exit 1

{
  sed -n 's/^| \([A-J][0-9][^|]*\) |.*/line \1/p' RULES.md
  sed 's/^/cite /' README.md include/daemonset.h include/daemonset/*.h lib/*.[ch]
} | awk '
  # Each rule of the text, ranges written out, into found[].
  function rules_of(text,    word, count, i, from, first, letter, number) {
    split("", found)
    gsub(/–/, " to ", text)
    gsub(/[^A-Za-z0-9]+/, " ", text)
    count = split(text, word, " ")
    for (i = 1; i <= count; i++) {
      if (word[i] !~ /^[A-J][1-9][0-9]?$/) continue
      letter = substr(word[i], 1, 1)
      number = substr(word[i], 2) + 0
      first = number
      if (i > 2 && word[i - 1] == "to" && word[i - 2] ~ ("^" letter "[0-9][0-9]?$")) first = substr(word[i - 2], 2) + 0
      for (from = first; from <= number; from++) found[letter from]
    }
  }

  {
    rules_of(substr($0, 6))
    for (rule in found) {
      if ($1 == "line") stands[rule]
      else cited[rule]
    }
  }

  END {
    for (rule in cited) {
      if (rule in stands) passed++
      else { print "FAIL: RULES.md has no line for " rule; failed++ }
    }
    printf "%d passed, %d failed\n", passed, failed
    exit failed > 0 || passed == 0
  }
'
