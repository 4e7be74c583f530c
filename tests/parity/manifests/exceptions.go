// SPDX-License-Identifier: Apache-2.0

// What may differ, and why. Each is counted; one that never occurs has no reason to stand here.

package main

import (
	"slices"
	"strings"
)

type exception struct {
	name    string
	forgive func(real, ours *answer, of []difference) []difference // what is left
}

// dropping forgives differences of one kind that look like this.
func dropping(kind string, excused func(real, ours *answer, detail string) bool) func(*answer, *answer,
	[]difference) []difference {
	return func(real, ours *answer, of []difference) []difference {
		return slices.DeleteFunc(slices.Clone(of), func(d difference) bool {
			return d.kind == kind && excused(real, ours, d.detail)
		})
	}
}

var exceptions = []exception{
	// The hash is one of the time zone tables of the controller's process, too, and of what it did before.
	{"hash of a template with times", dropping(differsHash, func(real, _ *answer, _ string) bool { return real.timed })},
	// The library refuses them wherever they stand, of JSON those beyond a double alone, of YAML also integers between
	// int64 and uint64; the API server reads them in quantities and passes over them in fields that it does not know.
	{"number beyond 64 bits, or not finite", dropping(differsDecoding, func(real, ours *answer, _ string) bool {
		return real.decode == "" && (strings.Contains(ours.decode, "beyond a 64-bit ") ||
			strings.Contains(ours.decode, "a number must be finite"))
	})},
	// Go puts U+FFFD in the place of bytes that are no text; the library does not make text of them.
	{"binary that is not UTF-8", dropping(differsDecoding, func(real, ours *answer, _ string) bool {
		return real.decode == "" && strings.Contains(ours.decode, "a !!binary value is not UTF-8")
	})},
	// Go's reader of YAML looks at keys when all of the document is read: those of a value that another one with the same
	// key has replaced it never sees. Strictly neither side takes the manifest, as a key stands twice.
	{"key in a replaced value", dropping(differsDecoding, func(real, ours *answer, _ string) bool {
		return real.decode == "" && len(real.strict) > 0 && strings.Contains(ours.decode, "a key must be a string, ")
	})},
	// Go's reader of YAML takes the first document and does not look at what stands behind its end.
	{"text behind the document", dropping(differsDecoding, func(real, ours *answer, _ string) bool {
		return real.decode == "" && strings.Contains(ours.decode, "did not find expected <document start>")
	})},
}

// forgive takes away what may differ; it returns the exceptions that were needed.
func (c *compared) forgive(real, ours *answer) (used []int) {
	for i, e := range exceptions {
		if left := e.forgive(real, ours, c.differences); len(left) < len(c.differences) {
			c.differences, used = left, append(used, i)
		}
	}
	return used
}
