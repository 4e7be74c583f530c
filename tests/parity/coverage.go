// SPDX-License-Identifier: Apache-2.0

// How often each rule mattered. A rule that no state exercised fails the run: agreement on it would mean nothing.

package main

import "fmt"

// rule is one row of the table in rules_coverage.go: when it matters, or why it cannot matter here.
type rule struct {
	name    string
	matters func(*facts) bool
	reason  string
}

// coverage counts, by the index of the rule.
type coverage struct{ times [len(rules)]int }

// seen are the rules that one state exercised.
type seen [len(rules)]bool

func observe(s *State, v verdictOn) (out seen) {
	if v.way == nil || v.plan == nil {
		return out
	}
	f := newFacts(s, v)
	for i, r := range rules {
		out[i] = r.matters != nil && r.matters(f)
	}
	return out
}

func (c *coverage) add(s seen) {
	for i, yes := range s {
		if yes {
			c.times[i]++
		}
	}
}

// report prints the table.
func (c *coverage) report() (t tally) {
	fmt.Println("rules, and in how many states and syncs each of them mattered:")
	column := 0
	for i, r := range rules {
		if r.matters == nil {
			continue
		}
		if c.times[i] > 0 {
			t.passed++
		} else {
			t.failed++
		}
		fmt.Printf("  %-22s %8d", r.name, c.times[i])
		if column++; column%4 == 0 {
			fmt.Println()
		}
	}
	fmt.Println()
	for i, r := range rules {
		switch {
		case r.matters == nil:
			fmt.Printf("  %-22s cannot matter here: %s\n", r.name, r.reason)
		case c.times[i] == 0:
			fmt.Printf("  %-22s WAS NOT EXERCISED\n", r.name)
		}
	}
	fmt.Printf("rules: %d exercised, %d not\n", t.passed, t.failed)
	return t
}
