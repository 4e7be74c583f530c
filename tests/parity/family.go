// SPDX-License-Identifier: Apache-2.0

// Families of states. A family turns up the dials of what it is about; everything else stays possible, but rare.

package main

import (
	"fmt"
	"math/rand/v2"
)

// dials are probabilities, but for the counts at the top.
type dials struct {
	nodes        [2]int
	oldRevisions int

	oddTemplate, tainted, cordoned, comparison, odd float64 // where may it run; odd: unusable terms and values
	oddSelector, badSelector                        float64
	surge, onDelete, oddBudget, minReady, ready     float64
	empty, pair, crowd, crowdOfFour                 float64 // pods of a node
	old, oddHash, generation                        float64
	failed, succeeded, deleting                     float64
	unbound, underivable, vanished                  float64
	foreign, orphan, mismatch                       float64
	noCurrent, duplicate, collision, collisionCount float64 // revisions
	renumber, tie, unlabelled, reordered            float64
	foreignRevision, orphanRevision                 float64
	burst, backoff, inFlight, fraction              float64 // the host
	dsDeleting, sameStatus, oddNames, noLabels      float64
	undefaulted, future, great                      float64
}

// calm is a DaemonSet of which every part is usually in order.
var calm = dials{nodes: [2]int{1, 7}, oldRevisions: 2,
	oddTemplate: 0.05, tainted: 0.1, odd: 0.03,
	surge: 0.4, onDelete: 0.05, oddBudget: 0.01, minReady: 0.4, ready: 0.75,
	empty: 0.08, pair: 0.05, crowd: 0.05, old: 0.3, oddHash: 0.03, generation: 0.05,
	failed: 0.04, succeeded: 0.02, deleting: 0.05, unbound: 0.1, underivable: 0.05, vanished: 0.04,
	foreign: 0.02, orphan: 0.02, mismatch: 0.01,
	noCurrent: 0.05, duplicate: 0.02, collision: 0.02, collisionCount: 0.2,
	renumber: 0.1, tie: 0.01, unlabelled: 0.02, foreignRevision: 0.02, orphanRevision: 0.02,
	backoff: 0.05, fraction: 0.2, sameStatus: 0.1}

// settle keeps manage idle, so that the rolling phase is reached: one pod on every node, nothing that has to go.
func settle(d *dials) {
	d.empty, d.pair, d.crowd, d.failed, d.succeeded, d.orphan, d.mismatch = 0.005, 0.01, 0, 0.003, 0.003, 0.002, 0
	d.tainted, d.oddTemplate, d.unbound, d.noCurrent, d.vanished, d.foreign = 0.01, 0.005, 0.03, 0.01, 0.01, 0.003
	d.onDelete, d.deleting, d.ready, d.old, d.backoff, d.duplicate, d.collision = 0, 0.03, 0.92, 0.6, 0.01, 0, 0
	d.nodes = [2]int{2, 14}
}

var families = []struct {
	name string
	turn func(*dials)
}{
	{"eligible", func(d *dials) { d.oddTemplate, d.tainted, d.odd, d.nodes[1] = 0.8, 0.6, 0.15, 10 }},
	{"unusable", func(d *dials) { d.oddTemplate, d.tainted, d.odd, d.oddNames, d.nodes[1] = 0.9, 0.3, 0.6, 0.5, 8 }},
	{"rolling", func(d *dials) { settle(d); d.surge = 0 }},
	{"surge", func(d *dials) { settle(d); d.surge, d.pair = 1, 0.1 }},
	{"moving", func(d *dials) { settle(d); d.surge, d.cordoned, d.pair = 0.8, 0.35, 0.05 }},
	{"lost", func(d *dials) { settle(d); d.surge, d.cordoned, d.vanished = 0.6, 0.2, 0.3 }},
	{"ondelete", func(d *dials) { d.onDelete, d.old, d.pair = 1, 0.6, 0.3 }},
	{"switch", func(d *dials) { d.pair, d.crowd, d.old, d.surge, d.onDelete = 0.5, 0.2, 0.5, 0.5, 0.2 }},
	{"budget", func(d *dials) { settle(d); d.oddBudget, d.pair = 0.5, 0.05 }},
	{"manage", func(d *dials) { d.crowd, d.failed, d.succeeded, d.deleting, d.empty = 0.6, 0.2, 0.15, 0.2, 0.15 }},
	{"failed", func(d *dials) { d.crowd, d.failed, d.deleting, d.backoff = 0.4, 0.6, 0.1, 0.7 }},
	{"vanished", func(d *dials) { d.vanished, d.unbound, d.underivable, d.nodes = 0.7, 0.6, 0.3, [2]int{0, 5} }},
	{"claim", func(d *dials) { d.foreign, d.orphan, d.mismatch, d.crowd, d.oddSelector = 0.2, 0.25, 0.2, 0.3, 0.2 }},
	{"selector", func(d *dials) { d.oddSelector, d.badSelector, d.orphan, d.mismatch = 0.9, 0.35, 0.15, 0.2 }},
	{"history", func(d *dials) {
		d.oldRevisions, d.renumber, d.unlabelled, d.noCurrent, d.duplicate = 7, 0.4, 0.15, 0.2, 0.2
		d.foreignRevision, d.orphanRevision, d.mismatch = 0.1, 0.15, 0.1
	}},
	{"duplicate", func(d *dials) {
		d.oldRevisions, d.duplicate, d.unlabelled, d.oddHash, d.orphan = 4, 0.7, 0.1, 0.2, 0.1
	}},
	{"collision", func(d *dials) { d.noCurrent, d.collision, d.collisionCount, d.foreignRevision = 0.8, 0.8, 0.6, 0.2 }},
	{"bytes", func(d *dials) { d.reordered, d.noCurrent = 0.8, 0.7 }},
	{"generation", func(d *dials) { settle(d); d.generation, d.oddHash, d.pair = 0.8, 0.2, 0.15 }},
	{"ready", func(d *dials) { settle(d); d.minReady, d.ready, d.fraction, d.pair = 1, 0.97, 0.5, 0.1 }},
	{"inflight", func(d *dials) { d.inFlight, d.old, d.sameStatus = 1, 0.5, 0.3 }},
	{"burst", func(d *dials) {
		d.burst, d.crowd, d.empty, d.nodes, d.old, d.failed = 1, 0.3, 0.4, [2]int{3, 12}, 0.6, 0.1
	}},
	{"cut", func(d *dials) {
		settle(d)
		d.burst, d.nodes, d.old, d.ready, d.tainted = 1, [2]int{4, 16}, 0.9, 0.5, 0.15
	}},
	{"huge", func(d *dials) { d.nodes, d.empty, d.old = [2]int{245, 270}, 0.5, 0.6 }},
	{"deleting", func(d *dials) { d.dsDeleting, d.orphan, d.backoff = 0.9, 0.2, 0.3 }},
	{"status", func(d *dials) { settle(d); d.sameStatus, d.old, d.deleting = 1, 0.05, 0.15 }},
	{"names", func(d *dials) { d.oddNames, d.odd, d.orphan = 1, 0.1, 0.1 }},
	{"unlabelled", func(d *dials) { d.noLabels, d.empty, d.oddSelector, d.unlabelled = 1, 0.3, 1, 0.5 }},
	{"undefaulted", func(d *dials) { settle(d); d.undefaulted = 1 }},
	{"wide", func(d *dials) {
		d.nodes, d.crowdOfFour, d.empty, d.tainted, d.cordoned = [2]int{0, 60}, 0.5, 0.2, 0.2, 0.1
	}},
	{"great", func(d *dials) {
		settle(d)
		d.great, d.minReady, d.oddBudget, d.collision, d.renumber = 0.6, 0.7, 0.3, 0.1, 0.4
	}},
	{"comparison", func(d *dials) { d.oddTemplate, d.tainted, d.comparison, d.odd = 0.95, 0.9, 0.8, 0.1 }},
	{"future", func(d *dials) { d.future, d.minReady, d.ready, d.failed, d.backoff = 1, 1, 0.9, 0.2, 0.5 }},
	{"mixed", func(d *dials) {
		d.oddTemplate, d.tainted, d.odd, d.oddSelector, d.badSelector = 0.2, 0.2, 0.1, 0.15, 0.1
		d.oddBudget, d.pair, d.crowd, d.old, d.oddHash, d.generation = 0.05, 0.2, 0.2, 0.5, 0.1, 0.2
		d.failed, d.succeeded, d.deleting, d.unbound, d.vanished = 0.1, 0.05, 0.1, 0.2, 0.15
		d.foreign, d.orphan, d.mismatch, d.duplicate, d.collision, d.noCurrent = 0.08, 0.08, 0.05, 0.1, 0.1, 0.15
		d.oldRevisions, d.unlabelled, d.burst, d.backoff, d.inFlight = 5, 0.05, 0.15, 0.2, 0.1
		d.dsDeleting, d.oddNames = 0.02, 0.05
	}},
}

func familyNames() (names []string) {
	for _, f := range families {
		names = append(names, f.name)
	}
	return names
}

// gated says whether a state is one of those that are run with the feature gate of C16 on. The gate belongs to the
// process, so these are run apart from the others.
func gated(i int) bool { return i%4 == 3 }

// draw makes state i of a family. The same seed and number give the same state, whatever else is drawn.
func draw(u *upstream, family string, seed uint64, i int) *State {
	for k, f := range families {
		if f.name != family {
			continue
		}
		b := &builder{dice: dice{rand.New(rand.NewPCG(seed, uint64(k)<<32|uint64(i)))}, dials: calm}
		f.turn(&b.dials)
		b.begin(fmt.Sprintf("%s-%d-%d", family, seed, i))
		b.state.Options.CompareTolerations = gated(i)
		b.build()
		if b.chance(b.sameStatus) {
			b.settleStatus(u)
		}
		return b.state
	}
	panic("no family " + family)
}

// settleStatus makes the stored status what a sync computes, so that nothing is left to write (H9) unless the
// generation is.
func (b *builder) settleStatus(u *upstream) {
	ds := b.state.DaemonSet
	u.load(b.state)
	if out := u.run(unlimited); out.rest.Status != nil {
		observed := ds.Status.ObservedGeneration
		ds.Status = *out.rest.Status
		ds.Status.ObservedGeneration = observed
		if b.chance(0.2) {
			ds.Status.NumberReady++
		}
	}
}
