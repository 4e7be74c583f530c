#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# examples/embed.c and examples/host.c, linked with libdaemonset-core.a and libc alone, run; embed.c updates every node and
# keeps nothing of a plan that it has released: with these settings glibc and macOS overwrite memory that is given back.
# host.c is as short as its chapter in examples/README.md promises, and that quotes what it prints.
set -u
export MALLOC_PERTURB_=165 MallocScribble=1
passed=0
failed=0
ok() { # what, status
  if [ "$2" -eq 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAIL: $1"
  fi
}
want='3 of 3 nodes run the current template; the conditions are still []'
output=$("$BUILD/embed") && [ "$(echo "$output" | tail -n 1)" = "$want" ]
ok "$BUILD/embed: $output" $?
output=$("$BUILD/host") && [ -n "$output" ]
ok "$BUILD/host: $output" $?
[ "$(wc -l <examples/host.c)" -le 150 ]
ok 'examples/host.c has more than 150 lines' $?
last=$(echo "$output" | tail -n 1)
grep -q -F "$last" examples/README.md
ok "examples/README.md does not show: $last" $?
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
