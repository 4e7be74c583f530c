// SPDX-License-Identifier: Apache-2.0

// How often everything occurred. What never did fails a run: agreement on it would mean nothing. So everything has to
// occur often enough that no seed misses it: some hundred times in a run.

package main

import (
	"fmt"
	"math"
	"slices"
)

// coverage counts operators, errors of the API server within scope, and defaults.
type coverage struct {
	operators map[string]int
	faults    map[string]map[string]int // by the field without indices, and type
	defaults  []int
	excused   []int
}

func newCoverage() coverage {
	return coverage{map[string]int{}, map[string]map[string]int{}, make([]int, len(defaultRules)), make([]int,
		len(exceptions))}
}

func (c *coverage) add(done []string, real *answer, defaults []bool, excused []int) {
	for _, i := range excused {
		c.excused[i]++
	}
	for _, name := range done {
		c.operators[name]++
	}
	for _, e := range within(real.errors) {
		field := pattern(e.Field)
		if c.faults[field] == nil {
			c.faults[field] = map[string]int{}
		}
		c.faults[field][e.Type]++
	}
	for i, yes := range defaults {
		if yes {
			c.defaults[i]++
		}
	}
}

// report prints the tables.
func (c *coverage) report() (t tally) {
	column, least, rarest := 0, math.MaxInt, ""
	row := func(name string, times int) {
		t.count(times > 0)
		if times < least {
			least, rarest = times, name
		}
	}
	cell := func(name string, times int) {
		row(name, times)
		mark := ""
		if times == 0 {
			mark = " NEVER"
		}
		fmt.Printf("  %-29s %7d%s", name, times, mark)
		if column++; column%4 == 0 {
			fmt.Println()
		}
	}
	end := func() {
		if column%4 != 0 {
			fmt.Println()
		}
		column = 0
	}
	fmt.Println("mutations, and how often each of them was made:")
	for _, o := range slices.Concat(partOperators, fieldOperators, styleOperators, textOperators) {
		cell(o.name, c.operators[o.name])
	}
	end()
	fmt.Printf("defaults and canonical forms, and how often each of them was seen in one of %d texts:\n", defaultsEvery)
	for i, rule := range defaultRules {
		cell(rule.name, c.defaults[i])
	}
	end()
	fmt.Println("exceptions, and how often each of them was needed:")
	for i, e := range exceptions {
		cell(e.name, c.excused[i])
	}
	end()
	fmt.Println("errors within scope:")
	for _, in := range scope {
		for _, kind := range in.types {
			times := c.faults[in.field][kind]
			row(kind+" "+in.field, times)
			fmt.Printf("  %-14s %-24s %7d  %s\n", in.rule, kind, times, in.field)
			delete(c.faults[in.field], kind)
		}
		for kind, times := range c.faults[in.field] {
			t.count(false)
			fmt.Printf("  %-14s %-24s %7d  %s IS NOT IN THE TABLE\n", in.rule, kind, times, in.field)
		}
	}
	fmt.Printf("rows of these tables: %d seen, %d not; the rarest %d times: %s\n", t.passed, t.failed, least, rarest)
	return t
}
