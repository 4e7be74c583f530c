// SPDX-License-Identifier: Apache-2.0

// The library as a judge of the controller (admit.h): each run of the controller must be admitted; and a run with one
// create or delete too many, too few or in another place must be admitted if and only if the sets of rules.go and cut.go
// admit it.

package main

/*
#include "daemonset.h"
*/
import "C"

import (
	"fmt"
	"slices"
	"unsafe"

	v1 "k8s.io/api/core/v1"
)

const alterations = 6 // tried on each state that is asked through JSON too

// judged counts runs of the controller, and altered ones, that the library was asked about.
type judged struct{ runs, admitted, refused int }

// admits judges what was done with the state whose plan was just made. rule and text say what is wrong.
func (l *library) admits(o *outcome, hash string) (yes bool, text string, err error) {
	actions := l.memory.actions(o, hash)
	judgement, problem := one[*C.dset_judgement](&l.memory), one[C.dset_error](&l.memory)
	if C.dset_plan_admits(l.asked, l.options, first(actions), C.size_t(len(actions)), judgement, problem) != C.DSET_OK {
		return false, "", failure("dset_plan_admits", problem)
	}
	defer C.dset_judgement_free(*judgement)
	return bool(C.dset_judgement_admitted(*judgement)), fmt.Sprintf("%s: %s; allowed: %s",
		C.GoString(C.dset_judgement_rule(*judgement)), C.GoString(C.dset_judgement_text(*judgement)),
		C.GoString(C.dset_judgement_allowed(*judgement))), nil
}

// compareAdmission holds the library's judgement of the runs against what they are: admissible.
func (b *bench) compareAdmission(s *State, v *verdictOn, all []*way) (faults []string) {
	for _, w := range all {
		for _, run := range w.runs {
			yes, text, err := b.library.admits(run, w.hash)
			if err != nil {
				return []string{"admits: " + err.Error()}
			}
			if !yes {
				return []string{fmt.Sprintf("admits: not what the controller did: creates %v, deletes %v: %s", run.creates,
					run.deletes, text)}
			}
			v.judged.runs++
		}
	}
	for range alterations {
		if !v.asText || len(all) > 1 {
			break
		}
		yes, fault := b.alter(s, all[0])
		if fault != "" {
			faults = append(faults, fault)
		}
		if yes {
			v.judged.admitted++
		} else {
			v.judged.refused++
		}
	}
	return faults
}

// alter changes one create or delete of a run and asks both judges.
func (b *bench) alter(s *State, w *way) (yes bool, fault string) {
	d := dice{b.upstream.random}
	run := *oneOf(d, w.runs...)
	if run.creates, run.deletes = slices.Clone(run.creates), slices.Clone(run.deletes); d.chance(0.5) {
		nodes := []string{}
		for _, node := range s.Nodes {
			nodes = append(nodes, node.Name)
		}
		run.creates = altered(d, run.creates, nodes)
	} else {
		run.deletes = altered(d, run.deletes, deletable(s))
	}
	want := w.admits(&run)
	got, text, err := b.library.admits(&run, w.hash)
	if err != nil {
		return false, "admits: " + err.Error()
	}
	if got == want {
		return got, ""
	}
	return got, fmt.Sprintf("admits: got %t, want %t, for creates %v and deletes %v of %+v and %+v: %s", got, want, run.creates,
		run.deletes, w.expect.CreatePods, w.expect.DeletePods, text)
}

// deletable are the pods that can be exchanged without an event that would have to follow (E6, E7).
func deletable(s *State) (out []string) {
	for _, p := range s.Pods {
		if p.Namespace == s.DaemonSet.Namespace && p.Status.Phase != v1.PodFailed && p.Status.Phase != v1.PodSucceeded {
			out = append(out, p.Name)
		}
	}
	return out
}

// altered takes one of the names out, adds another one, or both; those that are not among the possible ones stay.
func altered(d dice, names, possible []string) []string {
	if len(possible) == 0 {
		return names
	}
	how := d.IntN(3)
	if how > 0 {
		if other := oneOf(d, possible...); !slices.Contains(names, other) {
			names = append(names, other)
		}
	}
	if i := d.IntN(len(names) + 1); how < 2 && i < len(names) && slices.Contains(possible, names[i]) {
		names = slices.Delete(names, i, i+1)
	}
	return names
}

func (m *memory) actions(o *outcome, hash string) (out []*C.dset_action) {
	add := func(kind C.int32_t) *C.dset_action {
		action := one[C.dset_action](m)
		action.size, action._type = C.size_t(unsafe.Sizeof(*action)), kind
		out = append(out, action)
		return action
	}
	for _, node := range o.creates {
		action := add(C.DSET_ACTION_CREATE_POD)
		action.node, action.hash = m.text(node), m.text(hash)
	}
	for kind, names := range map[C.int32_t][]string{C.DSET_ACTION_DELETE_POD: o.deletes,
		C.DSET_ACTION_ADOPT_POD: o.rest.AdoptPods, C.DSET_ACTION_RELEASE_POD: o.rest.ReleasePods} {
		for _, name := range names {
			add(kind).pod = m.text(name)
		}
	}
	for _, label := range o.rest.LabelPods {
		action := add(C.DSET_ACTION_LABEL_POD)
		action.pod, action.hash = m.text(label.Name), m.text(label.Hash)
	}
	for kind, names := range map[C.int32_t][]string{C.DSET_ACTION_DELETE_REVISION: o.rest.DeleteRevisions,
		C.DSET_ACTION_ADOPT_REVISION: o.rest.AdoptRevisions, C.DSET_ACTION_RELEASE_REVISION: o.rest.ReleaseRevisions} {
		for _, name := range names {
			add(kind).revision = m.text(name)
		}
	}
	for _, write := range o.rest.UpdateRevisions {
		m.write(add(C.DSET_ACTION_UPDATE_REVISION), write)
	}
	if write := o.rest.CreateRevision; write != nil {
		m.write(add(C.DSET_ACTION_CREATE_REVISION), *write)
	}
	if o.rest.BumpCollision {
		add(C.DSET_ACTION_BUMP_COLLISION_COUNT).number = C.int64_t(o.collisions)
	}
	for _, event := range o.rest.Events {
		action := add(C.DSET_ACTION_EMIT_EVENT)
		action.event_type, action.event_reason = m.text(event.Type), m.text(event.Reason)
		action.text = m.text(event.Message)
	}
	if o.rest.Status != nil {
		add(C.DSET_ACTION_UPDATE_STATUS).status = m.status(o.rest.Status)
	}
	return m.pointers(out)
}

func (m *memory) write(action *C.dset_action, w RevisionWrite) {
	action.revision, action.number, action.hash = m.text(w.Name), C.int64_t(w.Revision), m.text(w.Hash)
}

// pointers copies an array of pointers to where C may read it.
func (m *memory) pointers(from []*C.dset_action) []*C.dset_action {
	to := list[*C.dset_action](m, len(from))
	copy(to, from)
	return to
}
