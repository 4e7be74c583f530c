# SPDX-License-Identifier: Apache-2.0
# The sentences of a header's comments, one a line: prose up to a full stop or a semicolon; the rows of tables, their
# cells joined by " | "; the items of lists. How comments look:
#
#   /* One sentence. Another; and                        code; code /* a sentence of its own */
#    * its end. */
#    *   heading | of a table                              *   heading of a list
#    *   first   | row, which                              *     an item, which
#    *           |   goes on                                *       goes on
#    *     on    |                                          *     the next item

function trim(text) {
  gsub(/[ \t]+/, " ", text)
  sub(/^ /, "", text)
  sub(/ $/, "", text)
  return text
}

function say(text) {
  text = trim(text)
  if (text ~ /[a-z]/) print text # a heading in capitals says nothing
}

# Splits prose; a full stop ends a sentence when a capital or a quoted name follows.
function flush_prose() {
  while (match(prose, /(\. [A-Z`"]|; )/)) {
    say(substr(prose, 1, RSTART))
    prose = substr(prose, RSTART + 2)
  }
  say(prose)
  prose = ""
}

function flush_row(    i, text) {
  text = cell[1]
  for (i = 2; i <= cells; i++) text = text " | " cell[i]
  if (cells > 0 && rows++ > 0) say(text) # the first is the heading
  cells = 0
}

function flush() {
  flush_prose()
  flush_row()
  say(item)
  item = ""
}

function table_line(text,    part, count, goes_on, i) {
  flush_prose()
  goes_on = text ~ /^    /
  if (!goes_on) flush_row()
  count = split(text, part, "|")
  for (i = 1; i <= count; i++) cell[i] = trim(goes_on ? cell[i] " " part[i] : part[i])
  cells = count
}

# One line of a comment, without its frame.
function look_at(text) {
  if (text !~ /[^ ]/) { flush(); rows = 0 }
  else if (text !~ /^   /) { if (cells > 0 || item != "") flush(); prose = trim(prose " " text) }
  else if (text ~ /\|/) table_line(text)
  else if (text ~ /^       /) item = item " " text
  else if (text ~ /^     /) { flush(); item = text }
  else { flush(); rows = 0 }
}

NR > 1 {
  rest = $0
  if (!inside && match(rest, /\/\*/)) { inside = 1; rest = substr(rest, RSTART + 2) }
  if (!inside) next
  ends = sub(/ *\*\/.*/, "", rest)
  if (!sub(/^ \*/, "", rest)) sub(/^ */, " ", rest) # a comment beside code goes on without a frame
  look_at(rest)
  if (ends) { flush(); rows = inside = 0 }
}
