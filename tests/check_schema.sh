#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The tables in lib/ are what tests/schema makes of Kubernetes' types; a hand that touched them, or a version that moved
# without `make schema`, shows here. Needs Go. The last line is 'N passed, M failed', of files.
set -u
cd "$(dirname "$0")/.." || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

make -s schema SCHEMA_OUT="$work" || exit 1
for file in schema_types.h schema_table.c; do
  if diff -u "lib/$file" "$work/$file"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAIL: lib/$file is not what tests/schema makes; run make schema"
  fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
