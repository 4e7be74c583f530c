// SPDX-License-Identifier: Apache-2.0

// Plans of the library and syncs of the controller on the same states.

package main

/*
#include "daemonset.h"

// Many small plans in one call, so that the way from Go to C is not what is measured.
static int plan_times(const dset_snapshot *snapshot, const dset_options *options, size_t times, dset_error *error) {
  for (size_t i = 0; i < times; i++) {
    dset_plan *plan;
    int code = dset_plan_compute(snapshot, options, &plan, error);
    if (code != DSET_OK) return code;
    dset_plan_free(plan);
  }
  return DSET_OK;
}
*/
import "C"

import "fmt"

const (
	small      = 5    // nodes; of so few a plan is measured whole
	smallTimes = 1000 // of them in one act
)

// stage is a state, or several on the same nodes, that both sides are ready for.
type stage struct {
	*benchmark
	name      string
	states    []*State
	keys      []string // of their DaemonSets
	libraries []*library
	actions   int // creates and deletes of all of them
}

// contest is what is done in turn on a stage.
type contest struct {
	name, unit string
	per        float64 // what a time is divided by, beside how often it is done
	ours, peer side
	done       func() // may be nil
}

// columns are the contests of each stage; nil where one says nothing. A file that adds one appends it in its init().
var columns = []func(*stage) *contest{(*stage).plans}

func (b *benchmark) plans() {
	for _, size := range b.sizes {
		for _, shape := range []string{settled, onePodGone, rollout, statusPass} {
			for _, placement := range []string{noAffinity, sixNotIn, oneLabel, tolerations} {
				if b.measured(size, shape, placement) {
					b.stage(fmt.Sprintf("%s, %s, %d nodes", shape, placement, size), benchState(shape, placement, size)).race()
				}
			}
		}
	}
	name := fmt.Sprintf("settled, six NotIn, %d nodes", b.all)
	inOrder := benchNodes(b.all, fewLabels, false)
	s := benchStateOn(inOrder, settled, sixNotIn, "kube-system")
	b.stage(name+" in order", s).race()
	b.pair.library.memory.shared = nil
	b.stage(name+" in order, ours with each string apart", s).race()
	b.pair.library.memory.shared = sharing().shared
	s = benchStateOn(inOrder, statusPass, sixNotIn, "kube-system")
	b.stage(fmt.Sprintf("status pass, six NotIn, %d nodes in order", b.all), s).race()
	s = benchStateOn(benchNodes(b.all, manyLabels, false), settled, sixNotIn, "kube-system")
	b.stage(fmt.Sprintf("%s of %d labels", name, manyLabels), shuffledState(s)).race()
}

// measured leaves out what says little more: of the smallest clusters most, of the largest half.
func (b *benchmark) measured(size int, shape, placement string) bool {
	switch {
	case size <= small:
		return placement == noAffinity && shape != rollout
	case size > b.all:
		return placement == noAffinity && shape != statusPass || placement == sixNotIn && (shape == settled || shape == statusPass)
	}
	return true
}

// manySets plans for one set after the other. Each stands in a namespace of its own, and has its pods in the caches.
// Where there is no room for all of them there are fewer; a sync does not look at the others.
func (b *benchmark) manySets() {
	for _, size := range b.sizes {
		if size < 1000 || size > b.all {
			continue
		}
		nodes := benchNodes(size, fewLabels, false)
		for _, sets := range []int{100, 1000} {
			states := make([]*State, min(sets, b.pods/size))
			for i := range states {
				states[i] = shuffledState(benchStateOn(nodes, settled, sixNotIn, fmt.Sprintf("team-%d", i)))
			}
			b.stage(fmt.Sprintf("settled, six NotIn, %d nodes, %d of %d sets", size, len(states), sets), states...).race()
		}
	}
}

// stage makes both sides ready, and sees that they agree: on one state by all that parity compares, unless it is too
// large for that, and by the library's judgement of what the controller did; on all of them by how much is done.
func (b *benchmark) stage(name string, states ...*State) *stage {
	st := &stage{benchmark: b, name: name, states: states}
	if len(states[0].Nodes) <= b.all {
		agreed(name, b.pair.compare(states[0], false).faults)
	}
	u, planned := b.pair.upstream, &outcome{}
	for i, s := range states {
		l := b.library(i)
		st.libraries, st.keys = append(st.libraries, l), append(st.keys, keyOf(s))
		without := *s
		if i > 0 {
			without.Nodes = nil // they are there already
		}
		l.memory.reset()
		l.asked, l.options = l.memory.snapshot(&without), l.memory.options(s.Options)
		l.asked.nodes, l.asked.node_count = st.libraries[0].asked.nodes, st.libraries[0].asked.node_count
		plan, err := l.compute(l.asked, l.options)
		must(err)
		planned.creates, planned.deletes = append(planned.creates, plan.creates...), append(planned.deletes, plan.deletes...)
		planned.rest.Status = plan.rest.Status
	}
	u.loadAll(states)
	u.ready(states[0])
	u.syncAll(st.keys)
	if len(u.out.creates) != len(planned.creates) || len(u.out.deletes) != len(planned.deletes) ||
		(u.out.rest.Status == nil) != (planned.rest.Status == nil) {
		agreed(name, []string{fmt.Sprintf("controller %+v, library %+v", u.out, planned)})
	}
	if len(states) == 1 {
		yes, text, err := st.libraries[0].admits(u.out, currentHash)
		must(err)
		if !yes {
			agreed(name, []string{text})
		}
	}
	st.actions = len(planned.creates) + len(planned.deletes)
	return st
}

func (b *benchmark) library(i int) *library {
	if i == 0 {
		return &b.pair.library
	}
	if i > len(b.others) {
		b.others = append(b.others, &library{memory: sharing()})
	}
	return b.others[i-1]
}

// race is a row for each column.
func (st *stage) race() {
	for _, column := range columns {
		c := column(st)
		if c == nil {
			continue
		}
		st.benchmark.race(c.name+": "+st.name, c.unit, c.per, c.ours, c.peer)
		if c.done != nil {
			c.done()
		}
	}
}

func (st *stage) plans() *contest {
	c := &contest{name: "plan", unit: "ns/node", per: float64(len(st.states[0].Nodes)), ours: st.plan(), peer: st.sync()}
	switch {
	case len(st.states) > 1:
		c.per, c.unit = 1000, "us/set"
	case c.per <= small:
		c.per, c.unit = 1, "ns/plan"
	}
	return c
}

func (st *stage) plan() side {
	times := 1
	if len(st.states[0].Nodes) <= small {
		times = smallTimes
	}
	problem := one[C.dset_error](&st.libraries[0].memory)
	return side{times: float64(times * len(st.libraries)), act: func() {
		for _, l := range st.libraries {
			if C.plan_times(l.asked, l.options, C.size_t(times), problem) != C.DSET_OK {
				must(failure("dset_plan_compute", problem))
			}
		}
	}}
}

func (st *stage) sync() side {
	u := st.pair.upstream
	return side{times: float64(len(st.keys)), prepare: func() { u.ready(st.states[0]) }, act: func() { u.syncAll(st.keys) }}
}
