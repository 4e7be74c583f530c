// SPDX-License-Identifier: Apache-2.0

// Command schema writes schema_types.h and schema_table.c: the types of Kubernetes' API that the library reads, taken
// from the Go types themselves, with the defaults that Kubernetes' own defaulting was seen to fill in. The version is
// the one of tests/parity/go.mod, in whose module this runs: `make schema`. With -templates or -hash it
// prints pod templates and their hashes instead, to test the library's against.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
)

// roots are the objects that the library reads. The others are found from them.
var roots = []reflect.Type{
	reflect.TypeFor[apps.DaemonSet](),
	reflect.TypeFor[apps.ControllerRevision](),
	reflect.TypeFor[core.Node](),
	reflect.TypeFor[core.Pod](),
}

func main() {
	folder := flag.String("out", "lib", "`folder` to write to")
	random := flag.Int("templates", 0, "print this `number` of random pod templates with their hashes, and write nothing")
	seed := flag.Uint64("seed", 1, "seed of those templates")
	file := flag.String("hash", "", "print the DaemonSets of this `file` with their hashes, and write nothing")
	flag.Parse()
	var err error
	switch out := json.NewEncoder(os.Stdout); {
	case *file != "":
		err = printOf(*file, out)
	case *random > 0:
		err = printRandom(*random, *seed, out)
	default:
		err = writeTable(*folder)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "schema:", err)
		os.Exit(1)
	}
}

func writeTable(folder string) error {
	table := newTable()
	for _, root := range roots {
		if err := table.add(root); err != nil {
			return err
		}
	}
	if err := table.checkOmitted(); err != nil {
		return err
	}
	if err := table.findDefaults(); err != nil {
		return err
	}
	if err := table.findRounding(); err != nil {
		return err
	}
	header, err := table.header()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, "schema_types.h"), header, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, "schema_table.c"), table.source(), 0o644)
}
