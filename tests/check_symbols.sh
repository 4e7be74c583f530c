#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the linker sees. 1. No object of the library holds writable data. 2. The core asks libc for a few harmless
# functions and for nothing else: no file, no clock, no thread, no environment. 3. The shared library exports what the
# public headers declare and what lib/daemonset.map lists, no more and no less.
set -u
passed=0
failed=0
if [ "$(uname -s)" = Darwin ]; then
  echo 'note: only ELF symbols are checked'
  passed=1
  echo "$passed passed, 0 failed"
  exit 0
fi
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

verdict() { # what file-that-must-be-empty
  if [ -s "$2" ]; then
    failed=$((failed + 1))
    echo "FAIL: $1:"
    sed 's/^/  /' "$2"
  else
    passed=$((passed + 1))
  fi
}

# 1. Pointer tables that are const stand in .data.rel.ro, which is read-only once the program runs.
$NM -f sysv "$BUILD/libdaemonset.a" >"$work/sysv" || exit 1
awk -F'|' '
  { for (i = 1; i <= NF; i++) gsub(/ /, "", $i) }
  NF >= 7 && $3 ~ /^[BbCDdGgSs]$/ && $7 !~ /^\.data\.rel\.ro/ { print $1 " in " $7 }
' "$work/sysv" >"$work/writable"
verdict 'writable data' "$work/writable"
grep -q '|' "$work/sysv" || { echo 'FAIL: nm lists no symbol'; failed=$((failed + 1)); }

# 2. Names as compilers and libcs decorate them are taken back first: __memcpy_chk is memcpy.
cat >"$work/allowed" <<'EOT'
bsearch
free
malloc
memchr
memcmp
memcpy
memmove
memset
qsort
snprintf
strchr
strcmp
strlen
strncmp
vsnprintf
EOT
$NM "$BUILD/libdaemonset-core.a" >"$work/core" || exit 1
awk 'NF == 3 { print $3 }' "$work/core" | sort -u >"$work/defined"
awk 'NF == 2 && $1 == "U" { print $2 }' "$work/core" | sort -u | comm -23 - "$work/defined" |
  grep -v -E '^(_GLOBAL_OFFSET_TABLE_|__stack_chk_fail(_local)?|__aeabi_.*|__u?(div|mod|divmod)[dt]i[34])$' |
  sed -E -e 's/^__(.*)_chk$/\1/' -e 's/^__isoc(99|23)_//' | sort -u | comm -23 - "$work/allowed" >"$work/foreign"
verdict 'the core needs more than the list in this script' "$work/foreign"

# 3. A declaration may run over several lines: the name is the last word before its parenthesis.
sed 's|^#define.*||' include/daemonset/*.h | tr '\n' ' ' | sed 's/DSET_API/\n/g' | sed '1d; s/(.*//; s/.*[ *]//' |
  sort -u >"$work/declared"
sed -n 's/^ *\(dset_[a-z0-9_]*\);.*/\1/p' lib/daemonset.map | sort -u >"$work/mapped"
$NM -D --defined-only "$BUILD/libdaemonset.so" >"$work/dynamic" || exit 1
awk 'NF == 3 && $2 != "A" { sub(/@.*/, "", $3); print $3 }' "$work/dynamic" | sort -u >"$work/exported"
comm -3 "$work/declared" "$work/mapped" >"$work/difference"
verdict 'declared in include/ (left) but lib/daemonset.map says (right)' "$work/difference"
comm -3 "$work/declared" "$work/exported" >"$work/difference"
verdict 'declared in include/ (left) but exported (right)' "$work/difference"
[ -s "$work/declared" ] || { echo 'FAIL: no declaration found'; failed=$((failed + 1)); }

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
