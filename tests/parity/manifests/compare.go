// SPDX-License-Identifier: Apache-2.0

// Two answers to one text, held against each other.

package main

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Kinds of differences.
const (
	differsDecoding = "decodes or not"
	differsStrict   = "unknown and duplicate fields"
	differsErrors   = "errors"
	differsOrder    = "order of errors"
	differsText     = "texts of errors"
	differsObject   = "object"
	differsRevision = "revision data"
	differsHash     = "hash"
	differsOdd      = "an answer that cannot be"
)

type difference struct{ kind, detail string }

// kinds names them in a fixed order, without details.
func kinds(of []difference) string {
	var out []string
	for _, d := range of {
		out = append(out, d.kind)
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), ", ")
}

// compared are the differences, and how many texts there were to compare.
type compared struct {
	differences []difference
	texts       tally
	excused     []int // exceptions, by their index
}

func (c *compared) note(kind, format string, values ...any) {
	c.differences = append(c.differences, difference{kind, fmt.Sprintf(format, values...)})
}

func compare(real, ours *answer) *compared {
	c := differences(real, ours)
	c.excused = c.forgive(real, ours)
	return c
}

func differences(real, ours *answer) *compared {
	c := &compared{}
	if ours.odd != "" {
		c.note(differsOdd, "%s", ours.odd)
	}
	if (real.decode == "") != (ours.decode == "") {
		c.note(differsDecoding, "real %q, ours %q", real.decode, ours.decode)
		return c
	}
	if real.decode != "" {
		return c
	}
	c.strict(real.strict, ours.strict)
	c.errors(within(real.errors), within(ours.errors))
	for _, e := range ours.errors {
		if rowOf[pattern(e.Field)] == nil {
			c.note(differsErrors, "ours has %s at %s, which is out of scope", e.Type, e.Field)
		}
	}
	c.bytes(differsObject, real.object, ours.object)
	c.bytes(differsRevision, real.revision, ours.revision)
	if real.hash != ours.hash {
		c.note(differsHash, "real %s, ours %s", real.hash, ours.hash)
	}
	return c
}

// bytes shows the surroundings of the first difference.
func (c *compared) bytes(kind string, real, ours []byte) {
	if bytes.Equal(real, ours) {
		return
	}
	at := 0
	for at < len(real) && at < len(ours) && real[at] == ours[at] {
		at++
	}
	around := func(b []byte) string { return string(b[max(0, at-40):min(len(b), at+60)]) }
	c.note(kind, "at byte %d: real …%s…, ours …%s…", at, around(real), around(ours))
}

func (c *compared) errors(real, ours []fault) {
	place := func(e fault) string { return e.Type + " " + e.Field }
	set := func(of []fault) (out []string) {
		for _, e := range of {
			out = append(out, place(e))
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	missing, extra := without(set(real), set(ours)), without(set(ours), set(real))
	if len(missing)+len(extra) > 0 {
		c.note(differsErrors, "ours lacks %q, has %q", missing, extra)
		return
	}
	if !slices.EqualFunc(real, ours, func(a, b fault) bool { return place(a) == place(b) }) {
		c.note(differsOrder, "real %q, ours %q", real, ours)
		return
	}
	for i := range real {
		same := real[i].Text == ours[i].Text
		c.texts.count(same)
		if !same {
			c.note(differsText, "%s: real %q, ours %q", real[i].Field, real[i].Text, ours[i].Text)
		}
	}
}

func without(of, others []string) (out []string) {
	for _, s := range of {
		if !slices.Contains(others, s) {
			out = append(out, s)
		}
	}
	return out
}

// yamlKey is how YAML's reader reports a key that stands twice: its value's line, and the key as Go prints it.
var yamlKey = regexp.MustCompile(`(?m)^  line \d+: key (.*) already set in map$`)

// infinite are keys that Go prints as it does numbers, and JSON gets as YAML spells them.
var infinite = map[string]string{"+Inf": ".inf", "-Inf": "-.inf"}

// strict compares sets: the API server names a path once, and YAML's reader names keys instead of paths.
func (c *compared) strict(real, ours []string) {
	var paths, keys []string
	if slices.Contains(real, vague) {
		if len(ours) == 0 {
			c.note(differsStrict, "ours has none")
		}
		return
	}
	for _, text := range real {
		if !strings.HasPrefix(text, "yaml: ") {
			paths = append(paths, text)
			continue
		}
		for _, match := range yamlKey.FindAllStringSubmatch(text, -1) {
			key, err := strconv.Unquote(match[1])
			if err != nil {
				key = match[1] // no string: 1, true
				if known, found := infinite[key]; found {
					key = known
				}
			}
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		if !slices.ContainsFunc(ours, func(s string) bool { return endsIn(s, key) }) {
			c.note(differsStrict, "ours lacks the duplicate key %q", key)
		}
	}
	missing := without(paths, ours)
	extra := slices.DeleteFunc(without(ours, paths), func(s string) bool {
		return slices.ContainsFunc(keys, func(key string) bool { return endsIn(s, key) })
	})
	full := len(paths) >= mostStrict
	if len(missing) > 0 || len(extra) > 0 && !full {
		c.note(differsStrict, "ours lacks %q, has %q", missing, extra)
	}
}

// mostStrict is how many the API server collects.
const mostStrict = 100

// endsIn says that a duplicate field's path ends in a key.
func endsIn(finding, key string) bool {
	path, found := strings.CutPrefix(finding, "duplicate field ")
	path, err := strconv.Unquote(path)
	return found && err == nil && (path == key || strings.HasSuffix(path, "."+key))
}
