// SPDX-License-Identifier: Apache-2.0

// The library's plan in the form in which the controller's outcome is kept, so that the two can be compared.

package main

/*
#include "daemonset.h"
*/
import "C"

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	apps "k8s.io/api/apps/v1"
)

const never = int64(C.DSET_NEVER)

func readPlan(plan *C.dset_plan) *outcome {
	out := &outcome{nextCheck: int64(C.dset_plan_next_check_ms(plan)), computed: readStatus(C.dset_plan_status(plan))}
	for i := range C.dset_plan_action_count(plan) {
		out.readAction(C.dset_plan_action(plan, i))
	}
	for i := range C.dset_plan_backoff_count(plan) {
		b := C.dset_plan_backoff(plan, i)
		out.rest.Backoff = append(out.rest.Backoff, Backoff{C.GoString(b.node),
			(time.Duration(b.delay_ms) * time.Millisecond).Seconds(), time.UnixMilli(int64(b.last_ms)).UTC()})
	}
	if C.dset_plan_problem_count(plan) > 0 {
		out.rest.Error = C.GoString(C.dset_plan_problem(plan, 0).text)
	}
	out.sort()
	return out
}

func (o *outcome) readAction(a *C.dset_action) {
	rest := &o.rest
	pod, revision, hash := C.GoString(a.pod), C.GoString(a.revision), C.GoString(a.hash)
	switch a._type {
	case C.DSET_ACTION_CREATE_POD:
		o.creates = append(o.creates, C.GoString(a.node))
		o.hash = &hash
		o.by(int(a.phase))
	case C.DSET_ACTION_DELETE_POD:
		o.deletes = append(o.deletes, pod)
		o.by(int(a.phase))
	case C.DSET_ACTION_ADOPT_POD:
		rest.AdoptPods = append(rest.AdoptPods, pod)
	case C.DSET_ACTION_RELEASE_POD:
		rest.ReleasePods = append(rest.ReleasePods, pod)
	case C.DSET_ACTION_LABEL_POD:
		rest.LabelPods = append(rest.LabelPods, PodLabel{pod, hash})
	case C.DSET_ACTION_CREATE_REVISION:
		rest.CreateRevision = &RevisionWrite{revision, int64(a.number), hash}
	case C.DSET_ACTION_UPDATE_REVISION:
		rest.UpdateRevisions = append(rest.UpdateRevisions, RevisionWrite{revision, int64(a.number), hash})
	case C.DSET_ACTION_DELETE_REVISION:
		rest.DeleteRevisions = append(rest.DeleteRevisions, revision)
	case C.DSET_ACTION_ADOPT_REVISION:
		rest.AdoptRevisions = append(rest.AdoptRevisions, revision)
	case C.DSET_ACTION_RELEASE_REVISION:
		rest.ReleaseRevisions = append(rest.ReleaseRevisions, revision)
	case C.DSET_ACTION_BUMP_COLLISION_COUNT:
		rest.BumpCollision, o.collisions = true, int32(a.number)
	case C.DSET_ACTION_UPDATE_STATUS:
		rest.Status = readStatus(a.status)
	case C.DSET_ACTION_EMIT_EVENT:
		rest.Events = append(rest.Events, Event{C.GoString(a.event_type), C.GoString(a.event_reason), C.GoString(a.text)})
	default:
		panic(fmt.Sprintf("an action of type %d", a._type))
	}
}

// by notes which phase a create or delete comes from, in the form of the controller's expectations.
func (o *outcome) by(phase int) {
	for len(o.phases) < phase {
		o.phases = append(o.phases, InFlight{})
	}
	o.phases[phase-1].Creates++ // only that it acted counts
}

func readStatus(from *C.dset_status) *apps.DaemonSetStatus {
	out := &apps.DaemonSetStatus{
		DesiredNumberScheduled: int32(from.desired_number_scheduled),
		CurrentNumberScheduled: int32(from.current_number_scheduled),
		NumberMisscheduled:     int32(from.number_misscheduled),
		NumberReady:            int32(from.number_ready),
		UpdatedNumberScheduled: int32(from.updated_number_scheduled),
		NumberAvailable:        int32(from.number_available),
		NumberUnavailable:      int32(from.number_unavailable),
		ObservedGeneration:     int64(from.observed_generation),
	}
	if from.has_collision_count {
		count := int32(from.collision_count)
		out.CollisionCount = &count
	}
	if text := C.GoString(from.conditions); text != "" {
		must(json.Unmarshal([]byte(text), &out.Conditions))
	}
	return out
}

// textPlan is a plan as JSON, as far as it is compared.
type textPlan struct {
	Actions []struct {
		Type, Node, Pod, Revision, Hash, Phase string
		Number                                 int64
		Count                                  int32
		Status                                 *apps.DaemonSetStatus
		Event                                  Event
	}
	Status    *apps.DaemonSetStatus
	Problems  []struct{ Text string }
	Backoff   []Backoff
	NextCheck *time.Time
}

// sameAsText compares a plan as JSON with the one that was read from its structs.
func sameAsText(text []byte, structs *outcome) error {
	var plan textPlan
	if err := json.Unmarshal(text, &plan); err != nil {
		return err
	}
	out := &outcome{computed: plan.Status, nextCheck: never, created: structs.created, phases: structs.phases}
	rest := &out.rest
	for _, a := range plan.Actions {
		write := RevisionWrite{a.Revision, a.Number, a.Hash}
		switch a.Type {
		case "CreatePod":
			out.creates, out.hash = append(out.creates, a.Node), &a.Hash
		case "DeletePod":
			out.deletes = append(out.deletes, a.Pod)
		case "AdoptPod":
			rest.AdoptPods = append(rest.AdoptPods, a.Pod)
		case "ReleasePod":
			rest.ReleasePods = append(rest.ReleasePods, a.Pod)
		case "LabelPod":
			rest.LabelPods = append(rest.LabelPods, PodLabel{a.Pod, a.Hash})
		case "CreateRevision":
			rest.CreateRevision = &write
		case "UpdateRevision":
			rest.UpdateRevisions = append(rest.UpdateRevisions, write)
		case "DeleteRevision":
			rest.DeleteRevisions = append(rest.DeleteRevisions, a.Revision)
		case "AdoptRevision":
			rest.AdoptRevisions = append(rest.AdoptRevisions, a.Revision)
		case "ReleaseRevision":
			rest.ReleaseRevisions = append(rest.ReleaseRevisions, a.Revision)
		case "BumpCollisionCount":
			rest.BumpCollision, out.collisions = true, a.Count
		case "UpdateStatus":
			rest.Status = a.Status
		case "EmitEvent":
			rest.Events = append(rest.Events, a.Event)
		default:
			return fmt.Errorf("an action %q in JSON", a.Type)
		}
	}
	rest.Backoff = append(rest.Backoff, plan.Backoff...)
	if len(plan.Problems) > 0 {
		rest.Error = plan.Problems[0].Text
	}
	if plan.NextCheck != nil {
		out.nextCheck = plan.NextCheck.UnixMilli()
	}
	out.sort()
	if !reflect.DeepEqual(out, structs) {
		return fmt.Errorf("as JSON the plan is %s, as structs %+v", text, structs)
	}
	return nil
}
