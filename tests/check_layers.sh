#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The include rule. Data flows from the first layer to the last, and includes only look back. The table below is the
# rule: a file of lib/ or include/ that is not in it fails, an include that its row does not allow fails, and so do a
# header of lib/ that does not name its layer in its first comment, a list CODEC in the Makefile that is not L5, and a
# map in CONTRIBUTING.md that does not have each file of lib/ in one row, in its layer.
#
#   L0 base ◄── L1 model ◄── L2 match ◄── L3 plan ◄── L4 cluster   libc alone, no clock, no files (stdio.h is there for
#    ▲            ▲             ╎            ╎                      snprintf)
#    │            │             ╎            ◄── L4h host           beside the cluster, which it does not know
#    │            │             ╎            ◄── L4s simulate       on what hosts see of both
#    └────────────┴── L5 codec ─┴────────────┘            jansson and libyaml; of L2 and L3 it sees what hosts see,
#                                                         and taint, as created pods get the automatic tolerations (C2)
set -u

# layer | may include | files
table() {
  cat <<'EOT'
L0 | L0 | error arena text printable table path literal grammar fnv pool index order moments prefetch daemonset/base
L1 | L0 L1 | model copy check findings value daemonset/model daemonset/validate
L2 | L0 L1 L2 | keys selector reasons affinity taint match validate validate_labels validate_meta validate_update validate_annotation validate_template validate_container validate_placement caution caution_affinity overlap daemonset/match
L3 | L0 L1 L2 L3 | taken sync claim history census backoff work share manage rollout status actions digest plan objection objection_pod admit daemonset/plan daemonset/admit
L4 | L0 L1 L2 L3 L4 | cluster cluster_class cluster_member cluster_node cluster_owner cluster_claim cluster_pod cluster_revision cluster_daemonset cluster_judge cluster_plan daemonset/cluster
L4h | L0 L1 L2 L3 L4h | ledger ledger_observe ledger_view ledger_bytes apply apply_begin apply_follow daemonset/host
L4s | L0 L1 L2 L3 L4s daemonset/cluster daemonset/host | simulate simulate_base simulate_call simulate_carry simulate_change simulate_check simulate_count simulate_host simulate_objects simulate_pod simulate_scenario simulate_shrink simulate_store simulate_tell simulate_view simulate_wake simulate_watch daemonset/simulate
L5 | L0 L1 L5 taint validate daemonset/match daemonset/plan | source place repeats scalar json yaml yaml_place time quantity image schema schema_types schema_table conform defaults encode hash emit items decode objects facts reading documents state manifest manifests template pod render decimal token skip intern stream stream_table scan daemonset/codec
all | L0 L1 L2 L3 L4 L4h L4s L5 | daemonset
EOT
}

# C11's own headers that need no operating system.
libc='assert ctype errno float inttypes limits math stdarg stdbool stddef stdint stdio stdlib string'
codec_only='jansson yaml emmintrin'
codec=$(sed -n 's/^CODEC = //p' Makefile)

# The map: layer and file, for each file of each row. The layer stands in its first row alone.
map() {
  awk -F'|' '
    /^\| layer / { inside = 1; next }
    !/^\|/ { inside = 0 }
    inside && $2 ~ /L[0-9]/ { layer = $2; sub(/^ */, "", layer); sub(/ .*/, "", layer) }
    inside { count = split($3, part, "`"); for (i = 2; i <= count; i += 2) print "map " layer " " part[i] }
  ' CONTRIBUTING.md
}

{
  table
  echo ---
  map
  for file in lib/*.[ch] include/*.h include/daemonset/*.h; do echo "$file"; done
  grep -n '^ *# *include' lib/*.[ch] include/*.h include/daemonset/*.h
} | awk -v libc="$libc" -v codec_only="$codec_only" -v codec="$codec" '
  function fail(text) { print "FAIL: " text; failed++ }
  function stem(path) { sub(/^(lib|include)\//, "", path); sub(/\.[ch]$/, "", path); return path }
  function in_list(word, list) { return index(" " list " ", " " word " ") > 0 }

  !past && $0 == "---" { past = 1; next }
  !past {
    split($0, part, / *\| */)
    count = split(part[3], file, " ")
    for (i = 1; i <= count; i++) {
      if (file[i] in layer) fail(file[i] " stands twice in the table of this script")
      layer[file[i]] = part[1]
    }
    allowed[part[1]] = part[2]
    next
  }
  $1 == "map" && NF == 3 {
    if ($3 in mapped) fail($3 " stands twice in the map of CONTRIBUTING.md")
    else if (layer[$3] == $2) passed++
    else fail($3 " stands in " $2 " in CONTRIBUTING.md, and " (layer[$3] == "" ? "in no layer" : "in " layer[$3]) " here")
    mapped[$3] = 1
    next
  }
  NF == 1 {
    name = stem($0)
    if ($0 ~ /^lib\// && !(name in mapped)) fail($0 " is not in the map of CONTRIBUTING.md")
    if (!(name in layer)) fail($0 " is in no layer of this script")
    else if ($0 ~ /^lib\/.*\.h$/) {
      want = name ".h (" layer[name] ")"
      for (found = 0; !found && (getline line < $0) > 0; ) found = index(line, want) > 0
      close($0)
      if (found) passed++
      else fail($0 " does not open with \"" want "\"")
    } else if ($0 ~ /^lib\//) {
      if (in_list(name, codec) == (layer[name] == "L5")) passed++
      else fail($0 ": layer " layer[name] " and CODEC in the Makefile disagree")
    }
    next
  }
  {
    split($0, at, ":")
    from = stem(at[1])
    if (!(from in layer)) next
    name = $0
    sub(/^[^<"]*[<"]/, "", name)
    sub(/[>"].*$/, "", name)
    to = stem(name)
    if ($0 ~ /</) ok = in_list(to, libc) || (layer[from] == "L5" && in_list(to, codec_only))
    else ok = (to in layer) && (in_list(layer[to], allowed[layer[from]]) || in_list(to, allowed[layer[from]]))
    if (ok) passed++
    else fail(at[1] ":" at[2] ": " layer[from] " must not include " name)
  }
  END { printf "%d passed, %d failed\n", passed, failed; exit failed > 0 || passed == 0 }
'
