// SPDX-License-Identifier: Apache-2.0

// Mutations of how a document is written: what YAML offers (style), and slips of the hand in a text.

package main

import (
	"regexp"
	"slices"
	"strings"
)

// rawScalars are what YAML makes something of, or does not; 64 bits are enough for all that are integers.
var rawScalars = []string{"yes", "No", "ON", "off", "y", "n", "Y", "true", "True", "TRUE", "tRUE", "~", "null", "Null",
	"NULL", "nULL", "", "0", "0644", "0o644", "0x1F", "0X1F", "0b11", "0B11", "08", "-0x1", "+1", "-0", "-1", "1_000",
	"_1", "1_", "1e3", "1E3", "1e+3", ".5", "5.", "1.", "1.0", "1.5", "-1.5", "1.5e1", ".inf", "-.Inf", "+.INF", ".NaN",
	".nan", "inf", "nan", "190:20:30", "1:30", "2001-12-14", "2001-12-14 21:59:43", "2001-12-14t21:59:43.10-05:00", "=",
	"!!str 5", "!!str yes", "!!int \"5\"", "!!int 5.0", "!!float 3", "!!float \"1.5\"", "!!null \"\"", "!!null x",
	"!!bool \"yes\"", "!!bool x", "!!binary aGVsbG8=", "!!binary \"%\"", "!!binary /w==", "!!binary gICA", "!!binary 4pg=", "!!binary YcM=", "!foo bar", "!!map {}", "!!seq []",
	"!!timestamp 2001-12-14", "!!str {a: b}", "! 5", "!<tag:yaml.org,2002:str> 5", "18446744073709551615",
	"9223372036854775808", "-9223372036854775808", "9223372036854775807", "0x7fffffffffffffff", "0xffffffffffffffff",
	"0777777777777777777777", "'5'", "\"5\"", "'it''s'", "\"\\x41\\u00e9\\U0001F600\"", "\"a\\\n      b\"", "a b",
	"a#b", "a # b", "a: b", "- a", "[a, b]", "[a, b", "{a: b}", "{a, b}", "{a: }", "{a}", "[a,]", "[,]", "{a: b,}",
	"@a", "`a", "%a", "*none", "&a", "&a b", "? a", ": a", "|", ">-", "|+", "|2", "a,b", "[]", "{}", "''", "\"\"", "<<",
	"é", "\"\\q\"", "'", "\"", "10.5Gi", "1Gi", "5%", "1.2.3", "v1", "0.1", "0.10", "1.10", "100000000000000000000.0",
	"1e20", "12e03", "-.5", "+.5", "1__0", "0x", "0b", "0o", "0b2", "0xg", "1e", "e1", "--", "..", "\u2028", "nul",
	"on ", "yes # yes"}

// rawKeys likewise.
var rawKeys = []string{"yes", "on", "1", "0x10", "1.5", "~", "null", "!!str 1", "2001-12-14", "? a", "*none", "<<",
	"\"a\"", "'a'", "[a]", "{a: b}", "", "010", "1e3", "true", "-1", "&k a", "a b", ".inf", "="}

var styleOperators = []operator{
	{"YAML scalar", 60, func(m *mutation) bool {
		return m.change(func(s site) bool { return s.parent != nil && s.node.kind < list },
			func(site) *node { return rawNode(oneOf(m.dice, rawScalars...)) })
	}},
	{"YAML key", 15, rawKey},
	{"value replaced", 6, replaced},
	{"anchor and alias", 40, alias},
	{"merge key", 40, merge},
	{"tag", 20, func(m *mutation) bool {
		return m.restyle(func(s *style) {
			s.tag = oneOf(m.dice, "!!str", "!!int", "!!float", "!!bool", "!!null", "!!map", "!!seq", "!!binary", "!x",
				"!!set", "!!omap", "!!timestamp", "!")
		})
	}},
	{"flow style", 40, func(m *mutation) bool { return m.restyle(func(s *style) { s.flow = true }) }},
	{"quotes", 40, func(m *mutation) bool {
		return m.restyle(func(s *style) {
			s.quote = oneOf[byte](m.dice, '"',
				'\'')
		})
	}},
	{"block scalar", 30, blockScalar},
	{"indented list", 20, func(m *mutation) bool { return m.restyle(func(s *style) { s.indent = true }) }},
	{"comment", 20, func(m *mutation) bool {
		return m.restyle(func(s *style) { s.after = oneOf(m.dice, " # c", "#c", " #", "\t# tab", "  ") })
	}},
	{"line ends of Windows", 6, func(m *mutation) bool { m.form.crlf = true; return true }},
	{"document marks", 15, documentMarks},
}

// restyle changes how one node is written.
func (m *mutation) restyle(change func(*style)) bool {
	s, found := m.find(func(s site) bool { return s.parent != nil })
	if found {
		change(&s.node.style)
	}
	return found
}

func blockScalar(m *mutation) bool {
	return m.change(func(s site) bool { return s.node.kind == text }, func(s site) *node {
		out := textNode(oneOf(m.dice, "one\ntwo\n", "one\n\n  two\n", "one\n", "a: b\n# c\n", "- a\n\n\nb\n",
			"x\n \ny\n"))
		out.style.quote = oneOf[byte](m.dice, '|', '>')
		return out
	})
}

func rawKey(m *mutation) bool {
	s, found := m.find(isMember)
	if found {
		s.parent.members[s.index].key, s.parent.members[s.index].raw = oneOf(m.dice, rawKeys...), true
	}
	return found
}

// replaced writes a mapping in front of itself once more, with a key that JSON does not have.
func replaced(m *mutation) bool {
	s, found := m.find(func(s site) bool { return s.isMember() && isMapping(s) })
	if !found {
		return false
	}
	old := s.parent.members[s.index]
	old.value = object("a", "b")
	old.value.members[0].key, old.value.members[0].raw = oneOf(m.dice, "null", "~", ".inf"), true
	s.parent.members = slices.Insert(s.parent.members, s.index, old)
	return true
}

// anchorAt names a node that stands in the text before others.
func (m *mutation) anchorAt(fits func(site) bool) (site, bool) {
	s, found := m.find(func(s site) bool { return s.parent != nil && s.node.style.alias == "" && fits(s) })
	if found && s.node.style.anchor == "" {
		s.node.style.anchor = oneOf(m.dice, "a", "b1", "x-y", "a")
	}
	return s, found
}

// alias puts one node in the place of a later one, of the same type when there is one.
func alias(m *mutation) bool {
	from, found := m.anchorAt(func(site) bool { return true })
	if !found {
		return false
	}
	alike, behind := m.chance(0.7), false
	to, found := m.find(func(s site) bool {
		inside := s.parent == nil || slices.ContainsFunc(sites(s.node, nil),
			func(t site) bool { return t.node == from.node })
		if s.node == from.node {
			behind = true
			return false
		}
		return behind && !inside && (!alike || s.of != nil && bare(s.of) == bare(from.of))
	})
	if found {
		to.node.become(from.node)
		to.node.style = style{alias: from.node.style.anchor}
	}
	return found
}

// merge gives a mapping a merge key: an alias of an earlier mapping, a mapping, or a list of them.
func merge(m *mutation) bool {
	from, found := m.anchorAt(isMapping)
	to, also := m.find(isMapping)
	if !found || !also || to.node == from.node {
		return false
	}
	value := &node{kind: mapping, style: style{alias: from.node.style.anchor}}
	inline := object("app", "merged", "name", "merged")
	switch m.IntN(5) {
	case 0:
		value = inline
	case 1:
		value = listNode(value, inline)
		value.style.flow, inline.style.flow = true, true
	case 2:
		value = oneOf(m.dice, textNode("x"), &node{}, listNode(textNode("x")))
	}
	at := oneOf(m.dice, 0, m.IntN(len(to.node.members)+1), len(to.node.members))
	to.node.members = slices.Insert(to.node.members, at, member{key: "<<", raw: true, value: value})
	return true
}

func documentMarks(m *mutation) bool {
	m.form.before = oneOf(m.dice, "---\n", "# comment\n---\n", "--- # c\n", "\n\n", "%YAML 1.1\n---\n", "\ufeff",
		"# é\n", "---\n# c\n")
	m.form.behind = oneOf(m.dice, "", "...\n", "# end\n", "\n\n", "  \n", "...\n%YAML 1.1\nx\n")
	return true
}

var textOperators = []operator{
	{"line deleted", 30, func(m *mutation) bool {
		return m.line(func(i int) { m.lines = slices.Delete(m.lines, i, i+1) })
	}},
	{"line doubled", 30, func(m *mutation) bool {
		return m.line(func(i int) { m.lines = slices.Insert(m.lines, i, m.lines[i]) })
	}},
	{"line indented", 25, func(m *mutation) bool {
		return m.line(func(i int) {
			if m.chance(0.5) {
				m.lines[i] = oneOf(m.dice, " ", "  ", "    ") + m.lines[i]
			} else {
				m.lines[i] = strings.TrimPrefix(m.lines[i], oneOf(m.dice, " ", "  "))
			}
		})
	}},
	{"tab in a line", 8, func(m *mutation) bool {
		return m.line(func(i int) {
			m.lines[i] = oneOf(m.dice, "\t"+m.lines[i], strings.Replace(m.lines[i], ": ", ":\t", 1),
				strings.Replace(m.lines[i], "  ", "\t", 1), strings.TrimSuffix(m.lines[i], "\n")+"\t\n")
		})
	}},
	{"character changed", 25, changeCharacter},
	{"value of a line", 40, func(m *mutation) bool {
		return m.line(func(i int) {
			if key, _, found := strings.Cut(m.lines[i], ": "); found {
				m.lines[i] = key + ": " + oneOf(m.dice, rawScalars...) + "\n"
			}
		})
	}},
	{"cut off", 4, func(m *mutation) bool {
		return m.line(func(i int) {
			m.lines = m.lines[:i+1]
			m.lines[i] = strings.ToValidUTF8(m.lines[i][:m.IntN(len(m.lines[i])+1)], "")
		})
	}},
	{"no newline at the end", 6, func(m *mutation) bool {
		whole := strings.TrimRight(strings.Join(m.lines, ""), "\n")
		m.lines = strings.SplitAfter(whole, "\n")
		return true
	}},
}

// line changes one that is neither blank nor a comment.
func (m *mutation) line(change func(i int)) bool {
	for range min(20, len(m.lines)) {
		i := m.IntN(len(m.lines))
		if words := strings.TrimSpace(m.lines[i]); words != "" && words[0] != '#' {
			change(i)
			return !slices.ContainsFunc(m.lines, func(l string) bool {
				return strings.HasPrefix(l,
					"---") && l != "---\n"
			})
		}
	}
	return false
}

// flowInTag is what Go's reader of YAML takes for a part of a tag, and libyaml, as YAML 1.2 has it, does not.
var flowInTag = regexp.MustCompile(`!\S*[,\[\]{}]`)

func changeCharacter(m *mutation) bool {
	return m.line(func(i int) {
		runes := []rune(m.lines[i])
		at := m.IntN(len(runes))
		with := oneOf(m.dice, ' ', ':', '-', '"', '\'', '#', '{', '}', '[', ']', ',', '&', '*', '|', '\n', 'x', 'A',
			'0', 'é', '!', '%', '\t')
		switch m.IntN(3) {
		case 0:
			runes[at] = with
		case 1:
			runes = slices.Insert(runes, at, with)
		default:
			runes = slices.Delete(runes, at, at+1)
		}
		if changed := string(runes); !flowInTag.MatchString(changed) {
			m.lines[i] = changed
		}
	})
}
