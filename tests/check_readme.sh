#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Does what README.md tells a reader to do, in a copy of the tree: every ```sh block runs, one after the other, and each
# of its commands must succeed; the first ```c block is compiled as a program against the library, linked and run.
# A block tagged ```sh no-test is left out (for commands that fetch from a network, say).
#
# Three things differ from a reader's shell: `make check` is not started again from within itself, `make install` goes
# to a prefix in the copy, where the commands after it find what was installed, and sudo does nothing.
set -u
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
passed=0
failed=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
copy=$work/copy
export PREFIX="$work/prefix" DEPS=no
[ -f README.md ] || { echo 'FAIL: there is no README.md'; echo '0 passed, 1 failed'; exit 1; }

mkdir "$copy"
# What was built goes along, with its times, so that nothing is built twice; other builds below it stay behind.
for file in * .clang-format; do
  [ "$file" = build ] || cp -Rp "$file" "$copy" || exit 1
done
mkdir "$copy/build"
for file in "$BUILD"/*; do
  [ -d "$file/static" ] || cp -Rp "$file" "$copy/build" || exit 1
done
unset BUILD

# Blocks become block-1.sh, block-2.sh ... and block.c.
awk -v dir="$work" '
  /^```/ && out != "" { close(out); out = ""; next }
  /^```sh *$/ { out = dir "/block-" ++blocks ".sh"; printf "" >out; next }
  /^```c *$/ && !programs++ { out = dir "/block.c"; next }
  /^```/ { out = "/dev/null"; next }
  out != "" { print >out }
' README.md

cat >"$work/prelude.sh" <<'EOT'
make() {
  case " $* " in
    *' check '*) echo '(make check: that is what runs now)' ;;
    *) command make "$@" PREFIX="$PREFIX" ;;
  esac
}
sudo() {
  "$@"
}
export PATH="$PREFIX/bin:$PATH" LD_LIBRARY_PATH="$PREFIX/lib" PKG_CONFIG_PATH="$PREFIX/lib/pkgconfig"
set -eu
EOT

result() { # status name log
  if [ "$1" -eq 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAIL: README.md: $2: exit status $1"
    sed 's/^/  /' "$3"
  fi
}

number=1
while [ -f "$work/block-$number.sh" ]; do
  { cat "$work/prelude.sh"; echo 'set -x'; cat "$work/block-$number.sh"; } >"$work/run.sh"
  (cd "$copy" && sh "$work/run.sh") </dev/null >"$work/log" 2>&1
  result $? "sh block $number" "$work/log"
  number=$((number + 1))
done
[ "$number" -gt 1 ] || { failed=$((failed + 1)); echo 'FAIL: README.md has no sh block'; }

if [ -f "$work/block.c" ]; then
  libs=$("${PKG_CONFIG:-pkg-config}" --libs jansson yaml-0.1)
  # shellcheck disable=SC2086 # words on purpose
  (cd "$copy" && $CC -std=c11 -Wall -Wextra -Werror -Iinclude "$work/block.c" build/libdaemonset.a $libs -o "$work/a.out" &&
    "$work/a.out") </dev/null >"$work/log" 2>&1
  result $? 'the first c block' "$work/log"
else
  failed=$((failed + 1))
  echo 'FAIL: README.md has no c block'
fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
