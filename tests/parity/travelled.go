// SPDX-License-Identifier: Apache-2.0

// What happened in the clusters of trajectories, in numbers.

package main

import (
	"fmt"
	"time"
)

// travelled counts what happened in trajectories.
type travelled struct {
	trajectories, raced, explained             int
	simulated                                  time.Duration
	writes, creates, deletes, changes, mishaps uint64 // mishaps: faults of the simulator
}

func (t *travelled) read(c *cluster) {
	stats := c.sim.stats()
	*t = travelled{trajectories: 1, explained: c.explained, simulated: c.sim.now().Sub(start),
		writes: uint64(stats.writes), creates: uint64(stats.creates), deletes: uint64(stats.deletes), changes: c.sim.changes}
	if c.raced {
		t.raced = 1
	}
	for _, n := range stats.faults {
		t.mishaps += uint64(n)
	}
}

func (t *travelled) add(o travelled) {
	t.trajectories, t.raced, t.explained = t.trajectories+o.trajectories, t.raced+o.raced, t.explained+o.explained
	t.simulated, t.writes, t.creates = t.simulated+o.simulated, t.writes+o.writes, t.creates+o.creates
	t.deletes, t.changes, t.mishaps = t.deletes+o.deletes, t.changes+o.changes, t.mishaps+o.mishaps
}

func (t *travelled) report() {
	if t.trajectories == 0 {
		return
	}
	fmt.Printf("their clusters: %.0f hours, %d changes, %d faults; %d writes, of them %d creations and %d deletions\n",
		t.simulated.Hours(), t.changes, t.mishaps, t.writes, t.creates, t.deletes)
	fmt.Printf("in %d of them writes counted as lost that were not (E20), and then %d invariants were violated\n",
		t.raced, t.explained)
}
