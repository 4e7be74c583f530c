// SPDX-License-Identifier: Apache-2.0

// A run: workers draw mutations, ask both sides and compare; totals add up.

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
)

const (
	perKind       = 100     // failures that differ in the same kinds of things and are made small; all are counted
	perShape      = 2       // so many of them are written that have the same keys
	perKindShown  = 12      // and so many in all
	defaultsEvery = 2       // of so many texts one is looked through for defaults
	judgedFrom    = 100_000 // mutations; in fewer, something may be missing
)

// tally counts one kind of comparison.
type tally struct{ passed, failed int }

func (t *tally) count(passed bool) {
	if passed {
		t.passed++
	} else {
		t.failed++
	}
}

// last prints the line that everything ends with; what it returns is the exit status.
func (t tally) last() int {
	fmt.Printf("%d passed, %d failed\n", t.passed, t.failed)
	if t.failed > 0 || t.passed == 0 {
		return 1
	}
	return 0
}

type run struct {
	settings
	seeds   []seed
	started time.Time
	mutex   sync.Mutex
	coverage

	total, texts  tally
	decoded, json int
	strict, valid int
	kinds, shapes map[string]int // failures by what differs, and by their keys
	written       []failure
}

// failure is a line of the file of failures: a vector with what the library said.
type failure struct {
	Name     string          `json:"name"`
	Changed  string          `json:"changed"`
	From     string          `json:"from"`
	Document json.RawMessage `json:"document,omitempty"`
	Text     string          `json:"text,omitempty"` // when it is YAML
	Expect   vector          `json:"expect"`
	Got      vector          `json:"got"`
	Differs  []string        `json:"differs"`
}

// release is the version of the module that is linked.
func release() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == "k8s.io/kubernetes" {
				return strings.TrimPrefix(module.Version, "v")
			}
		}
	}
	return "unknown"
}

// bench is what one worker asks with.
type bench struct {
	upstream *upstream
	library  *library
	trace    string
}

func (r *run) bench() *bench { return &bench{newUpstream(), newLibrary(), r.trace} }

func (b *bench) compare(text []byte) (*answer, *answer, *compared) {
	if b.trace != "" {
		must(os.WriteFile(b.trace, text, 0o644))
	}
	real, ours := b.upstream.ask(text), b.library.ask(text)
	return real, ours, compare(real, ours)
}

// all draws the mutations from number `from` on.
func (r *run) all(from, count int) {
	var group sync.WaitGroup
	var next atomic.Int64
	for range r.workers {
		group.Go(func() {
			b := r.bench()
			for i := next.Add(1) - 1; i < int64(count); i = next.Add(1) - 1 {
				r.one(b, from+int(i))
			}
		})
	}
	group.Wait()
}

func (r *run) one(b *bench, i int) {
	m := draw(r.seeds, r.seed, i)
	text := m.text()
	real, _, c := b.compare(text)
	var defaults []bool
	if i%defaultsEvery == 0 && real.decode == "" {
		defaults = seenDefaults(text, real.object)
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.add(m.done, real, defaults, c.excused)
	r.seen(text, real, c)
	if len(c.differences) > 0 {
		r.failed(b, m, fmt.Sprintf("manifest-%d-%d", r.seed, i), c)
	}
}

// seen adds up what every comparison gives. The caller holds the lock.
func (r *run) seen(text []byte, real *answer, c *compared) {
	r.total.count(len(c.differences) == 0)
	r.texts.passed, r.texts.failed = r.texts.passed+c.texts.passed, r.texts.failed+c.texts.failed
	counts := func(counter *int, yes bool) {
		if yes {
			*counter++
		}
	}
	decodes := real.decode == ""
	counts(&r.decoded, decodes)
	counts(&r.json, utilyaml.IsJSONBuffer(text))
	counts(&r.strict, len(real.strict) > 0)
	counts(&r.valid, decodes && len(real.strict) == 0 && len(within(real.errors)) == 0)
}

// failed notes a difference and makes its text small; of texts that are alike a few are kept. The caller holds the lock.
func (r *run) failed(b *bench, m *mutation, name string, c *compared) {
	want := kinds(c.differences)
	if r.kinds[want]++; r.kinds[want] > perKind || r.shapes[want] == perKindShown {
		return
	}
	small := shrink(m, func(text []byte) bool {
		_, _, c := b.compare(text)
		return kinds(c.differences) == want
	})
	real, ours, c := b.compare(small)
	f := failure{Name: name, Changed: strings.Join(m.done, ", "), From: m.from, Expect: real.vector(), Got: ours.vector()}
	if json.Valid(small) {
		f.Document = small
	} else {
		f.Text = string(small)
	}
	for _, d := range c.differences {
		f.Differs = append(f.Differs, d.kind+": "+d.detail)
	}
	shape := want + ": " + values.ReplaceAllString(string(small), "")
	if r.shapes[shape]++; r.shapes[shape] > perShape {
		return
	}
	r.shapes[want]++
	fmt.Printf("%s (%s): %.2000s\n  %.2000s\n", name, f.Changed, strings.Join(f.Differs, "\n  "), small)
	r.written = append(r.written, f)
}

// values are what texts of one shape differ in.
var values = regexp.MustCompile(`:("[^"]*"|[-+.0-9eE]+)|: .*`)

// vector is an answer in the form of the vectors.
func (a *answer) vector() vector {
	return vector{DecodeError: a.decode, StrictError: a.strictError(), Errors: within(a.errors)}
}

// file compares the texts of a file of failures again.
func (r *run) file(path string) {
	content, err := os.ReadFile(path)
	must(err)
	b := r.bench()
	for line := range strings.Lines(string(content)) {
		var f failure
		must(json.Unmarshal([]byte(line), &f))
		text := []byte(f.Text)
		if f.Document != nil {
			text = f.Document
		}
		real, _, c := b.compare(text)
		r.seen(text, real, c)
		for _, d := range c.differences {
			fmt.Printf("%s: %s: %s\n", f.Name, d.kind, d.detail)
		}
	}
}

// write puts the small texts into a file.
func (r *run) write() {
	file, err := os.Create(r.out)
	must(err)
	defer file.Close()
	buffer := bufio.NewWriter(file)
	defer buffer.Flush()
	encoder := json.NewEncoder(buffer)
	encoder.SetEscapeHTML(false)
	for _, f := range r.written {
		must(encoder.Encode(f))
	}
}

// report prints the totals; what it returns is the exit status.
func (r *run) report(counted, judged bool) int {
	total := r.total
	if counted {
		rows := r.coverage.report()
		if judged {
			total.passed, total.failed = total.passed+rows.passed, total.failed+rows.failed
		}
	}
	fmt.Printf("texts: %d, of which %d decode, %d JSON; with unknown or duplicate fields %d; without any error in scope %d\n",
		r.total.passed+r.total.failed, r.decoded, r.json, r.strict, r.valid)
	fmt.Printf("texts of errors: %d equal, %d not; %.0f s\n", r.texts.passed, r.texts.failed, time.Since(r.started).Seconds())
	var names []string
	for kind := range r.kinds {
		names = append(names, kind)
	}
	slices.Sort(names)
	for _, kind := range names {
		fmt.Printf("differs in %s: %d\n", kind, r.kinds[kind])
	}
	if len(r.written) > 0 {
		r.write()
		fmt.Printf("texts that differ, made small: %s\n", r.out)
	}
	return total.last()
}
