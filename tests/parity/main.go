// SPDX-License-Identifier: Apache-2.0

// The command line.

package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/klog/v2"
)

// build says which library is linked; the Makefile fills it in.
var build = "not said"

// settings are the flags.
type settings struct {
	seed         uint64
	states       int
	trajectories int
	pairs        int
	families     []string
	only         int
	follow       int
	runs         int
	workers      int
	out          string
}

func main() {
	var set settings
	var names, file, timed string
	flag.Uint64Var(&set.seed, "seed", 1, "seed of everything that is drawn")
	flag.IntVar(&set.states, "states", 66000, "random states, shared among the families")
	flag.IntVar(&set.trajectories, "trajectories", 240, "clusters to follow")
	flag.IntVar(&set.pairs, "pairs", 1800000, "pairs of a node and a DaemonSet beside those of the states")
	flag.StringVar(&names, "families", "all", "comma-separated families, or all: "+strings.Join(familyNames(), " "))
	flag.IntVar(&set.only, "only", -1, "only the state of this number in each of the families; it is printed")
	flag.IntVar(&set.follow, "follow", -1, "only the trajectory of this number")
	flag.IntVar(&set.runs, "runs", 3, "syncs of the controller for each state")
	flag.IntVar(&set.workers, "workers", runtime.NumCPU(), "states compared at a time")
	flag.StringVar(&set.out, "out", "parity-failures.jsonl", "file for states that differ, made small, as vectors")
	flag.StringVar(&file, "file", "", "compare the states of this file instead of random ones")
	flag.StringVar(&timed, "bench", "", "the benchmark instead, full or quick; its figures go to -out")
	flag.Parse()
	set.families = familyNames()
	if names != "all" {
		set.families = strings.Split(names, ",")
		for _, name := range set.families {
			if !slices.Contains(familyNames(), name) {
				fmt.Fprintln(os.Stderr, "no family", name)
				os.Exit(2)
			}
		}
	}
	// The controller reports its errors in its result; its log is not wanted, nor the pause after each logged error.
	klog.SetLogger(klog.Logger{})
	utilruntime.ErrorHandlers = nil
	if timed != "" {
		os.Exit(measure(timed, set.out))
	}
	debug.SetGCPercent(800) // garbage is much and short-lived, what stays is little

	r := &run{settings: set, judged: names == "all" && set.states >= 60000 && set.trajectories >= 200}
	fmt.Printf("libdaemonset %s against the DaemonSet controller of Kubernetes %s, seed %d\n", build, release(), set.seed)
	switch r.begin(); {
	case file != "":
		r.file(file)
	case set.only >= 0:
		r.one()
	case set.follow >= 0:
		setGate(gated(set.follow))
		r.work([]job{func(b *bench) { r.trajectory(b, set.follow) }})
	default:
		r.counted = true
		r.all()
	}
	os.Exit(r.report())
}
