// SPDX-License-Identifier: Apache-2.0

// The command line.

package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"time"

	"k8s.io/klog/v2"
)

// build says which library is linked; the Makefile fills it in.
var build = "not said"

// settings are the flags.
type settings struct {
	seed      uint64
	mutations int
	only      int
	workers   int
	corpus    string
	out       string
	trace     string
}

func main() {
	var set settings
	var vectors, file string
	flag.Uint64Var(&set.seed, "seed", 1, "seed of everything that is drawn")
	flag.IntVar(&set.mutations, "mutations", 200_000, "mutated manifests to compare")
	flag.IntVar(&set.only, "only", -1, "only the mutation of this number; its text is printed")
	flag.IntVar(&set.workers, "workers", runtime.NumCPU(), "texts compared at a time")
	flag.StringVar(&set.corpus, "corpus", "../shared/corpus/manifests", "folder of real manifests to start from")
	flag.StringVar(&set.out, "out", "manifest-failures.jsonl", "file for texts that differ, made small, as vectors")
	flag.StringVar(&set.trace, "trace", "",
		"file that holds the text the library is being asked about, should it crash; one worker")
	flag.StringVar(&vectors, "vectors", "",
		"compare the API server's side with the vectors of this folder, and nothing else")
	flag.StringVar(&file, "file", "", "compare the texts of this file instead of mutations")
	flag.Parse()
	debug.SetGCPercent(800) // garbage is much and short-lived, what stays is little
	klog.SetLogger(klog.Logger{})
	if vectors != "" {
		os.Exit(checkVectors(vectors))
	}
	r := &run{settings: set, coverage: newCoverage(), kinds: map[string]int{}, shapes: map[string]int{},
		started: time.Now()}
	fmt.Printf("libdaemonset %s against the API server's code of Kubernetes %s, seed %d\n", build, release(), set.seed)
	if file != "" {
		r.file(file)
		os.Exit(r.report(false, false))
	}
	if set.trace != "" {
		r.workers = 1
	}
	learn(rootType)
	var err error
	if r.seeds, err = readSeeds(set.corpus); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	fmt.Printf("%d manifests to start from\n", len(r.seeds))
	if set.only >= 0 {
		fmt.Printf("%s\n", draw(r.seeds, set.seed, set.only).text())
		r.all(set.only, 1)
		os.Exit(r.report(false, false))
	}
	r.all(0, set.mutations)
	os.Exit(r.report(true, set.mutations >= judgedFrom))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
