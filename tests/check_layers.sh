#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The include rule. Data flows from the first layer to the last, and includes only look back. The table below is the
# rule: a file of lib/ or include/ that is not in it fails, an include that its row does not allow fails, and so do a
# header of lib/ that does not name its layer in its first comment, and a list CODEC in the Makefile that is not L5.
#
#   L0 base ◄── L1 model ◄── L2 match ◄── L3 plan ◄── L4 cluster   libc alone, no clock, no files (stdio.h is there for
#    ▲            ▲             ╎            ╎                      snprintf)
#    └────────────┴── L5 codec ─┴────────────┘            jansson and libyaml; of L2 and L3 it sees what hosts see,
#                                                         and taint, as created pods get the automatic tolerations (C2)
set -u

# layer | may include | files
table() {
  cat <<'EOT'
L0 | L0 | error arena text printable table path literal grammar fnv pool index order moments daemonset/base
L1 | L0 L1 | model copy check findings value daemonset/model daemonset/validate
L2 | L0 L1 L2 | keys selector reasons affinity taint match validate validate_labels validate_meta validate_update validate_annotation validate_template validate_container validate_placement caution caution_affinity overlap daemonset/match
L3 | L0 L1 L2 L3 | taken sync claim history census backoff work share manage rollout status actions plan objection objection_pod admit daemonset/plan daemonset/admit
L4 | L0 L1 L2 L3 L4 | cluster cluster_class cluster_member cluster_node cluster_owner cluster_claim cluster_pod cluster_revision cluster_daemonset cluster_judge cluster_plan daemonset/cluster
L5 | L0 L1 L5 taint validate daemonset/match daemonset/plan | source place repeats scalar json yaml yaml_place time quantity image schema schema_types schema_table conform defaults encode hash emit items decode objects facts reading documents state manifest manifests template pod render decimal daemonset/codec
all | L0 L1 L2 L3 L4 L5 | daemonset
EOT
}

# C11's own headers that need no operating system.
libc='assert ctype errno float inttypes limits math stdarg stdbool stddef stdint stdio stdlib string'
codec_only='jansson yaml'
codec=$(sed -n 's/^CODEC = //p' Makefile)

{
  table
  echo ---
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
    for (i = 1; i <= count; i++) layer[file[i]] = part[1]
    allowed[part[1]] = part[2]
    next
  }
  NF == 1 {
    name = stem($0)
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
