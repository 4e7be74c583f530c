#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Each public header, included alone and twice, is a whole C11 and C++17 program without a warning.
# CXX_REQUIRED=1: the lack of a C++ compiler is a failure (a machine with a C compiler alone cannot do this part).
set -u
passed=0
failed=0
warnings='-Wall -Wextra -Wpedantic -Werror'

compiles() { # language-standard header command...
  what="$2 as $1"
  header=$2
  shift 2
  if printf '#include "%s"\n#include "%s"\nint main(void) { return 0; }\n' "$header" "$header" | "$@" -Iinclude $warnings \
      -fsyntax-only -; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAIL: $what"
  fi
}

headers=$(cd include && ls daemonset.h daemonset/*.h)
for header in $headers; do
  compiles C11 "$header" $CC -std=c11 -Wstrict-prototypes -x c
done
if echo 'int main() { return 0; }' | $CXX -std=c++17 -x c++ -fsyntax-only - 2>/dev/null; then
  for header in $headers; do
    compiles C++17 "$header" $CXX -std=c++17 -x c++
  done
elif [ "${CXX_REQUIRED:-0}" = 1 ]; then
  failed=$((failed + 1))
  echo "FAIL: no C++ compiler: $CXX"
else
  echo "note: no C++ compiler ($CXX): the headers were not checked as C++17"
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
