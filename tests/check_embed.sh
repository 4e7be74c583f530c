#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# examples/embed.c, linked with libdaemonset-core.a and libc alone, runs, updates every node, and keeps nothing of a plan
# that it has released: with these settings glibc and macOS overwrite memory that is given back.
set -u
want='3 of 3 nodes run the current template; the conditions are still []'
if output=$(MALLOC_PERTURB_=165 MallocScribble=1 "$BUILD/embed") && [ "$(echo "$output" | tail -n 1)" = "$want" ]; then
  echo '1 passed, 0 failed'
else
  echo "FAIL: $BUILD/embed: $output"
  echo '0 passed, 1 failed'
  exit 1
fi
