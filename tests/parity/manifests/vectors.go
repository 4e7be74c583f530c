// SPDX-License-Identifier: Apache-2.0

// The same oracle? The vectors say what the API server did with the corpus and with some 200 made manifests; this side
// must say so, too, byte for byte.

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// vector is a line of defaults.jsonl, corpus-validate.jsonl or validate.jsonl.
type vector struct {
	Name         string          `json:"name,omitempty"`
	File         string          `json:"file,omitempty"`
	Index        int             `json:"index,omitempty"`
	Document     json.RawMessage `json:"document,omitempty"`
	Expect       *vector         `json:"expect,omitempty"`
	DecodeError  string          `json:"decodeError,omitempty"`
	StrictError  string          `json:"strictError,omitempty"`
	Errors       []fault         `json:"errors,omitempty"`
	DaemonSet    json.RawMessage `json:"daemonSet,omitempty"`
	RevisionData json.RawMessage `json:"revisionData,omitempty"`
	Hash         string          `json:"hash,omitempty"`
}

// checkVectors compares the API server's side with files of vectors beside a corpus.
func checkVectors(folder string) int {
	u, total, hashes := newUpstream(), tally{}, tally{}
	for _, name := range []string{"defaults", "corpus-validate", "validate"} {
		file, err := os.Open(filepath.Join(folder, name+".jsonl"))
		must(err)
		defer file.Close()
		lines := bufio.NewScanner(file)
		lines.Buffer(nil, 1<<24)
		t := tally{}
		for lines.Scan() {
			var v vector
			must(json.Unmarshal(lines.Bytes(), &v))
			a := u.ask(v.document(filepath.Join(folder, "..", "corpus")))
			faults := v.against(a, name)
			t.count(len(faults) == 0)
			if len(faults) > 0 {
				fmt.Printf("%s %s%s#%d: %s\n", name, v.Name, v.File, v.Index, strings.Join(faults, ", "))
			}
			if name == "defaults" && a.decode == "" {
				hashes.count(a.hash == v.Hash)
			}
		}
		must(lines.Err())
		fmt.Printf("%s: %d passed, %d failed\n", name, t.passed, t.failed)
		total.passed, total.failed = total.passed+t.passed, total.failed+t.failed
	}
	fmt.Printf("hashes: %d as in the vectors, %d are others once the object was stored\n", hashes.passed, hashes.failed)
	return total.last()
}

func (v *vector) document(corpus string) []byte {
	if v.Document != nil {
		return v.Document
	}
	text, err := os.ReadFile(filepath.Join(corpus, v.File))
	must(err)
	return documents(text)[v.Index]
}

// against lists what differs. Vectors sort errors.
func (v *vector) against(a *answer, kind string) (out []string) {
	want := v
	if v.Expect != nil {
		want = v.Expect
	}
	different := func(what string, differs bool) {
		if differs {
			out = append(out, what)
		}
	}
	different("decodes: "+a.decode, a.decode != want.DecodeError)
	if a.decode != "" {
		return out
	}
	different("strict", a.strictError() != want.StrictError)
	if kind == "defaults" {
		different("object", !bytes.Equal(a.object, want.DaemonSet))
		different("revision data", !bytes.Equal(a.revision, want.RevisionData))
		return out
	}
	errors := slices.Clone(a.errors)
	slices.SortStableFunc(errors, func(a, b fault) int {
		return strings.Compare(a.Field+"\x00"+a.Text, b.Field+"\x00"+b.Text)
	})
	different("errors", !slices.Equal(errors, want.Errors))
	return out
}

// strictError is the text of the API server.
func (a *answer) strictError() string {
	if len(a.strict) == 0 {
		return ""
	}
	return "strict decoding error: " + strings.Join(a.strict, ", ")
}
