// SPDX-License-Identifier: Apache-2.0

// A trajectory: one cluster through hundreds of syncs. The cluster is the library's simulator: its time passes, its
// scheduler, kubelets and collectors work, its watches lag, people change things; at each sync both sides plan on what
// it shows, are compared, and the actions of one of them are carried out. Every other cluster follows the controller,
// the rest follow the library, so that its choices are lived with, too. Whoever drives, no invariant of simulate.h may
// be violated, and at the end of a calm everything is where it should be.
//
//	simulator ──view──► state ──► both sides ──► compared
//	    ▲  what is not shown yet is in flight (E20)   │
//	    └────────────── act ◄──── the actions of one ─┘

package main

/*
#include "daemonset.h"
*/
import "C"

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unsafe"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

const (
	runsOfStep = 2   // how often the controller runs on each state of a trajectory
	calmSteps  = 400 // after the last change, at most; within them the cluster must settle
)

// cluster is a simulation, and what a host keeps beside it. The state is what was shown last.
type cluster struct {
	*builder
	known            known
	sim              simulator
	creates, deletes []*write
	since            time.Time // when the newest of them were sent
	backoffs         []Backoff
	observed         int64                 // the observed generation that they are of (E8)
	specs            []*v1.PodTemplateSpec // all that there were
	templates        []string              // their bytes (G4)
	bad              map[int]bool          // how-manieth of them have pods that do not get well
	names            int
	away             []string // nodes that are cut off
	stopped          int      // the watch that shows nothing; -1: none
	faulty           bool     // writes and watches go wrong
	raced            bool     // writes counted as lost and were not (E20): pods may be too many
	explained        int      // violations since
}

// newCluster draws how a trajectory begins: nodes, and a DaemonSet that has just been made.
func newCluster(m *memory, seed uint64, i int) *cluster {
	b := &builder{dice: dice{rand.New(rand.NewPCG(seed^0x7261, uint64(i)))}, dials: calm}
	b.begin(fmt.Sprintf("trajectory-%d-%d", seed, i))
	b.oddTemplate, b.tainted, b.oddSelector, b.oddBudget, b.uid = 0.1, 0.1, 0, 0, ownUID
	b.state.Now = start
	b.state.Options.CompareTolerations = gated(i)
	nodes := oneOf(b.dice, 0, 3, 5, 8, 8, 12, 12, 20, 60)
	b.daemonSet(nodes)
	ds := b.state.DaemonSet
	ds.Status, ds.Generation, ds.DeletionTimestamp = apps.DaemonSetStatus{}, 1, nil
	ds.Annotations = nil
	if b.chance(0.5) {
		ds.Annotations = map[string]string{apps.DeprecatedTemplateGeneration: "1"}
	}
	c := &cluster{builder: b, bad: map[int]bool{}, since: start, names: nodes, stopped: -1,
		specs: []*v1.PodTemplateSpec{ds.Spec.Template.DeepCopy()}, templates: []string{string(revisionData(ds))},
		known: known{nodes: map[string]*v1.Node{}, pods: map[string]*v1.Pod{}, shown: map[string]*v1.Pod{},
			sets: map[int64]*apps.DaemonSet{1: ds}}}
	for range nodes {
		node := b.node(len(b.state.Nodes))
		b.state.Nodes, c.known.nodes[node.Name] = append(b.state.Nodes, node), node
	}
	if b.chance(0.3) {
		b.state.Options.Burst = b.between(1, 6)
	}
	c.sim.memory = m
	m.reset()
	c.sim.begin(c.scenario(m), ds)
	return c
}

// trajectory follows one cluster and hands every step to seen. It ends early when the two sides differ.
func (b *bench) trajectory(seed uint64, i int, seen func(*State, verdictOn)) (sum travelled) {
	c := newCluster(&b.world, seed, i)
	defer func() {
		sum.read(c)
		c.sim.end()
	}()
	runs := b.runs
	b.runs = runsOfStep
	defer func() { b.runs = runs }()
	steps, rest := c.between(220, 360), false
	for step := 0; step < steps+calmSteps && !rest; step++ {
		if step < steps {
			c.change()
			c.pass()
		} else {
			rest = c.calm(step == steps)
		}
		view := c.look(fmt.Sprintf("trajectory-%d-%d-%d", seed, i, step))
		v := b.compare(c.state, step%textEvery == 0)
		if v.faults = append(v.faults, c.known.impossible...); len(v.faults) == 0 {
			v.faults = b.compareView(view, c.state, v)
		}
		if len(v.faults) == 0 {
			rest = !c.drive(i, &v) && rest && !c.waits()
			v.faults = c.violations()
		}
		if last := step == steps+calmSteps-1; (rest || last) && len(v.faults) == 0 {
			v.faults = c.unsettled(rest)
		}
		seen(c.state, v)
		if len(v.faults) > 0 {
			break
		}
		c.await(v.plan.nextCheck, step < steps)
	}
	return sum
}

// drive carries out what one of the two sides does.
func (c *cluster) drive(i int, v *verdictOn) (acted bool) {
	if i%2 == 0 {
		return c.carryOut(v.way.runs[c.IntN(len(v.way.runs))], v.way)
	}
	return c.carryOut(v.plan, v.way)
}

// violations are faults. Where writes counted as lost that were not (E20) a node may get two pods, and pods may go that
// should stay.
func (c *cluster) violations() (faults []string) {
	for _, text := range c.sim.violations() {
		kind, _, _ := strings.Cut(text, ":")
		if c.raced && slices.Contains([]string{"one-pod", "budget", "surge", "pod-lost"}, kind) {
			c.explained++
		} else {
			faults = append(faults, "violation: "+text)
		}
	}
	return faults
}

// unsettled: at the end of a long calm nothing is left to do, whoever drove the cluster there.
func (c *cluster) unsettled(rest bool) (faults []string) {
	if !rest {
		faults = append(faults, "settled: after a long calm there is still something to do")
	}
	c.sim.judge()
	for _, text := range c.sim.violations() {
		faults = append(faults, "settled: "+text)
	}
	return faults
}

// calm lets nothing happen but what the cluster does by itself; rest says that it does nothing any more.
func (c *cluster) calm(begins bool) (rest bool) {
	if begins {
		c.calmDown()
	}
	return c.sim.run(c.sim.now().Add(30 * time.Second))
}

// calmDown ends all changes and faults, and leaves the controller a template and a pace with which it comes to an end.
func (c *cluster) calmDown() {
	c.resume()
	for _, node := range c.away {
		c.sim.on(C.DSET_CHANGE_REJOIN, node)
	}
	ds := c.newest()
	half, none := intstr.FromString("50%"), intstr.FromInt32(0)
	rolling := &apps.RollingUpdateDaemonSet{MaxUnavailable: &half, MaxSurge: &none}
	if c.chance(0.5) {
		rolling = &apps.RollingUpdateDaemonSet{MaxUnavailable: &none, MaxSurge: &half}
	}
	ds.Spec.UpdateStrategy = apps.DaemonSetUpdateStrategy{Type: apps.RollingUpdateDaemonSetStrategyType,
		RollingUpdate: rolling}
	c.putSet(ds)
	for c.editTemplate(); c.bad[len(c.templates)]; {
		c.editTemplate()
	}
	c.state.Options.Burst = 0
	if until := start.Add(calmAfter); c.faulty && c.sim.now().Before(until) {
		c.sim.run(until)
	}
}

// pass lets time go by: to the next thing that happens, or for a while.
func (c *cluster) pass() {
	if !c.faulty && c.chance(0.4) { // the end of faults is a thing that happens, too
		c.sim.step()
	} else {
		wait := time.Duration(oneOf(c.dice, 0, 1, 5, 20, 1000, 1000, 2000, 7500, 30000, 61000)) * time.Millisecond
		if c.chance(0.01) {
			wait = time.Duration(c.between(5, 40)) * time.Minute
		}
		c.sim.run(c.sim.now().Add(wait))
	}
	c.avoidEdge()
}

// await goes to the next check of a plan, or just before it.
func (c *cluster) await(nextCheck int64, busy bool) {
	if busy && nextCheck != never && c.chance(0.3) {
		if at := time.UnixMilli(nextCheck - int64(c.IntN(2))); at.Sub(c.sim.now()) < time.Hour {
			c.sim.run(at)
		}
	}
}

// avoidEdge leaves the seconds in which expectations are about to expire: upstream counts their age on the wall clock.
func (c *cluster) avoidEdge() {
	if age := c.sim.now().Sub(c.since); age > lostAfter-10*time.Second && age <= lostAfter {
		c.sim.run(c.since.Add(lostAfter + time.Millisecond))
	}
}

// look makes a state of what is shown.
func (c *cluster) look(name string) *C.dset_snapshot {
	c.avoidEdge()
	view := c.sim.look(inView)
	s := &State{Name: name, Now: time.UnixMilli(int64(view.now_ms)).UTC(), Options: c.state.Options,
		Nodes: []*v1.Node{}, Pods: []*v1.Pod{}, ControllerRevisions: []*apps.ControllerRevision{}}
	c.state = s
	s.DaemonSet = c.known.daemonSet(view.daemonset)
	for _, node := range unsafe.Slice(view.nodes, view.node_count) {
		s.Nodes = append(s.Nodes, c.known.node(node))
	}
	for _, pod := range unsafe.Slice(view.pods, view.pod_count) {
		if c.known.pods[C.GoString(pod.name)] == nil {
			c.arrive(pod)
		}
		s.Pods = append(s.Pods, c.known.show(c.known.pod(pod), bool(pod.deleting), s.Now))
	}
	for _, revision := range unsafe.Slice(view.revisions, view.revision_count) {
		s.ControllerRevisions = append(s.ControllerRevisions, revisionOf(revision))
	}
	s.Options.RevisionHash = ownHash(s)
	c.observe()
	return view
}

// newName ends in letters that are drawn, so that names do not follow the order of creation.
func (c *cluster) newName(base string) string {
	c.names++
	return fmt.Sprintf("%s-%c%c%d", base, 'a'+rune(c.IntN(26)), 'a'+rune(c.IntN(26)), c.names)
}
