// SPDX-License-Identifier: Apache-2.0

// What the simulator shows, as Kubernetes' objects. The simulator knows the facts that decisions are made from; what
// else an object has is what it had when somebody made it, and is kept here. On the way it is held against what
// Kubernetes' own API could show.

package main

/*
#include "daemonset.h"
*/
import "C"

import (
	"fmt"
	"maps"
	"reflect"
	"time"
	"unsafe"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

const (
	inStore = int(C.DSET_SIDE_STORE)
	inView  = int(C.DSET_SIDE_VIEW)
)

// known is what the facts do not hold, by name; of DaemonSets by generation.
type known struct {
	nodes      map[string]*v1.Node
	pods       map[string]*v1.Pod
	sets       map[int64]*apps.DaemonSet
	shown      map[string]*v1.Pod // as a view had them last
	impossible []string           // what Kubernetes could not have shown
}

func (k *known) reject(format string, values ...any) {
	k.impossible = append(k.impossible, "simulator: "+fmt.Sprintf(format, values...))
}

func labelsOf(items *C.dset_label, count C.size_t) map[string]string {
	var out map[string]string
	for _, label := range unsafe.Slice(items, int(count)) {
		if out == nil {
			out = map[string]string{}
		}
		out[C.GoString(label.key)] = C.GoString(label.value)
	}
	return out
}

func ownersOfFacts(items *C.dset_owner, count C.size_t) (out []metav1.OwnerReference) {
	for _, owner := range unsafe.Slice(items, int(count)) {
		controls := bool(owner.controller)
		out = append(out, metav1.OwnerReference{APIVersion: "apps/v1", Kind: C.GoString(owner.kind),
			Name: C.GoString(owner.name), UID: types.UID(C.GoString(owner.uid)), Controller: &controls})
	}
	return out
}

func timeOf(ms C.int64_t) metav1.Time {
	if ms == 0 {
		return metav1.Time{}
	}
	return metav1.NewTime(time.UnixMilli(int64(ms)).UTC())
}

func (k *known) node(from *C.dset_node) *v1.Node {
	out := *k.nodes[C.GoString(from.name)]
	out.Labels, out.Spec.Taints = labelsOf(from.labels, from.label_count), nil
	for _, taint := range unsafe.Slice(from.taints, int(from.taint_count)) {
		out.Spec.Taints = append(out.Spec.Taints, v1.Taint{Key: C.GoString(taint.key), Value: C.GoString(taint.value),
			Effect: v1.TaintEffect(C.GoString(taint.effect))})
	}
	return &out
}

var phases = map[C.int32_t]v1.PodPhase{C.DSET_PHASE_PENDING: v1.PodPending, C.DSET_PHASE_RUNNING: v1.PodRunning,
	C.DSET_PHASE_SUCCEEDED: v1.PodSucceeded, C.DSET_PHASE_FAILED: v1.PodFailed, C.DSET_PHASE_UNKNOWN: v1.PodUnknown}

// pod is a pod that is known.
func (k *known) pod(from *C.dset_pod) *v1.Pod {
	out := *k.pods[C.GoString(from.name)]
	out.UID, out.CreationTimestamp = types.UID(C.GoString(from.uid)), timeOf(from.created_ms)
	out.Labels = labelsOf(from.labels, from.label_count)
	out.OwnerReferences = ownersOfFacts(from.owners, from.owner_count)
	out.Spec.NodeName, out.Status.Phase, out.Status.Conditions = C.GoString(from.node_name), phases[from.phase], nil
	if from.ready_since_ms != 0 {
		status := v1.ConditionFalse
		if from.ready {
			status = v1.ConditionTrue
		}
		out.Status.Conditions = []v1.PodCondition{{Type: v1.PodReady, Status: status,
			LastTransitionTime: timeOf(from.ready_since_ms)}}
	} else if from.ready {
		k.reject("%s is ready since no time", out.Name)
	}
	return &out
}

// targetOf is the node that a pod is for (D10).
func targetOf(from *C.dset_pod) string {
	if from.required_affinity == nil {
		return C.GoString(from.node_name)
	}
	field := *(*from.required_affinity.terms).fields
	return C.GoString(*field.values)
}

// show is a pod of the view: the times of its deletion, and whether it can have become what it is.
func (k *known) show(p *v1.Pod, deleting bool, now time.Time) *v1.Pod {
	before := k.shown[p.Name]
	if deleting {
		at, grace := metav1.NewTime(now.Truncate(time.Second).Add(30*time.Second)), int64(30)
		if p.DeletionTimestamp, p.DeletionGracePeriodSeconds = &at, &grace; before != nil && before.DeletionTimestamp != nil {
			p.DeletionTimestamp = before.DeletionTimestamp
		}
	}
	k.couldBe(p, now)
	if before != nil && before.UID == p.UID {
		k.couldBecome(before, p)
	}
	k.shown[p.Name] = p
	return p
}

// couldBe holds one pod against what the API server, the scheduler and kubelets make of pods.
func (k *known) couldBe(p *v1.Pod, now time.Time) {
	ready, times := readyCondition(p), []time.Time{p.CreationTimestamp.Time}
	isReady := ready != nil && ready.Status == v1.ConditionTrue
	if ready != nil {
		times = append(times, ready.LastTransitionTime.Time)
	}
	for _, at := range times {
		if !at.Equal(at.Truncate(time.Second)) {
			k.reject("%s has a time of fractions, %s", p.Name, at)
		}
		if at.After(now) || at.Before(p.CreationTimestamp.Time) {
			k.reject("%s has a time that cannot be, %s", p.Name, at)
		}
	}
	if p.Spec.NodeName == "" && (p.Status.Phase != v1.PodPending || ready != nil) {
		k.reject("%s is on no node and %s", p.Name, p.Status.Phase)
	}
	if isReady && p.Status.Phase != v1.PodRunning {
		k.reject("%s is ready and %s", p.Name, p.Status.Phase)
	}
	if p.UID == "" || p.Namespace == "" || p.Status.Phase == "" {
		k.reject("%s lacks uid, namespace or phase", p.Name)
	}
}

func (k *known) couldBecome(before, p *v1.Pod) {
	old, ready := readyCondition(before), readyCondition(p)
	switch {
	case before.Spec.NodeName != "" && before.Spec.NodeName != p.Spec.NodeName:
		k.reject("%s went to another node", p.Name)
	case before.DeletionTimestamp != nil && p.DeletionTimestamp == nil:
		k.reject("%s is not deleting any more", p.Name)
	case terminal(before) && p.Status.Phase != before.Status.Phase:
		k.reject("%s was %s and is %s", p.Name, before.Status.Phase, p.Status.Phase)
	case before.Status.Phase == v1.PodRunning && p.Status.Phase == v1.PodPending:
		k.reject("%s was Running and is Pending", p.Name)
	case !before.CreationTimestamp.Equal(&p.CreationTimestamp):
		k.reject("%s was created at another time", p.Name)
	case old != nil && (ready == nil || ready.LastTransitionTime.Before(&old.LastTransitionTime)):
		k.reject("%s has an older condition than before", p.Name)
	}
}

// daemonSet is the one of this generation.
func (k *known) daemonSet(from *C.dset_daemonset) *apps.DaemonSet {
	generation := int64(from.generation)
	set := k.sets[generation]
	if set == nil {
		panic(fmt.Sprintf("nobody made generation %d", generation))
	}
	out := *set
	out.Status = *readStatus(from.status)
	if out.UID != types.UID(C.GoString(from.uid)) || (out.DeletionTimestamp != nil) != bool(from.deleting) {
		k.reject("generation %d is another one", generation)
	}
	if out.Status.ObservedGeneration > generation {
		k.reject("generation %d has not been seen yet", out.Status.ObservedGeneration)
	}
	return &out
}

// revisionOf needs nothing else: the facts are all that there is.
func revisionOf(from *C.dset_revision) *apps.ControllerRevision {
	out := &apps.ControllerRevision{TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "ControllerRevision"},
		Revision: int64(from.number),
		Data:     runtime.RawExtension{Raw: C.GoBytes(from.data, C.int(from.data_bytes))}}
	out.Namespace, out.Name, out.UID = C.GoString(from.ns), C.GoString(from.name), types.UID(C.GoString(from.uid))
	out.Labels, out.OwnerReferences = labelsOf(from.labels, from.label_count), ownersOfFacts(from.owners, from.owner_count)
	if from.deleting {
		at := metav1.NewTime(start.Add(-time.Second))
		out.DeletionTimestamp, out.Finalizers = &at, []string{"example.com/hold"}
	}
	return out
}

// sameAsSent: the pod that the simulator made of a create is the one that the controller sent (C19 to C22).
func (k *known) sameAsSent(from *C.dset_pod, sent *v1.Pod) {
	owners := ownersOfFacts(from.owners, from.owner_count)
	controller := metav1.GetControllerOf(sent)
	if len(owners) != 1 || owners[0].UID != controller.UID || owners[0].Kind != controller.Kind ||
		owners[0].Name != controller.Name || !*owners[0].Controller {
		k.reject("%s has the owners %v, not %v", C.GoString(from.name), owners, controller)
	}
	if labels := labelsOf(from.labels, from.label_count); !maps.Equal(labels, sent.Labels) {
		k.reject("%s has the labels %v, not %v", C.GoString(from.name), labels, sent.Labels)
	}
}

// planOfView asks about the facts as the simulator shows them: nothing was lost on the way.
func (l *library) planOfView(view *C.dset_snapshot, s *State) (*outcome, error) {
	l.memory.reset()
	asked, carried := one[C.dset_snapshot](&l.memory), l.memory.snapshot(&State{DaemonSet: s.DaemonSet, Now: s.Now,
		Backoff: s.Backoff, InFlight: s.InFlight})
	*asked = *view
	asked.backoffs, asked.backoff_count = carried.backoffs, carried.backoff_count
	asked.in_flight_creates, asked.in_flight_deletes = carried.in_flight_creates, carried.in_flight_deletes
	asked.in_flight_since_ms = carried.in_flight_since_ms
	return l.compute(asked, l.memory.options(s.Options))
}

func (b *bench) compareView(view *C.dset_snapshot, s *State, v verdictOn) []string {
	plan, err := b.library.planOfView(view, s)
	if err != nil {
		return []string{"view: " + err.Error()}
	}
	if !reflect.DeepEqual(plan, v.plan) {
		return []string{fmt.Sprintf("view: as shown %+v, as objects %+v", plan, v.plan)}
	}
	return nil
}
