// SPDX-License-Identifier: Apache-2.0

// The smallest text on which both sides still differ in the same kinds of things.

package main

import (
	"slices"
	"strings"
)

// shrink makes a mutation smaller: first parts of its tree are taken away, then how it is written is made plain, then
// lines.
func shrink(m *mutation, differs func([]byte) bool) []byte {
	if m.doc != nil {
		doc, form := shrinkTree(m.doc, m.form, differs)
		if form.json {
			return write(doc, form)
		}
		m = &mutation{lines: strings.SplitAfter(string(write(doc, form)), "\n")}
	}
	return []byte(strings.Join(shrinkLines(m.lines, differs), ""))
}

func shrinkTree(doc *node, f form, differs func([]byte) bool) (*node, form) {
	try := func(doc *node, f form) bool { return differs(write(doc, f)) }
	for _, simpler := range []form{{json: f.json, step: 2}, {json: true}} {
		if try(doc, simpler) {
			f = simpler
		}
	}
	for smaller := true; smaller; {
		smaller = false
		for at := 1; at < doc.size(); {
			if candidate := cut(doc, at); try(candidate, f) {
				doc, smaller = candidate, true
			} else {
				at++
			}
		}
	}
	for at := range doc.size() {
		candidate := doc.clone()
		s := sites(candidate, nil)[at]
		s.node.style = style{}
		if try(candidate, f) {
			doc = candidate
		}
	}
	return doc, f
}

// cut is a tree without its node of that number.
func cut(doc *node, number int) *node {
	candidate := doc.clone()
	s := sites(candidate, nil)[number]
	if s.parent.kind == list {
		s.parent.items = slices.Delete(s.parent.items, s.index, s.index+1)
	} else {
		s.parent.members = slices.Delete(s.parent.members, s.index, s.index+1)
	}
	return candidate
}

// shrinkLines takes away blocks of lines, big ones first.
func shrinkLines(lines []string, differs func([]byte) bool) []string {
	for block := len(lines) / 2; block > 0; block /= 2 {
		for at := 0; at+block <= len(lines); {
			candidate := slices.Concat(lines[:at], lines[at+block:])
			if differs([]byte(strings.Join(candidate, ""))) {
				lines = candidate
			} else {
				at += block
			}
		}
	}
	return lines
}
