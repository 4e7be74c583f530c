// SPDX-License-Identifier: Apache-2.0

// A tree as JSON or as YAML. The same tree gives the same text: how it looks is decided in it (style).

package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// form is how a whole document is written.
type form struct {
	json   bool
	pretty bool   // JSON over several lines
	before string // what stands before a YAML document, "---\n" for one
	behind string
	crlf   bool
	step   int // of YAML's indentation
}

func write(n *node, f form) []byte {
	w := &writer{step: max(f.step, 1)}
	switch {
	case f.json:
		w.json(n, 0, f.pretty)
	default:
		w.WriteString(f.before)
		w.block(n, 0, false)
		w.WriteString(f.behind)
	}
	out := w.String()
	if f.crlf {
		out = strings.ReplaceAll(out, "\n", "\r\n")
	}
	return []byte(out)
}

type writer struct {
	strings.Builder
	step int
}

func quoted(s string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	must(encoder.Encode(s))
	return strings.TrimSuffix(b.String(), "\n")
}

// json writes JSON; pretty puts each member on a line.
func (w *writer) json(n *node, depth int, pretty bool) {
	line := func(depth int) {
		if pretty {
			w.WriteString("\n" + strings.Repeat("  ", depth))
		}
	}
	switch n.kind {
	case null:
		w.WriteString("null")
	case boolean, number:
		w.WriteString(n.text)
	case text, raw:
		w.WriteString(quoted(n.text))
	case list:
		w.WriteByte('[')
		for i, item := range n.items {
			if i > 0 {
				w.WriteByte(',')
			}
			line(depth + 1)
			w.json(item, depth+1, pretty)
		}
		line(depth)
		w.WriteByte(']')
	case mapping:
		w.WriteByte('{')
		for i, m := range n.members {
			if i > 0 {
				w.WriteByte(',')
			}
			line(depth + 1)
			w.WriteString(quoted(m.key) + ":")
			w.json(m.value, depth+1, pretty)
		}
		line(depth)
		w.WriteByte('}')
	}
}

// isLeaf says that a node stands on the line of its key.
func (n *node) isLeaf() bool {
	return n.style.alias != "" || n.style.flow || n.kind != list && n.kind != mapping || len(n.items)+len(n.members) == 0
}

// property writes what precedes a node's content.
func (w *writer) property(n *node) {
	if n.style.anchor != "" {
		w.WriteString(" &" + n.style.anchor)
	}
	if n.style.tag != "" {
		w.WriteString(" " + n.style.tag)
	}
}

// block writes a node whose first line is already indented; inline says that it follows "- ".
func (w *writer) block(n *node, depth int, inline bool) {
	if n.isLeaf() {
		w.leaf(n, depth)
		return
	}
	indent := strings.Repeat(" ", depth)
	first := func(i int) {
		if i > 0 || !inline {
			w.WriteString(indent)
		}
	}
	for i, item := range n.items {
		first(i)
		w.WriteByte('-')
		w.child(item, depth+2, true)
	}
	for i, m := range n.members {
		first(i)
		w.WriteString(w.key(m) + ":")
		deeper := depth + w.step
		if m.value.kind == list && !m.value.style.indent {
			deeper = depth
		}
		w.child(m.value, deeper, false)
	}
}

// child writes the value of a key or of a dash.
func (w *writer) child(n *node, depth int, ofList bool) {
	switch {
	case n.isLeaf():
		w.leaf(n, depth)
	case n.style.anchor != "" || n.style.tag != "" || !ofList:
		w.property(n)
		w.WriteString("\n")
		w.block(n, depth, false)
	default:
		w.WriteByte(' ')
		w.block(n, depth, true)
	}
}

// leaf writes one value and ends its line.
func (w *writer) leaf(n *node, depth int) {
	if n.style.alias != "" {
		w.WriteString(" *" + n.style.alias)
	} else {
		w.property(n)
		if n.kind == text && (n.style.quote == '|' || n.style.quote == '>') && multiline(n.text) {
			w.folded(n, max(depth, 1))
			return
		}
		w.WriteByte(' ')
		w.flow(n)
	}
	w.WriteString(n.style.after + "\n")
}

// multiline says that a text can be written as a block scalar without further care.
func multiline(s string) bool {
	return strings.HasSuffix(s, "\n") && !strings.HasSuffix(s, "\n\n") && !strings.HasPrefix(s, " ") &&
		!strings.HasPrefix(s, "\n") && !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' && r != '\n' || r > '~'
	})
}

func (w *writer) folded(n *node, depth int) {
	fmt.Fprintf(w, " %c%s\n", n.style.quote, n.style.after)
	for line := range strings.SplitSeq(strings.TrimSuffix(n.text, "\n"), "\n") {
		if line != "" {
			line = strings.Repeat(" ", depth) + line
		}
		w.WriteString(line + "\n")
	}
}

// flow writes a value within a line.
func (w *writer) flow(n *node) {
	switch n.kind {
	case null:
		w.WriteString("null")
	case boolean, number, raw:
		w.WriteString(n.text)
	case text:
		w.WriteString(scalar(n.text, n.style.quote))
	case list:
		w.WriteByte('[')
		for i, item := range n.items {
			w.separate(i)
			w.within(item)
		}
		w.WriteByte(']')
	case mapping:
		w.WriteByte('{')
		for i, m := range n.members {
			w.separate(i)
			w.WriteString(w.key(m) + ": ")
			w.within(m.value)
		}
		w.WriteByte('}')
	}
}

func (w *writer) separate(i int) {
	if i > 0 {
		w.WriteString(", ")
	}
}

// within writes a value of a flow collection.
func (w *writer) within(n *node) {
	if n.style.alias != "" {
		w.WriteString("*" + n.style.alias)
		return
	}
	if n.style.anchor != "" {
		w.WriteString("&" + n.style.anchor + " ")
	}
	if n.style.tag != "" {
		w.WriteString(n.style.tag + " ")
	}
	w.flow(n)
}

func (w *writer) key(m member) string {
	if m.raw {
		return m.key
	}
	return scalar(m.key, 0)
}

// plain matches texts that YAML reads as strings without quotes; words lists those that it does not.
var (
	plain = regexp.MustCompile(`^[A-Za-z_/][A-Za-z0-9_./-]*(:[A-Za-z0-9_./-]+)*$`)
	words = regexp.MustCompile(`^(?i:y|n|yes|no|on|off|true|false|null)$`)
)

// scalar writes a string so that YAML reads the same string.
func scalar(s string, quote byte) string {
	switch {
	case quote != '"' && quote != '\'' && plain.MatchString(s) && !words.MatchString(s):
		return s
	case quote == '\'' && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }):
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return quoted(s)
}
