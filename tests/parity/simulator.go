// SPDX-License-Identifier: Apache-2.0

// The cluster of a trajectory: the library's simulator (simulate.h) without a controller of its own. Go hands it
// Kubernetes' objects, lets its time pass, reads what a controller would be shown, and writes what one has decided.

package main

/*
#include <stdlib.h>
#include "daemonset.h"
*/
import "C"

import (
	"fmt"
	"time"
	"unsafe"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
)

// simulator is one simulation. Its memory is for what is handed over, which is copied there.
type simulator struct {
	memory          *memory
	at              *C.dset_simulation
	namespace, name *C.char
	told            int    // violations that were
	changes         uint64 // that people made
}

func fine(code C.int, call string, err *C.dset_error) {
	if code != C.DSET_OK {
		panic(failure(call, err))
	}
}

func (s *simulator) begin(scenario *C.dset_scenario, ds *apps.DaemonSet) {
	s.namespace, s.name = C.CString(ds.Namespace), C.CString(ds.Name)
	var problem C.dset_error
	fine(C.dset_simulation_new(scenario, nil, &s.at, &problem), "dset_simulation_new", &problem)
}

func (s *simulator) end() {
	C.dset_simulation_free(s.at)
	C.free(unsafe.Pointer(s.namespace))
	C.free(unsafe.Pointer(s.name))
}

func (s *simulator) stats() C.dset_simulation_stats { return *C.dset_simulation_stats_of(s.at) }

func (s *simulator) now() time.Time { return time.UnixMilli(int64(s.stats().now_ms)).UTC() }

// run lets time pass; atRest says that nothing is left to happen by itself.
func (s *simulator) run(until time.Time) (atRest bool) {
	var end C.int
	var problem C.dset_error
	fine(C.dset_simulation_run(s.at, C.int64_t(until.UnixMilli()), &end, &problem), "dset_simulation_run", &problem)
	return end == C.DSET_END_REST
}

// step goes on to the next moment at which something happens.
func (s *simulator) step() {
	var problem C.dset_error
	fine(C.dset_simulation_step(s.at, nil, &problem), "dset_simulation_step", &problem)
}

// look is the state of one side; valid until the next change.
func (s *simulator) look(side int) *C.dset_snapshot {
	snapshot := &C.dset_snapshot{}
	var problem C.dset_error
	fine(C.dset_simulation_snapshot(s.at, C.int(side), s.namespace, s.name, snapshot, &problem),
		"dset_simulation_snapshot", &problem)
	return snapshot
}

// change makes a change happen now.
func (s *simulator) change(kind int, fill func(*memory, *C.dset_change)) {
	s.memory.reset()
	s.changes++
	change := one[C.dset_change](s.memory)
	change.size, change._type = C.size_t(unsafe.Sizeof(*change)), C.int32_t(kind)
	fill(s.memory, change)
	var problem C.dset_error
	fine(C.dset_simulation_change(s.at, change, &problem), "dset_simulation_change", &problem)
	s.run(s.now())
}

func (s *simulator) put(object any) {
	switch o := object.(type) {
	case *v1.Node:
		s.change(C.DSET_CHANGE_PUT_NODE, func(m *memory, c *C.dset_change) { c.node = m.node(o) })
	case *v1.Pod:
		s.change(C.DSET_CHANGE_PUT_POD, func(m *memory, c *C.dset_change) { c.pod = m.pod(o) })
	case *apps.DaemonSet:
		s.change(C.DSET_CHANGE_PUT_DAEMONSET, func(m *memory, c *C.dset_change) { c.daemonset = m.daemonSet(o) })
	case *apps.ControllerRevision:
		s.change(C.DSET_CHANGE_PUT_REVISION, func(m *memory, c *C.dset_change) { c.revision = m.revision(o) })
	}
}

// on is a change of something that has a name: a node, or an object in the DaemonSet's namespace.
func (s *simulator) on(kind int, name string) {
	s.change(kind, func(m *memory, c *C.dset_change) { c.ns, c.name = s.namespace, m.text(name) })
}

func (s *simulator) watch(kind, of int) {
	s.change(kind, func(_ *memory, c *C.dset_change) { c.kind = C.int32_t(of) })
}

// act does one write of a controller. pod is the one that was created, where that is known.
func (s *simulator) act(kind int, fill func(*memory, *C.dset_action)) (result int, pod string) {
	s.memory.reset()
	action := one[C.dset_action](s.memory)
	action.size, action._type = C.size_t(unsafe.Sizeof(*action)), C.int32_t(kind)
	fill(s.memory, action)
	var out C.int
	var reply C.dset_reply
	var problem C.dset_error
	fine(C.dset_simulation_act(s.at, s.namespace, s.name, action, &out, &reply, &problem), "dset_simulation_act", &problem)
	return int(out), C.GoString(reply.pod)
}

// onPod, onRevision are writes of objects that exist or get this name.
func (s *simulator) onPod(kind int, name, hash string) (result int) {
	result, _ = s.act(kind, func(m *memory, a *C.dset_action) { a.pod, a.hash = m.text(name), m.text(hash) })
	return result
}

func (s *simulator) onRevision(kind int, w RevisionWrite) (result int) {
	result, _ = s.act(kind, func(m *memory, a *C.dset_action) {
		a.revision, a.number, a.hash = m.text(w.Name), C.int64_t(w.Revision), m.text(w.Hash)
	})
	return result
}

// violations are the invariants that did not hold, and have not been told before.
func (s *simulator) violations() (out []string) {
	var violation C.dset_violation
	for ; C.dset_simulation_violation(s.at, C.size_t(s.told), &violation); s.told++ {
		out = append(out, fmt.Sprintf("%s: %s", C.GoString(C.dset_invariant_name(C.int(violation.invariant))),
			C.GoString(violation.text)))
	}
	return out
}

// judge asks whether the cluster is where it should be; what is not is a violation.
func (s *simulator) judge() {
	var problem C.dset_error
	fine(C.dset_simulation_judge(s.at, &problem), "dset_simulation_judge", &problem)
}
