// SPDX-License-Identifier: Apache-2.0

// The host of a trajectory: it carries out what one side decided, and knows what is in flight: what it has sent and has
// not been shown (E20). It tells writes apart by what they are about, not only how many there are.

package main

/*
#include "daemonset.h"
*/
import "C"

import (
	"slices"
	"time"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
)

const lostAfter = 5 * time.Minute

// write is a creation or deletion that has been sent and is not shown yet.
type write struct {
	node string
	name string // of the pod; "" where no answer said it
	body *v1.Pod
	done bool // whatever the answer was
	lost bool // it counts as lost (E20), but may show up still
}

// carryOut writes what one side decided, in the order of plan.h, up to the first write without success of those that
// end a sync; false: nothing was written.
func (c *cluster) carryOut(o *outcome, w *way) bool {
	before := c.sim.stats().writes
	if c.revise(o) && c.claim(o) {
		if len(o.creates)+len(o.deletes) > 0 {
			c.forget()
		}
		for _, node := range o.creates {
			c.create(node, w)
		}
		for _, name := range o.deletes {
			c.delete(name)
		}
		c.deleteRevisions(o)
		c.writeStatus(o)
	}
	c.backoffs = o.rest.Backoff
	return c.sim.stats().writes != before
}

// each does one write for each name, until one has no success.
func each[T any](of []T, do func(T) int) bool {
	return !slices.ContainsFunc(of, func(item T) bool { return do(item) != C.DSET_RESULT_OK })
}

func (c *cluster) onRevision(kind int) func(string) int {
	return func(name string) int { return c.sim.onRevision(kind, RevisionWrite{Name: name}) }
}

func (c *cluster) onPod(kind int) func(string) int {
	return func(name string) int { return c.sim.onPod(kind, name, "") }
}

// revise carries out what is done to revisions before anything is done to pods.
func (c *cluster) revise(o *outcome) bool {
	write := func(kind int) func(RevisionWrite) int {
		return func(w RevisionWrite) int { return c.sim.onRevision(kind, w) }
	}
	if o.rest.BumpCollision {
		c.sim.act(C.DSET_ACTION_BUMP_COLLISION_COUNT,
			func(_ *memory, a *C.dset_action) { a.number = C.int64_t(o.collisions) })
	}
	return each(o.rest.AdoptRevisions, c.onRevision(C.DSET_ACTION_ADOPT_REVISION)) &&
		each(o.rest.ReleaseRevisions, c.onRevision(C.DSET_ACTION_RELEASE_REVISION)) &&
		each(o.rest.UpdateRevisions, write(C.DSET_ACTION_UPDATE_REVISION)) &&
		(o.rest.CreateRevision == nil ||
			each([]RevisionWrite{*o.rest.CreateRevision}, write(C.DSET_ACTION_CREATE_REVISION)))
}

func (c *cluster) claim(o *outcome) bool {
	label := func(l PodLabel) int { return c.sim.onPod(C.DSET_ACTION_LABEL_POD, l.Name, l.Hash) }
	return each(o.rest.AdoptPods, c.onPod(C.DSET_ACTION_ADOPT_POD)) &&
		each(o.rest.ReleasePods, c.onPod(C.DSET_ACTION_RELEASE_POD)) && each(o.rest.LabelPods, label)
}

func (c *cluster) deleteRevisions(o *outcome) {
	each(o.rest.DeleteRevisions, c.onRevision(C.DSET_ACTION_DELETE_REVISION))
}

func (c *cluster) writeStatus(o *outcome) {
	if o.rest.Status != nil {
		status := c.upToDate(o.rest.Status)
		c.sim.act(C.DSET_ACTION_UPDATE_STATUS, func(m *memory, a *C.dset_action) { a.status = m.status(status) })
	}
}

// upToDate is what the controller writes in the end (H10): if the DaemonSet was not up to date the write is refused,
// and repeated with the observed generation of the one that is, unless this sync raises it.
func (c *cluster) upToDate(status *apps.DaemonSetStatus) *apps.DaemonSetStatus {
	stored := c.sim.look(inStore).daemonset
	if stored == nil || status.ObservedGeneration != c.observed {
		return status
	}
	out := status.DeepCopy()
	out.ObservedGeneration = int64(stored.status.observed_generation)
	return out
}

// forget is before a new batch: what is in flight by now counts as lost (E20).
func (c *cluster) forget() {
	late := c.state.Now.Sub(c.since) > lostAfter
	for _, w := range slices.Concat(c.creates, c.deletes) {
		c.raced = c.raced || late && w.done && !w.lost
		w.lost = true
	}
	c.since = c.state.Now
}

// create sends a pod. Whose it is and what it looks like are the controller's; only the node may be another one, where
// that is a choice.
func (c *cluster) create(node string, w *way) {
	var body *v1.Pod
	for _, run := range w.runs {
		for at, made := range run.created {
			if body == nil || at == node {
				body = made
			}
		}
	}
	body = body.DeepCopy()
	body.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms[0].MatchFields[0].
		Values[0] = node
	before := c.sim.stats().creates
	result, name := c.sim.act(C.DSET_ACTION_CREATE_POD, func(m *memory, a *C.dset_action) {
		a.node, a.hash = m.text(node), m.text(body.Labels[hashLabel])
	})
	if result == C.DSET_RESULT_OK || result == C.DSET_RESULT_TIMEOUT {
		c.creates = append(c.creates, &write{node: node, name: name, body: body, done: c.sim.stats().creates != before})
	}
}

// delete sends a deletion. A pod that is not found is waited for, too: it is gone, and not shown to be. Upstream does
// not wait (E19), deletes another one of the list as it was, and so goes beyond its budget for a moment.
func (c *cluster) delete(name string) {
	before := c.sim.stats().deletes
	switch c.sim.onPod(C.DSET_ACTION_DELETE_POD, name, "") {
	case C.DSET_RESULT_OK, C.DSET_RESULT_TIMEOUT, C.DSET_RESULT_NOT_FOUND:
		c.deletes = append(c.deletes, &write{name: name, done: c.sim.stats().deletes != before})
	}
}

// arrive finds the creation that a pod comes from.
func (c *cluster) arrive(pod *C.dset_pod) {
	name, node := C.GoString(pod.name), targetOf(pod)
	at := slices.IndexFunc(c.creates, func(w *write) bool { return w.name == name })
	if at < 0 {
		at = slices.IndexFunc(c.creates, func(w *write) bool { return w.done && w.name == "" && w.node == node })
	}
	if at < 0 {
		c.known.reject("nobody made %s on %s", name, node)
		c.known.pods[name] = &v1.Pod{}
		return
	}
	sent := c.creates[at].body
	c.creates = slices.Delete(c.creates, at, at+1)
	c.known.sameAsSent(pod, sent)
	c.known.pods[name] = sent.DeepCopy()
	c.known.pods[name].Name, c.known.pods[name].Namespace, c.known.pods[name].GenerateName = name, C.GoString(pod.ns), ""
}

// observe counts what is in flight: what was sent and is not shown.
func (c *cluster) observe() {
	s := c.state
	there := map[string]bool{} // and not deleting
	for _, p := range s.Pods {
		there[p.Name] = p.DeletionTimestamp == nil
	}
	c.deletes = slices.DeleteFunc(c.deletes, func(w *write) bool { return !there[w.name] })
	counts := func(writes []*write) (n int) {
		for _, w := range writes {
			if !w.lost {
				n++
			}
		}
		return n
	}
	if creates, deletes := counts(c.creates), counts(c.deletes); creates+deletes > 0 {
		since := c.since
		s.InFlight = &InFlight{Creates: creates, Deletes: deletes, Since: &since}
	}
	if s.DaemonSet.Status.ObservedGeneration != c.observed {
		c.backoffs = nil // the key of an entry holds the observed generation (E8)
	}
	s.Backoff, c.observed = c.backoffs, s.DaemonSet.Status.ObservedGeneration
}

// waits says whether writes are in flight.
func (c *cluster) waits() bool {
	flight := c.state.InFlight
	return flight != nil && c.state.Now.Sub(*flight.Since) <= lostAfter
}
