// SPDX-License-Identifier: Apache-2.0

// The benchmark: the library and the controller, or another peer, do the same in turn, in this process. What the time
// of each side holds, and how to read the figures, stands in tests/bench/README.md.
//
//	bench         rounds, the table, bench.json
//	bench_states  shapes, placements, sizes
//	bench_steady  the controller without what parity adds to it
//	bench_plans   plans and syncs; columns: what is done in turn on each state
//	bench_cluster    one event and the plan that follows
//	bench_lists bench_decode    large NodeLists and PodLists, and reading them
//	bench_count   instructions of one plan, by valgrind

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// side does one of two things that are compared.
type side struct {
	prepare func() // before each act and not in its time; may be nil
	act     func()
	times   float64 // how often act does it
}

// row is a line of the table and of bench.json: the medians of both sides, and the median of the ratios of n rounds.
type row struct {
	Name  string   `json:"name"`
	Unit  string   `json:"unit"`
	Ours  float64  `json:"ours"`
	Peer  *float64 `json:"peer"`  // null where there is none
	Ratio *float64 `json:"ratio"` // peer / ours
	N     int      `json:"n"`
}

// effort is how much a run measures.
type effort struct {
	rounds  int           // of each row
	fewest  int           // of them also where they take longer than longest
	longest time.Duration // of one row
	late    time.Duration // since the start: then a row has one round
	least   time.Duration // of one side in one round: it acts so often
	sizes   []int         // nodes
	all     int           // up to so many nodes every shape is tried in every placement, and compared as parity does
	pods    int           // of all the sets together, where there are many
	lists   [2]int        // bytes of a NodeList and a PodList
	counted []int         // nodes of the plans whose instructions are counted
}

var efforts = map[string]effort{
	"full": {rounds: 11, fewest: 3, longest: 3 * time.Second, late: 5 * time.Minute, least: 20 * time.Millisecond,
		sizes: []int{5, 1000, 10000, 130000}, all: 10000, pods: 200000, lists: [2]int{15e6, 100e6}, counted: []int{1000, 10000}},
	// That both sides run, and agree.
	"quick": {rounds: 1, fewest: 1, sizes: []int{5, 1000}, all: 1000, pods: 2000, lists: [2]int{1e6, 2e6}, counted: []int{5}},
}

type benchmark struct {
	effort
	out    string
	start  time.Time
	pair   bench      // the steady controller, and the library with the first state
	others []*library // for the states of more sets
	rows   []row
}

// measure is the whole run; what it returns is the exit status.
func measure(how, out string) int {
	b := &benchmark{out: out, start: time.Now(), pair: bench{upstream: newSteady(), library: library{memory: sharing()}, runs: 1}}
	var known bool
	if b.effort, known = efforts[how]; !known {
		fmt.Fprintln(os.Stderr, "bench: neither full nor quick:", how)
		return 2
	}
	fmt.Printf("libdaemonset %s and the DaemonSet controller of Kubernetes %s, %s, %d CPUs\n\n", build, release(),
		runtime.Version(), runtime.GOMAXPROCS(0))
	fmt.Printf("%-58s %-12s %12s %12s %8s %4s\n", "", "", "ours", "peer", "ratio", "n")
	b.plans()
	b.manySets()
	b.decode()
	b.count()
	text, err := json.MarshalIndent(b.rows, "", " ")
	must(err)
	must(os.MkdirAll(filepath.Dir(out), 0o777))
	must(os.WriteFile(out, append(text, '\n'), 0o666))
	fmt.Printf("\n%d rows in %s; both sides agreed on all of them; %.0f s\n", len(b.rows), out, time.Since(b.start).Seconds())
	return 0
}

// race lets both sides act in turn. per is what a time is divided by, beside times.
func (b *benchmark) race(name, unit string, per float64, ours, peer side) {
	var left, right, ratios []float64
	began := time.Now()
	more := func() bool {
		switch {
		case len(ratios) == 0:
			return true
		case time.Since(b.start) > b.late:
			return false
		}
		return len(ratios) < b.fewest || len(ratios) < b.rounds && time.Since(began) < b.longest
	}
	for more() {
		one, other := b.round(ours)/per, b.round(peer)/per
		left, right, ratios = append(left, one), append(right, other), append(ratios, other/one)
	}
	theirs, ratio := median(right), median(ratios)
	b.add(row{name, unit, median(left), &theirs, &ratio, len(ratios)})
}

// round is the time of doing it once, in nanoseconds: of as many acts as it takes to fill the least time, after one
// that is not counted, without garbage of what was before.
func (b *benchmark) round(s side) float64 {
	runtime.GC()
	var spent time.Duration
	acts := 0
	for warm := b.least > 0; acts == 0 || spent < b.least; warm = false {
		if s.prepare != nil {
			s.prepare()
		}
		began := time.Now()
		s.act()
		if took := time.Since(began); !warm || took >= b.least { // what takes so long finds no warm cache anyway
			spent, acts = spent+took, acts+1
		}
	}
	return float64(spent.Nanoseconds()) / float64(acts) / s.times
}

func median(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	return (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
}

func (b *benchmark) add(r row) {
	b.rows = append(b.rows, r)
	peer, ratio := "-", "-"
	if r.Peer != nil {
		peer, ratio = figure(*r.Peer), figure(*r.Ratio)
	}
	fmt.Printf("%-58s %-12s %12s %12s %8s %4d\n", r.Name, r.Unit, figure(r.Ours), peer, ratio, r.N)
}

func figure(f float64) string {
	if f < 100 {
		return fmt.Sprintf("%.1f", f)
	}
	return fmt.Sprintf("%.0f", f)
}

// agreed ends the run where the two sides do not answer the same: then there is nothing to compare.
func agreed(name string, faults []string) {
	if len(faults) > 0 {
		fmt.Printf("%s: the two sides differ: %.1500s\n", name, fmt.Sprint(faults))
		os.Exit(1)
	}
}
