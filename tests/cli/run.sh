#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Uses dset as people and programs do. Takes the program from $BUILD (default build); the last line is
# 'N passed, M failed'. What is shown for the demo stands in plan.txt, plan.json and explain.txt beside this file.
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.." || exit 1
case ${BUILD:-build} in /*) dset=$BUILD/dset ;; *) dset=$PWD/${BUILD:-build}/dset ;; esac
demo=examples/demo
now=2026-03-02T09:00:00Z
unset NO_COLOR
TERM=xterm
export TERM

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
out=$work/out
err=$work/err
passed=0
failed=0

good() { passed=$((passed + 1)); }

bad() { # name why
  failed=$((failed + 1))
  echo "FAIL $1: $2"
  echo "     exit status $status; standard output, standard error:"
  head -n 5 "$out" | sed 's/^/     | /'
  head -n 5 "$err" | sed 's/^/     ! /'
}

# Runs dset with the arguments; standard input is the caller's.
run() {
  "$dset" "$@" >"$out" 2>"$err"
  status=$?
}

# Succeeds with the exit status, prints the text somewhere, and says nothing on standard error.
shows() { # name status text
  if [ "$status" -ne "$2" ]; then bad "$1" "wanted exit status $2"
  elif ! grep -q -F -e "$3" "$out"; then bad "$1" "wanted on standard output: $3"
  elif [ -s "$err" ]; then bad "$1" "wanted nothing on standard error"
  else good; fi
}

# Exits with 2, says the text on standard error and nothing on standard output.
refuses() { # name text
  if [ "$status" -ne 2 ]; then bad "$1" "wanted exit status 2"
  elif [ -s "$out" ]; then bad "$1" "wanted nothing on standard output"
  elif ! grep -q -F -e "$2" "$err"; then bad "$1" "wanted on standard error: $2"
  else good; fi
}

equals() { # name file: standard output is the file
  if [ "$status" -ne 0 ]; then bad "$1" "wanted exit status 0"
  elif ! diff "$2" "$out" >"$work/diff"; then bad "$1" "differs from $2"; sed 's/^/     /' "$work/diff"
  elif [ -s "$err" ]; then bad "$1" "wanted nothing on standard error"
  else good; fi
}

holds() { # name command...
  name=$1
  shift
  if "$@"; then good; else bad "$name" "failed: $*"; fi
}

line() { sed -n "$1p" "$out"; }
lacks() { ! grep -q -F -e "$1" "$2"; }
counts() { [ "$(wc -l <"$out")" -eq "$1" ]; }

# ---- arguments

run --help </dev/null
shows 'help' 0 'usage: dset plan'
run -h </dev/null
shows 'short help' 0 'exit codes: 0 done'
run plan --help </dev/null
shows 'help of a command' 0 'usage: dset plan'
run help plan </dev/null
shows 'help COMMAND' 0 'usage: dset plan'
run help </dev/null
shows 'help alone' 0 'dset help COMMAND'
run help nope </dev/null
refuses 'help on an unknown command' 'there is no help on the unknown command nope'
run --version </dev/null
shows 'version' 0 "dset $(sed -n 's/^VERSION = //p' Makefile) (Kubernetes "
run </dev/null
refuses 'no arguments' 'what to do? plan, explain, simulate, validate or default'
run frobnicate </dev/null
refuses 'unknown command' 'unknown command frobnicate'
holds 'an error on the command line names the help' grep -q 'try: dset --help' "$err"
run plan --frobnicate </dev/null
refuses 'unknown option' 'unknown option --frobnicate'
run plan --batch=yes </dev/null
refuses 'a value for a flag' 'unknown option --batch'
for option in -f --file -o --output --now --burst; do
  run plan "$option" </dev/null
  refuses "no value after $option" "a value is missing after $option"
done
run plan </dev/null
refuses 'no file' 'name at least one file with -f'
run plan -f $demo --now yesterday </dev/null
refuses 'now that is no time' '--now: "yesterday" is not an RFC 3339 time'
run plan -f $demo --now 2026-02-30T00:00:00Z </dev/null
refuses 'now on a day that does not exist' 'is not an RFC 3339 time'
for number in 0 -1 x 1x 4294967296 ''; do
  run plan -f $demo --burst "$number" </dev/null
  refuses "burst '$number'" "--burst needs a number from 1 on, not $number"
done
run plan -f $demo -o xml </dev/null
refuses 'unknown form' '--output is table or json, not xml'

# ---- the demo

run plan -f $demo --now $now </dev/null
equals 'plan as a table' "$here/plan.txt"
cp "$out" "$work/plan.txt"
holds 'no colour in a file' lacks "$(printf '\033')" "$out"
NO_COLOR=1 "$dset" plan -f $demo --now $now >"$out" 2>"$err" </dev/null
status=$?
equals 'NO_COLOR' "$work/plan.txt"
run plan -f $demo --now $now -o json </dev/null
equals 'plan as JSON' "$here/plan.json"
run plan --file=$demo --now=$now --output=json </dev/null
equals 'long options with =' "$here/plan.json"
run explain -f $demo </dev/null
equals 'explain as a table' "$here/explain.txt"
run explain -f $demo -o json </dev/null
shows 'explain as JSON' 0 "{\"file\":\"$demo/daemonset.yaml\",\"index\":0,\"name\":\"logging/log-agent\",\"verdicts\":[{\"node\":"
holds 'one line for one DaemonSet' counts 1
cat $demo/*.yaml | sed 's/^apiVersion: /---\napiVersion: /' >"$work/all.yaml"
run plan -f - --now $now <"$work/all.yaml"
equals 'standard input' "$work/plan.txt"
run plan --now $now $demo/pods.yaml $demo/revisions.yaml -f $demo/nodes.yaml -f $demo/daemonset.yaml </dev/null
equals 'the order of files has no influence' "$work/plan.txt"
run plan -f $demo --now $now --manifests -o json </dev/null
shows 'manifests' 0 '"manifest":{"apiVersion":"v1","kind":"Pod"'
run plan -f $demo --now $now --burst 1 -o json </dev/null
shows 'burst' 0 '"type":"DeletePod"'
holds 'burst 1: one deletion' [ "$(grep -o '"type":"DeletePod"' "$out" | wc -l)" -eq 1 ]

# ---- exit codes

run plan -f $demo --now $now --exit-code </dev/null
shows 'something to do' 1 'DaemonSet logging/log-agent: '
cat >"$work/idle.yaml" <<'END'
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: idle, namespace: default, uid: u, deletionTimestamp: "2026-01-01T00:00:00Z"}
spec: {selector: {matchLabels: {app: idle}}}
---
apiVersion: v1
kind: Node
metadata: {name: idle-node}
END
run plan -f "$work/idle.yaml" --exit-code </dev/null
shows 'nothing to do' 0 'DaemonSet default/idle: 0 actions'
run plan -f $work/missing.yaml --exit-code </dev/null
refuses 'an error is 2 also with --exit-code' 'No such file or directory'

# ---- files and folders

run plan -f "$work/missing.yaml" </dev/null
refuses 'missing file' "dset: $work/missing.yaml: No such file or directory"
ln -s nowhere "$work/dangling.yaml"
run plan -f "$work/dangling.yaml" </dev/null
refuses 'dangling link' "dset: $work/dangling.yaml: No such file or directory"
rm "$work/dangling.yaml"
: >"$work/empty.yaml"
run plan -f "$work/empty.yaml" </dev/null
refuses 'empty file' 'no DaemonSet in the input: 0 nodes, 0 pods, 0 revisions, 0 other objects'
run plan -f - </dev/null
refuses 'empty standard input' 'no DaemonSet in the input'
mkdir -p "$work/tree/deeper/deepest" "$work/other"
run explain -f "$work/other" </dev/null
refuses 'folder without manifests' 'no DaemonSet in the input'
cp $demo/daemonset.yaml "$work/tree/daemonset.yml"
cp $demo/nodes.yaml "$work/tree/deeper/deepest/nodes.yaml"
echo 'not: [a manifest' >"$work/tree/notes.txt"
echo 'not: [a manifest' >"$work/tree/.hidden.yaml"
run explain -f "$work/tree" </dev/null
holds 'folder without -R' grep -q 'runs on 0 of 0 nodes' "$out"
holds 'folder without -R: no nodes' grep -q 'note: there are no nodes in the input' "$err"
run explain -R -f "$work/tree" </dev/null
shows 'folder with -R' 0 "runs on 6 of $(grep -c '^kind: Node' $demo/nodes.yaml) nodes"
run explain -f "$work/tree/" --recursive </dev/null
shows 'folder with --recursive' 0 "runs on 6 of $(grep -c '^kind: Node' $demo/nodes.yaml) nodes"
ln -s nowhere "$work/tree/deeper/link.yaml"
run explain -R -f "$work/tree" </dev/null
refuses 'dangling link in a folder' "dset: $work/tree/deeper/link.yaml: No such file or directory"
printf 'kind: Node\napiVersion: v1\nmetadata:\n  name: [a]\n' >"$work/wrong.yaml"
run plan -f $demo -f "$work/wrong.yaml" </dev/null
refuses 'wrong type' "dset: $work/wrong.yaml:4:3: metadata.name: expected a string, found a list"
printf '{"kind": "Node",\n "metadata": {' >"$work/cut.json"
run plan -f $demo -f "$work/cut.json" </dev/null
refuses 'syntax' "dset: $work/cut.json:2:15: "
printf 'a: \377\n' | "$dset" plan -f - >"$out" 2>"$err"
status=$?
refuses 'not UTF-8' 'dset: -:1:4: the text is not UTF-8'
node() { printf -- '---\napiVersion: v1\nkind: Node\nmetadata: {name: %s}\n' "$1"; }
{ node one; node twin; } >"$work/a.yaml"
{ node two; node three; node twin; } >"$work/b.yaml"
run plan -f $demo/daemonset.yaml -f "$work/a.yaml" -f "$work/b.yaml" </dev/null
refuses 'duplicate node' "$work/b.yaml:"
run explain -f $demo/daemonset.yaml -f "$work/a.yaml" -f "$work/b.yaml" </dev/null
refuses 'duplicate node, explained' "$work/b.yaml:"
holds 'the duplicate is named with its line' grep -q -F -e "$work/b.yaml:9:1: " -e "$work/b.yaml:10:1: " "$err"
holds 'the duplicate is named' grep -q -F '"twin" is there already' "$err"
{ node one; printf -- '---\napiVersion: v1\nkind: Node\nmetadata: {name: ""}\n'; } >"$work/a.yaml"
printf 'apiVersion: v1\nkind: Pod\nmetadata: {labels: {}}\n' >"$work/b.yaml"
for command in plan explain; do
  run $command -f $demo/daemonset.yaml -f "$work/a.yaml" </dev/null
  refuses "$command: a node without a name" "dset: $work/a.yaml:6:1: metadata.name: a node needs a name"
  run $command -f $demo -f "$work/b.yaml" -o json </dev/null
  refuses "$command: a pod without a name" "dset: $work/b.yaml:1:1: metadata.name: a pod needs a name"
done
run plan -f $demo/nodes.yaml -f $demo/pods.yaml </dev/null
refuses 'no DaemonSet' "no DaemonSet in the input: $(grep -c '^kind: Node' $demo/nodes.yaml) nodes, "
printf '# old\napiVersion: extensions/v1beta1\nkind: DaemonSet\nmetadata: {name: old}\n' >"$work/old.yaml"
run plan -f "$work/old.yaml" </dev/null
refuses 'extensions/v1beta1' "$work/old.yaml:1: no DaemonSet of apps/v1 in the input; this one is of extensions/v1beta1"

run plan -f "$work/old.yaml" -f $demo --now $now </dev/null
holds 'extensions/v1beta1 beside another' grep -q 'DaemonSet logging/log-agent: ' "$out"
holds 'extensions/v1beta1 is left out' grep -q "$work/old.yaml:1: note: left out, a DaemonSet of extensions/v1beta1" "$err"
grep -v -e '^  selector:' -e '^    matchLabels:' -e '^      app: log-agent$' $demo/daemonset.yaml >"$work/unselecting.yaml"
run plan -f "$work/unselecting.yaml" -f $demo/nodes.yaml -f $demo/pods.yaml --now $now </dev/null
holds 'no selector' grep -q 'note: spec.selector is missing' "$err"
holds 'no revisions' grep -q 'no ControllerRevisions in the input' "$err"

# ---- several DaemonSets

{ cat "$work/idle.yaml"; echo '---'; sed 's/name: idle/name: second/' "$work/idle.yaml"; } >"$work/two.yaml"
run plan -f "$work/two.yaml" </dev/null
shows 'two DaemonSets: the first' 0 'DaemonSet default/idle: 0 actions'
shows 'two DaemonSets: the second' 0 'DaemonSet default/second: 0 actions'
run plan -f "$work/two.yaml" -o json </dev/null
holds 'two DaemonSets, two lines' counts 2
run explain -f "$work/two.yaml" --batch </dev/null
shows 'explain --batch of files' 0 '"index":2,"name":"default/second","verdicts":[{"node":"idle-node"'
holds 'explain --batch of files: one line each' counts 2
run plan -f "$work/two.yaml" --batch --now $now </dev/null
shows 'plan --batch of files' 0 '"name":"default/second"'
holds 'plan --batch of files: one line each' counts 2
run plan -f $demo --batch </dev/null
holds 'plan --batch of files is for the present' lacks '"last":"1970-' "$out"
holds 'plan --batch of files has a back-off to show' grep -q '"last":"' "$out"

# ---- lines

question() { # name members
  printf '{"name":"%s","now":"%s","daemonSet":{"metadata":{"namespace":"default","name":"a","uid":"u",' "$1" $now
  printf '"generation":1},"spec":{"selector":{"matchLabels":{"app":"a"}},"template":{"metadata":{"labels":{"app":"a"}}'
  printf '}}},"nodes":[{"metadata":{"name":"n"}}]%s}\n' "$2"
}
{
  question first ''
  echo
  echo '{"name":"broken","daemonSet":[]}'
  printf ' \t\r\n'
  echo '{"name":"cut'
  question 'last "one"' '' | sed 's/last "one"/last \\"one\\"/'
} >"$work/lines"
run plan --batch <"$work/lines"
holds 'batch: exit code 0 in spite of broken lines' [ "$status" -eq 0 ]
holds 'batch: nothing on standard error' [ ! -s "$err" ]
holds 'batch: one answer for each line that is not blank' counts 4
holds 'batch: first' [ "$(line 1 | cut -c 1-26)" = '{"name":"first","actions":' ]
holds 'batch: second' [ "$(line 2 | cut -c 1-42)" = '{"name":"broken","error":{"code":"type","t' ]
holds 'batch: the path of an error' [ "$(line 2 | grep -c '"path":"daemonSet"')" -eq 1 ]
holds 'batch: third' [ "$(line 3 | cut -c 1-37)" = '{"name":"","error":{"code":"syntax","' ]
holds 'batch: last' [ "$(line 4 | cut -c 1-33)" = '{"name":"last \"one\"","actions":' ]
run explain --batch <"$work/lines"
holds 'explain: first' [ "$(line 1)" = '{"name":"first","verdicts":[{"node":"n","run":true,"continue":true,"reasons":[]}]}' ]
holds 'explain: one answer for each line that is not blank' counts 4
question x '' | sed "s/\"now\":\"$now\",//" >"$work/timeless"
run plan --batch <"$work/timeless"
shows 'batch without a time' 0 '{"name":"x","error":{"code":"invalid","text":"missing: give it in the question or with --now","path":"now"'
run plan --batch --now $now <"$work/timeless"
shows 'batch with --now' 0 '{"name":"x","actions":[{"type":"CreateRevision"'
question x ',"nodes":[{"metadata":{"name":"n"}},{"metadata":{"name":"n"}}]' >"$work/twins"
run plan --batch <"$work/twins"
shows 'batch: duplicates' 0 '"error":{"code":"duplicate","text":"\"n\" is there already as nodes[0]","path":"nodes[1]"'
question x '' | tr -d '\n' >"$work/unended"
run plan --batch <"$work/unended"
shows 'batch: a last line without its end' 0 '{"name":"x","actions":'
run plan --batch </dev/null
holds 'batch without lines' [ "$status" -eq 0 ]
holds 'batch without lines says nothing' [ ! -s "$out" ]

# Answers come before the next question is sent; if they do not, the watchdog ends dset and `read` fails.
mkfifo "$work/questions" "$work/answers"
"$dset" plan --batch <"$work/questions" >"$work/answers" 2>"$err" &
asked=$!
exec 3>"$work/questions" 4<"$work/answers"
(sleep 20; kill $asked 2>/dev/null) 3>&- 4<&- >/dev/null 2>&1 &
watchdog=$!
for name in one two three; do
  question $name '' >&3
  answer=''
  IFS= read -r answer <&4
  printf '%s\n' "$answer" >"$out"
  holds "answer $name before the next question" grep -q "^{\"name\":\"$name\",\"actions\":" "$out"
done
exec 3>&-
wait $asked
status=$?
exec 4<&-
holds 'a conversation ends with 0' [ "$status" -eq 0 ]
kill $watchdog 2>/dev/null
wait $watchdog 2>/dev/null

# ---- standard output that cannot be written

unwritable() { # name arguments...
  name=$1
  shift
  : >"$out"
  "$dset" "$@" <"$work/lines" 2>"$err" >&-
  status=$?
  refuses "$name: standard output closed" 'cannot write to standard output'
  [ -c /dev/full ] || return 0 # then closing it has to do
  "$dset" "$@" <"$work/lines" 2>"$err" >/dev/full
  status=$?
  refuses "$name: standard output full" 'cannot write to standard output'
}
unwritable 'plan' plan -f $demo --now $now
unwritable 'plan as JSON' plan -f $demo --now $now -o json
unwritable 'explain' explain -f $demo
unwritable 'batch' plan --batch
unwritable 'help' --help
unwritable 'version' --version

# ---- validate and default

# shellcheck source=tests/cli/manifests.sh
. "$here/manifests.sh"

# ---- simulate

# shellcheck source=tests/cli/simulate.sh
. "$here/simulate.sh"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
