#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# examples/embed.c, linked with libdaemonset-core.a and libc alone, runs and says something.
set -u
if output=$("$BUILD/embed") && [ -n "$output" ]; then
  echo '1 passed, 0 failed'
else
  echo "FAIL: $BUILD/embed: $output"
  echo '0 passed, 1 failed'
  exit 1
fi
