// SPDX-License-Identifier: Apache-2.0

// Choices: sets of names that the controller could have taken, whichever order its caches and maps had (F18).

package main

import "slices"

// Choice admits every set that holds all of Required and, of each group, exactly Choose out of From.
type Choice struct {
	Required []string `json:"required"`
	AnyOf    []Group  `json:"anyOf,omitempty"`
}

type Group struct {
	Choose int      `json:"choose"`
	From   []string `json:"from"`
}

func (c Choice) admits(got []string) bool {
	rest := map[string]bool{}
	for _, name := range got {
		if rest[name] {
			return false
		}
		rest[name] = true
	}
	for _, name := range c.Required {
		if !rest[name] {
			return false
		}
		delete(rest, name)
	}
	for _, group := range c.AnyOf {
		taken := 0
		for _, name := range group.From {
			if rest[name] {
				taken++
				delete(rest, name)
			}
		}
		if taken != group.Choose {
			return false
		}
	}
	return len(rest) == 0
}

// choose adds k out of from, as plain as it can be written.
func (c *Choice) choose(k int, from []string) {
	switch {
	case k <= 0 || len(from) == 0:
	case k >= len(from):
		c.Required = append(c.Required, from...)
	default:
		from = slices.Clone(from)
		slices.Sort(from)
		c.AnyOf = append(c.AnyOf, Group{k, from})
	}
}

func (c *Choice) normalize() {
	slices.Sort(c.Required)
	if c.Required == nil {
		c.Required = []string{}
	}
}

// pick is a list of which the first part is taken whole and of the second any k.
type pick struct {
	all  []string
	any  []string
	take int
}

// choice cuts the pick at the burst limit: nothing of any is taken before all of all (F20, F21).
func (p pick) choice(burst int) (c Choice) {
	if len(p.all) >= burst {
		c.choose(burst, p.all)
		return c
	}
	c.choose(len(p.all), p.all)
	c.choose(min(p.take, burst-len(p.all)), p.any)
	return c
}
