# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034,SC2317 # variables and functions are those of run.sh, which reads this file
# dset simulate, from outside. What is shown stands in simulate/: demo.txt, table.txt, trace.txt, run.json, stuck.txt,
# stuck.json, two.txt.
sim=tests/cli/simulate
v1="-f $sim/nodes.yaml -f $sim/v1.yaml"

simulate() { run simulate "$@" </dev/null; }
reports() { # name text: standard output has it
  if grep -q -F -e "$2" "$out"; then good; else bad "$1" "wanted on standard output: $2"; fi
}

# ---- help, and what is no command line for it

run help simulate </dev/null
shows 'help simulate' 0 'usage: dset simulate -f FILE'
cp "$out" "$work/help"
simulate -f x --help
says 'simulate --help is the same' 0 "$work/help" ''
run --help </dev/null
shows 'the overview has simulate' 0 'dset simulate -f FILE'
for option in --update --update-at --script --start --ready --stop --slow --never-ready --fail --wake --seed --until; do
  simulate $option
  refuses "no value after $option" "a value is missing after $option"
  run plan -f $demo $option 1 </dev/null
  refuses "plan has no $option" "another command than this one has $option"
done
for option in --batch --manifests --exit-code --warnings=on; do
  simulate $v1 $option
  refuses "simulate has no $option" "another command than this one has ${option%=*}"
done
simulate
refuses 'simulate: no file' 'name at least one file with -f'
simulate $v1 -o yaml
refuses 'simulate: unknown form' '--output is table, trace or json, not yaml'
for duration in '' x 1 1x -1s 1.5s 1s.. 5h3 99999999999999999999s 999999h; do
  simulate $v1 --until "$duration"
  refuses "duration '$duration'" "--until needs a duration such as 30s or 1m30s, not $duration"
done
simulate $v1 --until 0
refuses 'until 0' '--until needs more than no time, not 0'
for span in '' x 5s..2s 1s..x ..1s 1s..; do
  for option in --start --ready --stop; do
    simulate $v1 $option "$span"
    refuses "$option '$span'" "$option needs a duration such as 2s, or two such as 3s..10s, not $span"
  done
done
for slow in '' n1 n1= =1s n1=x; do
  simulate $v1 --slow "$slow"
  refuses "slow '$slow'" "--slow needs a node and a duration such as n1=30s or n1=10s..1m, not $slow"
done
for percent in '' x 101 1000% 1.25% -1 5%%; do
  simulate $v1 --fail "$percent"
  refuses "fail '$percent'" "--fail needs a percentage such as 10% or 0.5%, not $percent"
done
for seed in '' -1 x 1x 18446744073709551616; do
  simulate $v1 --seed "$seed"
  refuses "seed '$seed'" "--seed needs a number from 0 on, not $seed"
done
simulate $v1 --never-ready ''
refuses 'never ready without a name' '--never-ready needs the name of a node, not an empty one'
simulate $v1 --wake me
refuses 'wake' '--wake needs library or kubernetes, not me'
simulate $v1 --update-at 3s
refuses 'update-at alone' '--update-at goes with --update'
simulate $v1 --slow n9=1s
refuses 'slow: no such node' 'dset: --slow: there is no node n9 in the input'
simulate $v1 --never-ready 'n9*'
refuses 'never ready: no such nodes' 'dset: --never-ready: there is no node n9* in the input'

# ---- input

simulate $v1 --update "$work/missing.yaml"
refuses 'update: missing file' "dset: $work/missing.yaml: No such file or directory"
simulate $v1 --update $sim/nodes.yaml
refuses 'update: no DaemonSet' "dset: $sim/nodes.yaml: --update needs a DaemonSet, and there is none"
printf 'kind: DaemonSet\napiVersion: apps/v1\nspec:\n  selektor: {}\n' >"$work/wrong.yaml"
simulate $v1 --update "$work/wrong.yaml"
refuses 'update: unknown field' "dset: $work/wrong.yaml:4:3: spec.selektor: unknown field"
simulate -f $sim/nodes.yaml
refuses 'simulate: no DaemonSet' 'no DaemonSet in the input: 4 nodes, 0 pods'
simulate $v1 -f $sim/v2.yaml
refuses 'twice the same DaemonSet' "$sim/v2.yaml:1:1: DaemonSet \"agent\" is there already, in $sim/v1.yaml:1:1"
simulate $v1 -f $sim/nodes.yaml
refuses 'twice the same nodes' 'node "gpu-1" is there already'
grep -v -e 'metadata: {name: agent}' $sim/v1.yaml >"$work/nameless.yaml"
simulate -f "$work/nameless.yaml"
refuses 'a DaemonSet without a name' 'metadata.name: a DaemonSet needs a name'

# ---- what it shows

simulate $v1 --update $sim/v2.yaml
equals 'simulate as a table' $sim/table.txt
cp "$out" "$work/table.txt"
cat $sim/v1.yaml $sim/nodes.yaml | sed 's/^# .*/---/' | "$dset" simulate -f - --update=$sim/v2.yaml --output=table >"$out" 2>"$err"
status=$?
equals 'standard input, long options with =' "$work/table.txt"
simulate $v1 --update $sim/v2.yaml -o trace
equals 'simulate as a trace' $sim/trace.txt
simulate $v1 --update $sim/v2.yaml -o json
equals 'simulate as JSON' $sim/run.json
simulate $v1 --update $sim/v2.yaml --never-ready n1
says 'a node that is never ready' 1 $sim/stuck.txt ''
simulate $v1 --update $sim/v2.yaml --never-ready n1 -o json
says 'a node that is never ready, as JSON' 1 $sim/stuck.json ''
simulate $v1 -f $sim/more.yaml -o trace
equals 'several DaemonSets' $sim/two.txt
from_there() {
  simulate -f $demo/daemonset.yaml -f $demo/nodes.yaml -f $demo/revisions.yaml -f $demo/two-minutes-later \
    --now 2026-03-02T09:02:10Z --update $demo/next/daemonset.yaml --ready 5s --slow gpu-1=40s "$@"
}
from_there -o trace
equals 'the demo' $sim/demo.txt
holds 'the demo is short' [ "$(wc -l <"$out")" -le 40 ]
from_there -o json
reports 'it starts at --now' '"start":"2026-03-02T09:02:10Z"'
simulate -f $demo -o json
reports 'or at the latest time in the input' '"start":"2026-03-02T08:59:45Z"'
simulate $v1 -o json
reports "or, without pods, in 2030" "\"start\":\"2030-01-01T00:00:00Z\""

# ---- options

simulate $v1 --start 3s -o trace
reports 'start' '        3s        0/3        0/3  running on n1, n2, n3'
simulate $v1 --start 0 --ready 1m30s -o trace
reports 'ready' '     1m30s        3/3        3/3  ready on n1, n2, n3'
simulate $v1 --update $sim/v2.yaml --update-at 1h --stop 250ms -o trace
reports 'update-at' '        1h        2/3        0/3  put-daemonset agent; '
reports 'stop' '  1h0.25s        2/3        0/3  gone from n1'
simulate $v1 --slow 'n*=7s' --slow n2=9s -o trace
reports 'slow: the first that fits' '        8s        3/3        3/3  ready on n1, n2, n3'
simulate $v1 --ready 2s..20s -o trace
holds 'a span is drawn for each pod' [ "$(grep -c ' ready on n[123]; status$' "$out")" -eq 3 ]
cp "$out" "$work/first"
simulate $v1 --ready 2s..20s -o trace --seed 0
says 'the same arguments, the same bytes' 0 "$work/first" ''
simulate $v1 --ready 2s..20s -o trace --seed 1
holds 'another seed, other bytes' [ "$(cat "$out")" != "$(cat "$work/first")" ]
simulate $v1 --update $sim/v2.yaml --fail 100 --until 1h -o trace
exits 'fail' 1
reports 'fail: only the updated pods' '        2s        2/3        0/3  put-daemonset agent; '
reports 'fail: they do' ' failed on n1'
reports 'until' 'DaemonSet default/agent: not settled within 1h, 59m58s of that for the update, applied at 2s'
reports 'until: why' 'not settled:    the time is over, and more happens at 1h'
reports 'the last wait' 'last wait:      2 outdated pods wait for n1; unavailable nodes: 1 of at most 1'
simulate $v1 --fail 0.0%
exits 'fail 0' 0
simulate $v1 --update $sim/v2.yaml --until 1500ms
exits 'until: before the update' 1
reports 'until: the update was never applied' 'not settled within 1.5s; the update was never applied'
simulate $v1 --burst 1 -o json
reports 'burst: a revision, one pod, the status' '"type":"plan","actions":3'
simulate $v1 --update $sim/v2.yaml --wake kubernetes
says 'wake kubernetes: here it is the same' 0 "$work/table.txt" ''
sed 's/^  selector/  minReadySeconds: 10\n  updateStrategy: {rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}\n  selector/' \
  $sim/v1.yaml >"$work/surge.yaml"
simulate -f "$work/surge.yaml" -f $sim/nodes.yaml --update $sim/v2.yaml --until 10m
exits 'a surge settles' 0
simulate $v1 --update $sim/more.yaml
holds 'an update of nothing is noted' grep -q -F "$sim/more.yaml: note: DaemonSet default/other is not in the input" "$err"
sed 's/:v1/:v2/' "$work/surge.yaml" >"$work/surge2.yaml"
simulate -f "$work/surge.yaml" -f $sim/nodes.yaml --update "$work/surge2.yaml"
shows 'with a surge no node goes without' 0 'available:      3 of 3 eligible nodes at the end, never less than 3'
reports 'with a surge' 'settled after 49s, 37s of that for the update'
simulate -f "$work/surge.yaml" -f $sim/nodes.yaml --update "$work/surge2.yaml" --wake kubernetes
reports 'with a surge, and the wake-ups of Kubernetes' 'settled after 52s, 40s of that for the update'

# ---- scripts

scripted() { simulate $v1 --update $sim/v2.yaml --update-at 22s --script $sim/script.yaml "$@"; }
scripted -o trace --seed 5
exits 'a script with something of everything' 0
cp "$out" "$work/first"
for happens in 'cordon n1; drain n2' 'cut-off n3' 'rejoin n3' 'delete-pod n1' 'fail-pod n2' 'crash-host' 'set-clock' \
  'two-hosts' 'stop-watch' 'resume-watch' 'namespace-ends' 'namespace-stays' 'put-node n4; put-daemonset other' \
  'remove-node n4; remove-daemonset other' 'fault: ' 'faults:         '; do
  reports "the script: $happens" "$happens"
done
scripted -o trace --seed 5
says 'a script: the same bytes' 0 "$work/first" ''
scripted -o json --seed 5
reports 'a script: faults as JSON' '"type":"fault","fault":"'
printf 'pods: [{template: 2, ready: never}]\n' >"$work/script.yaml"
simulate $v1 --update $sim/v2.yaml --script "$work/script.yaml"
exits 'a rule for updated pods' 1
reports 'a rule for updated pods: the first waits' 'not settled:    n1: '
printf 'changes: [{at: update+1m, cordon: n1}]\n' >"$work/script.yaml"
simulate $v1 --update $sim/v2.yaml --script "$work/script.yaml" -o trace
reports 'a moment after the update, which came at rest' '      1m2s        3/3        3/3  cordon n1'
printf 'delays: {watch-daemonsets: 1s, write: 10ms}\nchanges: [{at: 10s, remove-daemonset: other}, {at: 10s, fail-pods: n1}]\n' \
  >"$work/script.yaml"
simulate $v1 -f $sim/more.yaml --script "$work/script.yaml" -o trace
reports 'a write of what is gone is refused' 'refused: UpdateStatus: not-found'
holds 'and tried again ever later (I12)' [ "$(grep -c 'refused: ' "$out")" -lt 30 ]
printf '{}\n' >"$work/script.yaml"
simulate $v1 --update $sim/v2.yaml --script "$work/script.yaml"
says 'a script that says nothing' 0 "$work/table.txt" ''

wrong() { # text of a script, where and what
  printf "$1" >"$work/script.yaml" # shellcheck disable=SC2059 # with its line breaks
  simulate $v1 --update $sim/v2.yaml --script "$work/script.yaml"
  refuses "script: $1" "dset: $work/script.yaml:$2"
}
wrong '' '1:1: expected a map with pods, delays, faults or changes, found nothing'
wrong '[]' '1:1: expected a map, found a list'
wrong 'a: [b' "2:1: did not find expected ',' or ']'"
wrong 'pods: []\n#\303\244\n\303b' '3:2: invalid trailing UTF-8 octet'
wrong '{}\n--- {}' '2:5: a script is one document; this is another'
wrong '? [a]\n: b' '1:3: expected a name, found a list'
wrong 'pod: 1' '1:1: "pod" is no member of a script; expected pods, delays, faults or changes'
wrong 'pods: []\npods: []' '2:1: it stands there twice: pods'
wrong 'pods: 3' '1:7: expected a list, found "3"'
wrong 'pods:\n- 3' '2:3: expected a map, found "3"'
wrong 'pods:\n- redy: 1s' '2:3: "redy" is no member of a rule for pods; expected nodes, template, first, start, '
wrong 'pods:\n- nodes: n1\n  ready: soon' '3:10: expected never, a duration such as 2s, or two such as 3s..10s, found "soon"'
wrong 'pods: [{start: [1s]}]' '1:16: expected a duration such as 2s, or two such as 3s..10s, found a list'
wrong 'pods: [{nodes: }]' '1:16: expected a name, found nothing'
wrong 'pods: [{first: 0}]' '1:16: expected a number from 1 on, found "0"'
wrong 'pods: [{template: 4294967296}]' '1:19: expected a number from 1 on, found "4294967296"'
wrong 'pods: [{fail: 200%%}]' '1:15: expected a percentage such as 10% or 0.5%, found "200%"'
wrong 'pods:\n- nodes: x-*' '2:3: there is no node x-* in the input'
wrong 'delays: {wach: 1s}' '1:10: "wach" is no member of delays; expected watch, watch-nodes, '
wrong 'delays: {watch: 1}' '1:17: expected a duration such as 2s, or two such as 3s..10s, found "1"'
wrong 'faults: {lost: 1%%}' '1:10: "lost" is no member of faults; expected until, most, clock, failed, conflict, '
wrong 'faults: {until: ever}' '1:17: expected a duration such as 1m30s, found "ever"'
wrong 'faults: {most: many}' '1:16: expected a number from 1 on, found "many"'
wrong 'changes: [cordon]' '1:11: expected a map, found "cordon"'
wrong 'changes: [{cordon: n1}]' '1:11: a change needs its moment: at'
wrong 'changes: [{at: 1s}]' '1:11: what shall happen? cordon: NODE, for example'
wrong 'changes: [{at: 1s, jump: n1}]' '1:20: "jump" is no member of a change; expected at, cordon, uncordon, '
wrong 'changes: [{at: now, cordon: n1}]' '1:16: expected a moment such as 30s, or update+30s, found "now"'
wrong 'changes: [{at: update+, cordon: n1}]' '1:16: expected a moment such as 30s, or update+30s, found "update+"'
wrong 'changes: [{at: 1s, cordon: n1, drain: n2}]' '1:11: one change at a time; this is another: drain'
wrong 'changes: [{at: 1s, cordon: n9}]' '1:11: there is no node n9 in the input'
wrong 'changes: [{at: 1s, fail-pods: n9}]' '1:11: there is no node n9 in the input'
wrong 'changes: [{at: 1s, cordon: [n1]}]' '1:28: expected the name of a node, found a list'
wrong 'changes: [{at: 1s, crash-host: 3}]' '1:32: expected nothing, found "3"'
wrong 'changes: [{at: 1s, set-clock: 3}]' '1:31: expected a duration such as 5m or -5m, found "3"'
wrong 'changes: [{at: 1s, stop-watch: x}]' '1:32: expected nodes, pods, daemonsets or revisions, found "x"'
wrong 'changes: [{at: 1s, apply: ""}]' '1:27: expected the name of a file, found nothing'
printf 'changes: [{at: 1s, apply: missing.yaml}]' >"$work/script.yaml"
simulate $v1 --script "$work/script.yaml"
refuses 'script: a file beside it that is missing' "dset: $work/missing.yaml: No such file or directory"
printf 'changes: [{at: update+1s, cordon: n1}]' >"$work/script.yaml"
simulate $v1 --script "$work/script.yaml"
refuses 'script: no update' "dset: $work/script.yaml:1:16: there is no update: --update names one"
simulate $v1 --script "$work/missing.yaml"
refuses 'script: missing file' "dset: $work/missing.yaml: No such file or directory"
simulate $v1 --script $sim/script.yaml --max-bytes 1000
refuses 'script: too large' "dset: $sim/script.yaml: more than 1000 bytes; --max-bytes sets how many are read"

unwritable 'simulate' simulate -f $demo -o trace

# ---- a run without end

sed 's/app: agent/app: other/' $sim/v1.yaml | awk '/app: other/ && ++n == 1 { sub("other", "agent") } { print }' >"$work/endless.yaml"
simulate -f $sim/nodes.yaml -f "$work/endless.yaml"
reports 'pods without end' 'not settled'
grep -q 'does the selector match the labels of the template' "$err" && good || bad 'pods without end' 'a line on stderr'
