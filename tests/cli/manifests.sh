# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh disable=SC2154,SC2034,SC2317 # variables and functions are those of run.sh, which reads this file
# dset validate and dset default, from outside. What is shown for manifests/ stands beside this file: validate.txt,
# .json, .xml, .tap, default.txt, default.yaml, default.json, revisions.jsonl.
made=tests/cli/manifests # as a user names it: the paths stand in the output

# Exits with a status, and both outputs are as in the files; "" stands for nothing.
says() { # name status out err
  if [ "$status" -ne "$2" ]; then bad "$1" "wanted exit status $2"
  elif ! diff "${3:-/dev/null}" "$out" >"$work/diff"; then bad "$1" "differs from ${3:-nothing}"; sed 's/^/     /' "$work/diff"
  elif ! diff "${4:-/dev/null}" "$err" >"$work/diff"; then bad "$1" "standard error differs"; sed 's/^/     /' "$work/diff"
  else good; fi
}

exits() { # name status
  if [ "$status" -eq "$2" ]; then good; else bad "$1" "wanted exit status $2"; fi
}

summary() { # name status text: the last line on standard error
  if [ "$status" -ne "$2" ]; then bad "$1" "wanted exit status $2"
  elif [ "$(tail -n 1 "$err")" != "$3" ]; then bad "$1" "wanted as the last line on standard error: $3"
  else good; fi
}

cat >"$work/good.yaml" <<'END'
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: good}
spec:
  selector: {matchLabels: {app: good}}
  template:
    metadata: {labels: {app: good}}
    spec:
      containers: [{name: good, image: registry.example/good:v1}]
END
sed 's/^  selector/  replicas: 2\n  selector/' "$work/good.yaml" >"$work/unknown.yaml"
sed 's/containers/tolerations: [{operator: Exists}]\n      containers/' "$work/good.yaml" >"$work/warned.yaml"

# ---- help

run help validate </dev/null
shows 'help validate' 0 'usage: dset validate -f FILE'
cp "$out" "$work/help"
run validate -f x --help </dev/null
says 'validate --help is the same' 0 "$work/help" ''
run help default </dev/null
shows 'help default' 0 'usage: dset default -f FILE'
for command in plan explain validate default; do
  run --help </dev/null
  shows "help names $command" 0 "dset $command -f FILE..."
  run help $command </dev/null
  shows "help $command has examples" 0 'examples:'
done

# ---- what is said of manifests/

run validate -R -f $made </dev/null
echo '7 manifests in 6 files: 14 errors, 4 warnings; no DaemonSet in 1 other' >"$work/summary"
says 'validate' 1 "$here/validate.txt" "$work/summary"
cp "$out" "$work/validate.txt"
holds 'no colour in a file' lacks "$(printf '\033')" "$out"
for form in json junit:xml tap; do
  run validate -R -f $made -o "${form%:*}" </dev/null
  says "validate -o ${form%:*}" 1 "$here/validate.${form#*:}" ''
done
run validate -f $made </dev/null
holds 'without -R, folders in folders are left out' lacks deeper "$out"
exits 'without -R' 1
cat $made/*.yaml >/dev/null
run validate -f - -o json <"$made/b-mistakes.yaml"
shows 'validate of standard input' 1 '{"file":"-","manifests":['

# The reader of JSON and YAML says whether these are.
"$dset" validate -f "$here/validate.json" >"$out" 2>"$err"
holds 'the JSON can be read' lacks '[Syntax]' "$out"
sed -n '/^  ---$/,/^  \.\.\.$/p' "$here/validate.tap" | sed 's/^  //' >"$work/blocks.yaml"
"$dset" validate -f "$work/blocks.yaml" >"$out" 2>"$err"
holds 'the blocks of TAP can be read' lacks '[Syntax]' "$out"
points=$(grep -c -E '^(not )?ok [0-9]+ - ' "$here/validate.tap")
holds 'TAP counts its points' [ "$(tail -n 1 "$here/validate.tap")" = "1..$points" ]

# ---- any bytes in names and values: XML and JSON stay what they are

odd=$work/$(printf 'odd\001\033[31m&<>"\377\xef\xbf\xbf')
mkdir "$odd"
printf 'apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: "a\\u0001\\u001b]<&>\\"\\ufffe", "\\u0007k&": 1}\n' >"$odd/a.yaml"
parse_xml() {
  if command -v xmllint >/dev/null 2>&1; then xmllint --noout "$1"
  elif command -v python3 >/dev/null 2>&1; then python3 -c 'import sys, xml.dom.minidom as x; x.parse(sys.argv[1])' "$1"
  else echo 'note: neither xmllint nor python3 is here: of the XML only its bytes were looked at'; fi
}
clean_bytes() { [ "$(LC_ALL=C tr -d '\n\t\040-\176\200-\377' <"$1" | wc -c)" -eq 0 ]; }
run validate -f "$odd" -o junit </dev/null
exits 'odd bytes as XML' 1
holds 'XML holds no control characters' clean_bytes "$out"
holds 'XML of odd bytes is well-formed' parse_xml "$out"
holds 'XML of manifests/ is well-formed' parse_xml "$here/validate.xml"
for form in text tap; do
  run validate -f "$odd" -o $form </dev/null
  exits "odd bytes as $form" 1
  holds "$form holds no control characters" clean_bytes "$out"
done
run validate -f "$odd" -o json </dev/null
exits 'odd bytes as JSON' 1
cp "$out" "$work/odd.json"
"$dset" validate -f "$work/odd.json" >"$out" 2>"$err"
holds 'JSON of odd bytes can be read' lacks '[Syntax]' "$out"
holds 'and is UTF-8' lacks 'not UTF-8' "$err"

# ---- the line and the caret

cat >"$work/caret.yaml" <<'END'
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: a, "日本": 1, é: 2, 	x: 3}
END
printf '\357\273\277' | cat - "$work/caret.yaml" | sed 's/$/\r/' >"$work/marked.yaml"
for file in caret marked; do # with and without a byte order mark and carriage returns
  run validate -f "$work/$file.yaml" </dev/null
  grep -A 2 'unknown field' "$out" | grep -v -e 'unknown field' -e '^--' >"$work/lines"
  cat >"$work/wanted" <<'END'
     3 | metadata: {name: a, "日本": 1, é: 2, 	x: 3}
       |                     ^
     3 | metadata: {name: a, "日本": 1, é: 2, 	x: 3}
       |                                ^
     3 | metadata: {name: a, "日本": 1, é: 2, 	x: 3}
       |                                      	^
END
  holds "$file: carets stand below wide characters, accents and tabs" diff "$work/wanted" "$work/lines"
  holds "$file: columns count characters" grep -q -F -e "$work/$file.yaml:3:37: error: metadata.x: unknown field" "$out"
done
{
  printf '{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"a","annotations":{'
  i=0
  while [ $i -lt 3000 ]; do
    printf '"key-%s":"0123456789012345678901234567890123456789",' $i
    i=$((i + 1))
  done
  printf '"z":"z"},"nome":"x","labels":{}}}'
} >"$work/long.json"
run validate -f "$work/long.json" </dev/null
grep -A 2 'metadata.nome' "$out" | tail -n 2 >"$work/lines"
cat >"$work/wanted" <<'END'
     1 | ...y-2999":"0123456789012345678901234567890123456789","z":"z"},"nome":"x","labels":{}}}
       |                                                                ^
END
holds 'a long line is cut around the caret' diff "$work/wanted" "$work/lines"

# ---- exit codes

run validate -f "$work/good.yaml" </dev/null
summary 'clean' 0 '1 manifest in 1 file: 0 errors, 0 warnings'
holds 'clean: nothing on standard output' [ ! -s "$out" ]
run validate -f "$work/warned.yaml" </dev/null
summary 'warnings alone' 0 '1 manifest in 1 file: 0 errors, 1 warning'
holds 'a warning is shown' grep -q ': warning: .*\[ToleratesEverything\]' "$out"
run validate -f "$work/warned.yaml" --warnings=error </dev/null
summary 'warnings as errors' 1 '1 manifest in 1 file: 1 error'
holds 'a warning is shown as an error' grep -q ': error: .*\[ToleratesEverything\]' "$out"
run validate -f "$work/warned.yaml" --warnings off </dev/null
summary 'no warnings' 0 '1 manifest in 1 file: 0 errors'
run validate -f "$work/warned.yaml" --warnings=error --silence=SelectorOverlap,ToleratesEverything </dev/null
summary 'silenced' 0 '1 manifest in 1 file: 0 errors'
run validate -f "$work/warned.yaml" --silence NodeName,ToleratesEverything </dev/null
refuses 'an unknown warning' 'dset: --silence: there is no warning "NodeName"; there are HostPortWithSurge, ToleratesEverything, '
run validate -f "$work/warned.yaml" --silence '' </dev/null
refuses 'no warning' 'there is no warning ""'
run validate -f "$work/unknown.yaml" </dev/null
shows_unknown=": error: spec.replicas: unknown field"
holds 'strict' grep -q -F -e "$shows_unknown" "$out"
exits 'strict' 1
run validate -f "$work/unknown.yaml" --validation=warn </dev/null
summary '--validation=warn' 0 '1 manifest in 1 file: 0 errors, 1 warning'
run validate -f "$work/unknown.yaml" --validate=ignore </dev/null
summary "--validate, kubectl's name" 0 '1 manifest in 1 file: 0 errors, 0 warnings'
run validate -f "$work/unknown.yaml" --validation=some </dev/null
refuses 'another validation' '--validation is strict, warn or ignore, not some'
run validate -f "$work/unknown.yaml" --validate=false </dev/null
summary "--validate=false, kubectl's other word for ignore" 0 '1 manifest in 1 file: 0 errors, 0 warnings'
run validate -f "$work/unknown.yaml" --validate=true </dev/null
exits "--validate=true" 1
run validate -f "$work/unknown.yaml" --warnings=no </dev/null
refuses 'another sort of warnings' '--warnings is on, off or error, not no'
run validate -f "$work/good.yaml" -f "$work/missing.yaml" -f "$work/unknown.yaml" </dev/null
summary 'a missing file' 2 '2 manifests in 2 files: 1 error, 0 warnings; 1 file could not be read'
holds 'the others are read' grep -q -F -e "$shows_unknown" "$out"
holds 'the missing file is named' grep -q "^dset: $work/missing.yaml: No such file or directory" "$err"
run validate -f "$work/missing.yaml" -o junit </dev/null
holds 'a missing file in XML' grep -q '<error message="No such file or directory"/>' "$out"
exits 'a missing file in XML' 2
printf 'a: \377\n' | "$dset" validate -f - >"$out" 2>"$err"
status=$?
summary 'not UTF-8' 2 '0 manifests in 0 files: 0 errors, 0 warnings; 1 file could not be read'
holds 'not UTF-8: where' grep -q '^dset: -: 1:4: the text is not UTF-8' "$err"
printf '{"kind": "DaemonSet",' >"$work/cut.json"
run validate -f "$work/cut.json" </dev/null
exits 'no JSON is a finding' 1
holds 'no JSON: where' grep -q "^$work/cut.json:1:[0-9]*: error: .*\[Syntax\]" "$out"
run validate -f "$made/f-service.yaml" </dev/null
summary 'a file without DaemonSet' 0 '0 manifests in 0 files: 0 errors, 0 warnings; no DaemonSet in 1 other'
holds 'a file without DaemonSet is named' grep -q "^dset: $made/f-service.yaml: note: there is no DaemonSet in it" "$err"
run validate -f "$made/f-service.yaml" -o tap </dev/null
holds 'TAP without points' [ "$(line 2)" = '1..0 # SKIP no DaemonSet' ]
run validate </dev/null
refuses 'validate without files' 'name at least one file with -f'
run validate -f x -o yaml </dev/null
refuses 'a form that validate lacks' '--output is text, json, junit or tap, not yaml'
run default -f x -o table </dev/null
refuses 'a form that default lacks' '--output is json, yaml or revision, not table'
run validate -f x --now 2026-03-01T12:00:00Z </dev/null
refuses 'an option of another command' 'another command than this one has --now'
run plan -f x --silence NodeName </dev/null
refuses 'an option of another command, the other way' 'another command than this one has --silence'

# ---- limits

{ cat "$work/good.yaml"; i=0; while [ $i -lt 150 ]; do echo "      wrong$i: 1"; i=$((i + 1)); done; } >"$work/many.yaml"
run validate -f "$work/many.yaml" </dev/null
summary 'many findings' 1 '1 manifest in 1 file: 150 errors, 0 warnings'
holds 'a hundred are shown' [ "$(grep -c ': error: ' "$out")" -eq 100 ]
holds 'the last line says how many more' [ "$(tail -n 1 "$out")" = '50 more not shown; --max-findings sets how many are' ]
run validate -f "$work/many.yaml" -f "$work/unknown.yaml" --max-findings 150 </dev/null
holds '--max-findings is for the whole run' [ "$(grep -c ': error: ' "$out")" -eq 150 ]
holds 'one more' [ "$(tail -n 1 "$out")" = '1 more not shown; --max-findings sets how many are' ]
run validate -f "$work/many.yaml" -o json --max-findings=7 </dev/null
holds 'the limit holds in JSON' [ "$(grep -c '"severity"' "$out")" -eq 7 ]
holds 'JSON says how many more' grep -q '"errors":150,"warnings":0,"unreadable":0,"omitted":143}' "$out"
run validate -f "$work/many.yaml" -o junit --max-findings=7 </dev/null
holds 'JUnit: the case has all in its count' grep -q '<failure message="150 errors">' "$out"
holds 'JUnit says how many more' grep -q '^143 more not shown$' "$out"
run validate -f "$work/many.yaml" -o tap --max-findings=7 </dev/null
holds 'TAP: the point has all in its count' grep -q '^  errors: 150$' "$out"
holds 'TAP says how many more' grep -q '^  omitted: 143$' "$out"
i=0
while [ $i -lt 120 ]; do
  sed -e "s/name: good}/name: copy$i}/" "$work/good.yaml"
  echo ---
  i=$((i + 1))
done >"$work/copies.yaml"
run validate -f "$work/copies.yaml" --max-findings=3 </dev/null
summary 'overlaps beyond the limit are counted' 0 '120 manifests in 1 file: 0 errors, 120 warnings'
holds 'and said to be there' [ "$(tail -n 1 "$out")" = '117 more not shown; --max-findings sets how many are' ]
for number in 0 -1 x 1x 99999999999999999999 ''; do
  run validate -f "$work/good.yaml" --max-findings "$number" </dev/null
  refuses "--max-findings '$number'" "--max-findings needs a number from 1 on, not $number"
done
run validate -f "$work/good.yaml" --max-bytes 100 </dev/null
summary 'too large' 2 '0 manifests in 0 files: 0 errors, 0 warnings; 1 file could not be read'
holds 'too large: what helps' grep -q "^dset: $work/good.yaml: more than 100 bytes; --max-bytes sets how many are read" "$err"
run validate -f "$work/good.yaml" --max-bytes "$(wc -c <"$work/good.yaml" | tr -d ' ')" </dev/null
exits 'just not too large' 0
run plan -f $demo --max-bytes=100 </dev/null
refuses 'too large for plan' "dset: $demo/daemonset.yaml: more than 100 bytes; --max-bytes sets how many are read"
run validate -f "$work/good.yaml" --max-values 10 </dev/null
exits 'too many values' 2
holds 'too many values: what helps' grep -q 'the limit of 10, aliases expanded; --max-values sets' "$err"

# ---- what becomes of manifests

run default -f $made/a-good.yaml </dev/null
says 'default' 0 "$here/default.json" ''
run default -f $made/a-good.yaml -o yaml </dev/null
says 'default -o yaml' 0 "$here/default.yaml" ''
run default -f "$here/default.yaml" </dev/null
says 'YAML is read as it was written' 0 "$here/default.json" ''
run default -f "$here/default.json" -o yaml </dev/null
says 'defaults have their defaults' 0 "$here/default.yaml" ''
run default -f $made/a-good.yaml -f "$work/good.yaml" -o revision </dev/null
says 'default -o revision' 0 "$here/revisions.jsonl" ''
run default -f $made/a-good.yaml -f "$work/good.yaml" </dev/null
shows 'several are a List' 0 '    "kind": "List",'
cp "$out" "$work/list.json"
run default -f $made/a-good.yaml -f "$work/good.yaml" -o yaml </dev/null
shows 'several are documents' 0 '---'
cp "$out" "$work/documents.yaml"
run default -f "$work/list.json" -o yaml </dev/null
says 'the List is the same as the documents' 0 "$work/documents.yaml" ''
run default -f "$work/documents.yaml" </dev/null
says 'the documents are the same as the List' 0 "$work/list.json" ''
run default -R -f $made </dev/null
exits 'one that is refused' 1
holds 'what is refused is said' grep -q "^$made/b-mistakes.yaml:4:3: error: metadata.name: Invalid value" "$err"
holds 'and not written' lacks Agent "$out"
holds 'the others are written' [ "$(grep -c '"kind": "DaemonSet"' "$out")" -eq 2 ]
run default -f "$made/f-service.yaml" </dev/null
refuses 'default without DaemonSet' 'dset: no DaemonSet in the input'
run default -f "$work/missing.yaml" </dev/null
refuses 'default of a missing file' "dset: $work/missing.yaml: No such file or directory"
run default -f "$work/unknown.yaml" --validation=warn --warnings=error </dev/null
exits 'an unknown field as a warning as an error' 1
run default -f "$work/warned.yaml" </dev/null
exits 'default with a warning' 0
holds 'default with a warning says it' grep -q ': warning: ' "$err"

# What is not one JSON object is answered alike by all commands.
{
  printf 'not json\n{"name":"cut\n[]\n7\nname: yaml\n\n{"name":"x"}}\n{"name":"x",}\n{}{}\n \t\n'
} >"$work/lines"
cat >"$work/wanted" <<'END'
{"name":"","error":{"code":"syntax","text":"expected a value, found 'not'","path":"","line":1,"column":1}}
{"name":"","error":{"code":"syntax","text":"this string has no closing '\"'","path":"","line":1,"column":9}}
{"name":"","error":{"code":"type","text":"expected an object, found a list","path":"","line":1,"column":1}}
{"name":"","error":{"code":"type","text":"expected an object, found a number","path":"","line":1,"column":1}}
{"name":"","error":{"code":"syntax","text":"expected a value, found 'name'","path":"","line":1,"column":1}}
{"name":"x","error":{"code":"syntax","text":"expected a value, found '}'","path":"","line":1,"column":13}}
{"name":"x","error":{"code":"syntax","text":"expected a key in double quotes, found '}'","path":"","line":1,"column":13}}
{"name":"","error":{"code":"syntax","text":"a line holds one object","path":"","line":1,"column":3}}
END
for command in plan explain validate default; do
  run $command --batch <"$work/lines"
  says "$command --batch: no object" 0 "$work/wanted" ''
done

# Strings that something else could be made of: each comes back as it was.
cat >"$work/strings.json" <<'END'
["", " ", "a ", " a", "null", "Null", "~", "true", "FALSE", "yes", "No", "y", "N", "on", "Off", "0", "-1", "+1", "0644", "0o7",
"0x1F", "0b1", "1_000", "1e3", "1.5", ".5", "-.inf", ".NaN", "12:30:45", "2001-12-14", "2001-12-14t21:59:43.10-05:00", "<<", "=",
"a: b", "a:", ":a", "a #b", "#a", "- a", "-", "--", "---", "...", "? a", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a", "[a]", "{a}",
"'a'", "\"a\"", "a\\b", "a\nb", "a\nb\n", "a\n\n\nb\n\n", "\na", " a\nb", "\ta\nb", "a\n  b\n c", "a\n\tb", "a\r\nb", "a\tb", "a\u0085b",
"a\u2028b", "\ufeffa", "a\u0007b", "\u007f", "é", "日本", "\ud83d\ude80", "\uffff", "1Gi", "101m", "500k", "1password/x:y", "--v=5",
"-x", "/bin/sh", "https://example.com:80/a?b=c&d#e", "a\n---\nb\n", "a\n# b\n", "x:\n  y: z\n"]
END
{
  printf '{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"a":"b"}},'
  printf '"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","args":'
  cat "$work/strings.json"
  printf '}]}}}}'
} >"$work/given.json"
run default -f "$work/given.json" </dev/null
exits 'strings' 0
cp "$out" "$work/strings.1"
run default -f "$work/given.json" -o yaml </dev/null
cp "$out" "$work/strings.2"
run default -f "$work/strings.2" </dev/null
says 'every string comes back from YAML' 0 "$work/strings.1" ''
run default -f "$work/strings.2" -o yaml </dev/null
says 'and is written as before' 0 "$work/strings.2" ''

# ---- lines and documents

{
  printf '{"name":"doubled","document":{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"a"},'
  printf '"spec":{"minReadySeconds":1,"x":{},"minReadySeconds":2}}}\n\n'
  printf '{"document":{"apiVersion":"v1","kind":"DaemonSet"},"name":"\\u0022group\\ud83d\\ude80"}\n'
  printf '{"name":"typed","document":{"apiVersion":"apps/v1","kind":"DaemonSet","spec":{"minReadySeconds":"x"}}}\n'
  printf '{"name":"pod","document":{"apiVersion":"v1","kind":"Pod"}}\n'
  printf '{"name":"none"}\n{"name":"text","document":"x"}\n{"name":"cut","document":{\n'
  printf '{"name":"yaml","document":{"kind":DaemonSet}}\n'
  printf '{"name":"many","document":{"apiVersion":"v1","kind":"List","items":[%s,%s]}}\n' \
    '{"apiVersion":"apps/v1","kind":"DaemonSet"}' '{"apiVersion":"apps/v1","kind":"DaemonSet"}'
} >"$work/lines"
run validate --batch <"$work/lines"
exits 'validate --batch' 0
holds 'validate --batch: one answer for each line' counts 9
cat >"$work/wanted" <<'END'
{"name":"doubled","strictError":"strict decoding error: duplicate field \"spec.minReadySeconds\", unknown field \"spec.x\"","errors":[
{"name":"\"group🚀","decodeError":"apiVersion: there is no DaemonSet of \"v1\"
{"name":"typed","decodeError":"spec.minReadySeconds: expected an integer, found a string"}
{"name":"pod","decodeError":"the document is no DaemonSet"}
{"name":"none","error":{"code":"invalid","text":"missing","path":"document","line":1,"column":0}}
{"name":"text","error":{"code":"type","text":"expected an object","path":"document","line":1,"column":0}}
{"name":"cut","error":{"code":"syntax","text":"expected a key in double quotes, found the end of the text","path":"","line":1,"column":27}}
{"name":"yaml","error":{"code":"syntax","text":"expected a value, found 'DaemonSet'","path":"","line":1,"column":35}}
{"name":"many","error":{"code":"invalid","text":"holds several DaemonSets; a question has one","path":"document","line":1,"column":0}}
END
sed -e 's/"errors":\[.*/"errors":[/' -e 's/DaemonSet of \\"v1\\".*/DaemonSet of \\"v1\\"/' "$out" >"$work/told"
holds 'validate --batch: the answers' diff "$work/wanted" "$work/told"
run default --batch <"$work/lines"
holds 'default --batch: one answer for each line' counts 9
holds 'default --batch: the object in spite of errors' grep -q '^{"name":"doubled","daemonSet":{"kind":"DaemonSet",.*"minReadySeconds":2.*},"revisionData":{"spec":{"template":{.*},"hash":"[a-z0-9]*","strictError":"strict' "$out"
holds 'default --batch: nothing beside what is not decoded' [ "$(line 3)" = "$(sed -n 3p "$work/wanted")" ]
{
  printf '{"name":"warned","document":%s}\n' '{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"a"},"x":1,"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}}}'
} >"$work/warned"
told() { sed -e 's/,"text":"[^"]*"//g' "$out"; }
run validate --batch --validation=warn <"$work/warned"
holds 'validate --batch: warnings' [ "$(told)" = \
  '{"name":"warned","errors":[],"warnings":[{"type":"UnknownField","field":"x"},{"type":"NodeNameInTemplate","field":"spec.template.spec.nodeName"}]}' ]
run validate --batch --validation=warn --warnings=error <"$work/warned"
holds 'validate --batch: warnings that count as errors' [ "$(told)" = \
  '{"name":"warned","strictError":"strict decoding error: unknown field \"x\"","errors":[{"type":"NodeNameInTemplate","field":"spec.template.spec.nodeName"}]}' ]
run validate --batch --warnings=off <"$work/warned"
holds 'validate --batch: no warnings' [ "$(told)" = '{"name":"warned","strictError":"strict decoding error: unknown field \"x\"","errors":[]}' ]
run validate --batch -R -f $made </dev/null
exits 'validate --batch of files' 1
holds 'validate --batch of files: one answer for each manifest' counts 7
holds 'validate --batch of files: clean but for a warning' [ "$(line 1 | sed 's/"text":.*//')" = \
  "{\"file\":\"$made/a-good.yaml\",\"index\":1,\"errors\":[],\"warnings\":[{\"type\":\"SelectorOverlap\",\"field\":\"spec.selector\"," ]
run default --batch -f $made/a-good.yaml </dev/null
shows 'default --batch of files' 0 "{\"file\":\"$made/a-good.yaml\",\"index\":1,\"daemonSet\":{\"kind\":\"DaemonSet\",\"apiVersion\":\"apps/v1\","
run validate --batch </dev/null
says 'batch without lines' 0 '' ''

# ---- validation for plan and explain: a manifest has no uid, a live object has one

run explain -f "$work/unknown.yaml" -f $demo/nodes.yaml </dev/null
refuses 'explain is strict' "dset: $work/unknown.yaml:5:3: spec.replicas: unknown field"
run explain -f "$work/unknown.yaml" -f $demo/nodes.yaml --validation=warn </dev/null
exits 'explain --validation=warn' 0
holds 'explain --validation=warn says it' grep -q "^dset: $work/unknown.yaml:5:3: note: spec.replicas: unknown field" "$err"
run explain -f "$work/unknown.yaml" -f $demo/nodes.yaml --validation=ignore </dev/null
shows 'explain --validation=ignore' 0 'DaemonSet default/good: '
run explain -f "$work/unknown.yaml" -f $demo/nodes.yaml --batch </dev/null
exits 'explain --batch answers' 0
holds 'explain --batch says it' grep -q "^dset: $work/unknown.yaml:5:3: note: spec.replicas: unknown field" "$err"
sed 's/name: good}/name: good, uid: u}/' "$work/unknown.yaml" >"$work/live.yaml"
run plan -f "$work/live.yaml" -f $demo/nodes.yaml --now $now </dev/null
shows 'a live object is read leniently' 0 'DaemonSet default/good: '

unwritable 'validate' validate -f $made
unwritable 'validate as XML' validate -f $made -o junit
unwritable 'default' default -f $made/a-good.yaml
