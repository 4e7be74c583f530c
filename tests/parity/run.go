// SPDX-License-Identifier: Apache-2.0

// A run: what there is to do is cut into jobs, workers take them, totals add up. The feature gate of C16 belongs to
// the process, so a run has two halves, one with it off and one with it on.

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"k8s.io/apiserver/pkg/util/feature"
	"k8s.io/kubernetes/pkg/features"
)

const (
	jobSize     = 50 // states a job
	textEvery   = 10 // of so many states one is asked through JSON too
	hugeIsFewer = 20 // states of huge clusters are as many times fewer as they take longer
	mostShrunk  = 20 // failures that are made small and written; all are counted
)

// tally counts one kind of comparison.
type tally struct{ passed, failed int }

type run struct {
	settings
	counted bool // how often rules mattered is of interest
	judged  bool // and there was enough of everything, so that each of them must have
	mutex   sync.Mutex

	states, syncs, fields map[string]*tally // by family; syncs are those of trajectories
	texts, pairs          int
	travelled             travelled
	coverage              coverage
	judgedRuns            judged
	kinds                 map[string]int // failures by what differs
	written               []*State
	started               time.Time
}

// job is a piece of work for one worker.
type job func(*bench)

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

func setGate(on bool) {
	must(feature.DefaultMutableFeatureGate.Set(fmt.Sprintf("%s=%t", features.TaintTolerationComparisonOperators, on)))
}

func (r *run) begin() {
	r.started = time.Now()
	r.states, r.syncs, r.fields, r.kinds = map[string]*tally{}, map[string]*tally{}, map[string]*tally{}, map[string]int{}
}

// all does the whole run, half by half.
func (r *run) all() {
	for _, gate := range []bool{false, true} {
		setGate(gate)
		r.work(r.jobs(gate))
	}
}

// jobs are those of one half.
func (r *run) jobs(gate bool) (jobs []job) {
	for _, family := range r.families {
		count := r.settings.states / len(r.families)
		if family == "huge" {
			count = count/hugeIsFewer + 1
		}
		for from := 0; from < count; from += jobSize {
			jobs = append(jobs, func(b *bench) {
				for i := from; i < min(from+jobSize, count); i++ {
					if gated(i) == gate {
						r.state(b, family, i)
					}
				}
			})
		}
	}
	for i := range r.settings.trajectories {
		if gated(i) == gate {
			jobs = append(jobs, func(b *bench) { r.trajectory(b, i) })
		}
	}
	for i := 0; i*fieldNodes*fieldSets < r.settings.pairs; i++ {
		if gated(i) == gate {
			jobs = append(jobs, func(b *bench) { r.field(b, i) })
		}
	}
	return jobs
}

// work lets the workers do the jobs.
func (r *run) work(jobs []job) {
	next := make(chan job)
	var group sync.WaitGroup
	for range r.workers {
		u, err := newUpstream()
		must(err)
		group.Go(func() {
			b := &bench{upstream: u, runs: r.runs}
			for do := range next {
				do(b)
			}
		})
	}
	for _, do := range jobs {
		next <- do
	}
	close(next)
	group.Wait()
}

// state draws one state and compares.
func (r *run) state(b *bench, family string, i int) {
	s := draw(b.upstream, family, r.seed, i)
	text := family != "undefaulted" && i%textEvery == 0 // the codec fills in defaults (A2 to A4)
	if text {
		s = reread(s)
	}
	v := b.compare(s, text)
	seen := observe(s, v)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	count(r.states, family, len(v.faults) == 0)
	r.seen(b, s, v, seen)
}

// seen adds up what every comparison of a state gives. The caller holds the lock.
func (r *run) seen(b *bench, s *State, v verdictOn, rules seen) {
	r.coverage.add(rules)
	r.judgedRuns.runs += v.judged.runs
	r.judgedRuns.admitted += v.judged.admitted
	r.judgedRuns.refused += v.judged.refused
	if v.asText {
		r.texts++
	}
	if r.pairs += len(s.Nodes); len(v.faults) > 0 {
		r.failed(b, s, v)
	}
}

// trajectory follows one cluster.
func (r *run) trajectory(b *bench, i int) {
	driver := "controller"
	if i%2 == 1 {
		driver = "library"
	}
	sum := b.trajectory(r.seed, i, func(s *State, v verdictOn) {
		seen := observe(s, v)
		r.mutex.Lock()
		defer r.mutex.Unlock()
		count(r.syncs, "by the "+driver, len(v.faults) == 0)
		r.seen(b, s, v, seen)
	})
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.travelled.add(sum)
}

// field compares verdicts alone.
func (r *run) field(b *bench, i int) {
	pairs, failed := b.field(r.seed, i)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.pairs += pairs
	for range fieldSets - len(failed) {
		count(r.fields, "fields", true)
	}
	for _, s := range failed {
		count(r.fields, "fields", false)
		r.failed(b, s, b.compare(s, false))
	}
}

func count(in map[string]*tally, key string, passed bool) {
	if in[key] == nil {
		in[key] = &tally{}
	}
	if passed {
		in[key].passed++
	} else {
		in[key].failed++
	}
}

// failed notes a difference and makes its state small. The caller holds the lock.
func (r *run) failed(b *bench, s *State, v verdictOn) {
	r.kinds[kinds(v.faults)]++
	fmt.Printf("%s differs: %.1500s\n", s.Name, strings.Join(v.faults, "\n  "))
	if len(r.written) < mostShrunk {
		r.written = append(r.written, shrink(b, s, v))
	}
}

// one compares single states, and prints them.
func (r *run) one() {
	setGate(gated(r.only))
	r.work([]job{func(b *bench) {
		for _, family := range r.families {
			text, err := json.Marshal(draw(b.upstream, family, r.seed, r.only))
			must(err)
			fmt.Printf("%s\n", text)
			r.state(b, family, r.only)
		}
	}})
}

// file compares the states of a file.
func (r *run) file(path string) {
	text, err := os.ReadFile(path)
	must(err)
	byGate := map[bool][]job{}
	for line := range strings.Lines(string(text)) {
		s, err := decode([]byte(line))
		must(err)
		byGate[s.Options.CompareTolerations] = append(byGate[s.Options.CompareTolerations], func(b *bench) {
			v := b.compare(s, true)
			r.mutex.Lock()
			defer r.mutex.Unlock()
			count(r.states, "of the file", len(v.faults) == 0)
			if len(v.faults) > 0 {
				r.failed(b, s, v)
			}
		})
	}
	for _, gate := range []bool{false, true} {
		setGate(gate)
		r.work(byGate[gate])
	}
}

// write puts the small states into a file of their own.
func (r *run) write() {
	file, err := os.Create(r.out)
	must(err)
	defer file.Close()
	buffer := bufio.NewWriter(file)
	defer buffer.Flush()
	for _, s := range r.written {
		text, err := json.Marshal(s)
		must(err)
		buffer.Write(append(text, '\n'))
	}
}

// report prints the totals; what it returns is the exit status.
func (r *run) report() int {
	total := tally{}
	table := func(title string, of map[string]*tally) {
		names := []string{}
		sum := tally{}
		for name, t := range of {
			names = append(names, name)
			sum.passed, sum.failed = sum.passed+t.passed, sum.failed+t.failed
		}
		slices.Sort(names)
		for _, name := range names {
			fmt.Printf("  %-18s %8d passed %6d failed\n", name, of[name].passed, of[name].failed)
		}
		fmt.Printf("%s: %d passed, %d failed\n", title, sum.passed, sum.failed)
		total.passed, total.failed = total.passed+sum.passed, total.failed+sum.failed
	}
	table("random states", r.states)
	table("syncs of trajectories", r.syncs)
	table("DaemonSets asked about 60 nodes", r.fields)
	if r.counted {
		rules := r.coverage.report()
		if r.judged {
			total.passed, total.failed = total.passed+rules.passed, total.failed+rules.failed
		}
	}
	fmt.Printf("trajectories: %d; verdicts on a node: %d; states through JSON too: %d; %.0f s\n", r.travelled.trajectories,
		r.pairs, r.texts, time.Since(r.started).Seconds())
	r.travelled.report()
	fmt.Printf("syncs of the controller judged by the library: %d; altered ones: %d admitted, %d refused, by both judges\n",
		r.judgedRuns.runs, r.judgedRuns.admitted, r.judgedRuns.refused)
	for kind, n := range r.kinds {
		fmt.Printf("differs in %s: %d\n", kind, n)
	}
	if len(r.written) > 0 {
		r.write()
		fmt.Printf("states that differ, made small: %s\n", r.out)
	}
	fmt.Printf("%d passed, %d failed\n", total.passed, total.failed)
	if total.failed > 0 || total.passed == 0 {
		return 1
	}
	return 0
}
