// SPDX-License-Identifier: Apache-2.0

// One side held against the other: what the library planned, against the ways in which the controller's sync went.

package main

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
)

// runsOfTie is how often a state runs in which revisions compete: a tie of two shows both its faces in 40 runs, but
// for one in 2^39.
const runsOfTie = 40

// bench is one worker's pair of sides.
type bench struct {
	upstream *upstream
	library  library
	world    memory // of what simulators are handed
	runs     int    // of the controller, for each state
}

// verdictOn is what comparing one state gave.
type verdictOn struct {
	faults []string
	way    *way // the one that the library went; the first, when it went none
	plan   *outcome
	ways   int
	judged judged
	asText bool // the plan was asked through JSON too
}

// compare runs both sides on a state.
func (b *bench) compare(s *State, asText bool) (v verdictOn) {
	b.upstream.load(s)
	all, why := ways(b.upstream, b.runs)
	if why != "" {
		v.faults = []string{"judge: " + why}
		return v
	}
	v.way, v.ways, v.asText = all[0], len(all), asText
	var err error
	if v.plan, err = b.library.plan(s); err != nil {
		v.faults = []string{"library: " + err.Error()}
		return v
	}
	v.faults = v.against(s, all)
	if _, tied := hashes(s); tied && len(v.faults) > 0 {
		if all, why = ways(b.upstream, runsOfTie); why != "" {
			v.faults = []string{"judge: " + why}
			return v
		}
		v.faults, v.ways = v.against(s, all), len(all)
	}
	if len(v.faults) == 0 {
		v.faults = append(b.compareVerdicts(s), b.compareAdmission(s, &v, all)...)
	}
	if len(v.faults) == 0 && asText {
		v.faults = append(b.compareText(s, v), b.compareShuffled(s, v)...)
		v.faults = append(v.faults, b.compareLater(s, v)...)
	}
	return v
}

// against looks for a way that the plan went too, and else says what differs from the first.
func (v *verdictOn) against(s *State, all []*way) (faults []string) {
	for _, w := range all {
		found := w.faults(s, v.plan)
		if len(found) == 0 {
			v.way = w
			return nil
		}
		if faults == nil {
			faults = found
		}
	}
	return faults
}

// compareText asks through JSON: the plan must be the same, and the created pods those of the controller (C19 to C22).
func (b *bench) compareText(s *State, v verdictOn) (faults []string) {
	plan, err := b.library.planOfText(s)
	if err != nil {
		return []string{"json: " + err.Error()}
	}
	pods := plan.created
	plan.created = nil
	if !reflect.DeepEqual(plan, v.plan) {
		return []string{fmt.Sprintf("json: through JSON %+v, through structs %+v", plan, v.plan)}
	}
	for node, pod := range pods {
		if want := v.way.runs[0].created[node]; want != nil && !samePod(pod, want) {
			got, _ := json.Marshal(pod)
			expected, _ := json.Marshal(want)
			faults = append(faults, fmt.Sprintf("createdPod: got %s, want %s", got, expected))
		}
	}
	return faults
}

// compareShuffled asks again with every list in another order: the plan must be the same (F26).
func (b *bench) compareShuffled(s *State, v verdictOn) []string {
	again, u := *s, b.upstream
	again.Nodes, again.Pods = shuffled(u, slices.Clone(s.Nodes)), shuffled(u, slices.Clone(s.Pods))
	again.ControllerRevisions = shuffled(u, slices.Clone(s.ControllerRevisions))
	again.Backoff = shuffled(u, slices.Clone(s.Backoff))
	plan, err := b.library.plan(&again)
	if err != nil {
		return []string{"order: " + err.Error()}
	}
	if !reflect.DeepEqual(plan, v.plan) {
		return []string{fmt.Sprintf("order: with its lists in another order %+v, before %+v", plan, v.plan)}
	}
	return nil
}

// samePod compares what the controller sends with what the library writes; the server sets the namespace and the kind.
func samePod(got, want *v1.Pod) bool {
	a, b := got.DeepCopy(), want.DeepCopy()
	a.TypeMeta, a.Namespace = b.TypeMeta, b.Namespace
	one, _ := json.Marshal(a)
	other, _ := json.Marshal(b)
	return string(one) == string(other)
}

// faults says what of a plan the way does not admit.
func (w *way) faults(s *State, plan *outcome) (faults []string) {
	got, want := plan.rest, w.expect
	differ := func(what string, got, want any) {
		one, _ := json.Marshal(got)
		other, _ := json.Marshal(want)
		if string(one) != string(other) {
			faults = append(faults, fmt.Sprintf("%s: got %s, want %s", what, one, other))
		}
	}
	if !want.CreatePods.admits(plan.creates) {
		differ("createPods", plan.creates, want.CreatePods)
	}
	if !want.DeletePods.admits(plan.deletes) || w.cut != nil && !w.cut.admits(plan.deletes) {
		differ("deletePods", plan.deletes, want.DeletePods)
	}
	if acted := w.runs[0].acted(); plan.acted() != 0 && (plan.acted() != acted || len(plan.phases) > acted) {
		differ("phase", len(plan.phases), acted)
	}
	if hash := w.createdHash(); hash != nil && plan.hash != nil {
		differ("hash", plan.hash, hash)
	}
	differ("adoptPods", got.AdoptPods, want.AdoptPods)
	differ("releasePods", got.ReleasePods, want.ReleasePods)
	differ("labelPods", got.LabelPods, want.LabelPods)
	differ("createRevision", got.CreateRevision, want.CreateRevision)
	differ("updateRevisions", got.UpdateRevisions, want.UpdateRevisions)
	differ("deleteRevisions", got.DeleteRevisions, want.DeleteRevisions)
	differ("adoptRevisions", got.AdoptRevisions, want.AdoptRevisions)
	differ("releaseRevisions", got.ReleaseRevisions, want.ReleaseRevisions)
	differ("bumpCollision", plan.collisions, w.runs[0].collisions)
	differ("status", got.Status, want.Status)
	differ("computed status", plan.computed, computed(s, plan.computed, want.Status))
	differ("problems", got.Error != "", want.Error != "")
	differ("events", impersonal(s, got.Events), impersonal(s, want.Events))
	differ("backoff", got.Backoff, want.Backoff)
	faults = append(faults, failedFaults(s, plan)...)
	return append(faults, checkFaults(s, plan, want)...)
}

// createdHash is the label of the pods that the controller created, all the same (C19); nil when there is none.
func (w *way) createdHash() *string {
	for _, pod := range w.runs[0].created {
		hash := pod.Labels[hashLabel]
		return &hash
	}
	return nil
}

// computed is the status that a plan reports. When none is written, its counters are those stored; of the generation
// either the stored one is kept or the current one, which is not newer, is seen (H9).
func computed(s *State, plan, written *apps.DaemonSetStatus) *apps.DaemonSetStatus {
	if written != nil {
		return written
	}
	stored := s.DaemonSet.Status
	if plan.ObservedGeneration == s.DaemonSet.Generation && plan.ObservedGeneration < stored.ObservedGeneration {
		stored.ObservedGeneration = plan.ObservedGeneration
	}
	return &stored
}

// failedFaults: an event on a failed pod names a failed live pod of that node, and the one that is deleted, unless the
// limit cut it off (E7, E9, S8).
func failedFaults(s *State, plan *outcome) (faults []string) {
	for _, e := range plan.rest.Events {
		name, node := failedPodOf(s, e)
		if name == "" {
			continue
		}
		failed := slices.ContainsFunc(podsByNode(s)[node], func(p *v1.Pod) bool {
			return p.Name == name && p.Status.Phase == v1.PodFailed && p.DeletionTimestamp == nil
		})
		cut := len(plan.deletes) >= burstOf(s)
		if !failed || !cut && !slices.Contains(plan.deletes, name) {
			faults = append(faults, "events: "+e.Message+", but it is not deleted")
		}
	}
	return faults
}

// checkFaults: the next check must not come later than the controller's first wake-up. A wake-up for a pod that is
// ready since no time at all leads nowhere (J3), and after an error the controller tries again anyway (I12).
func checkFaults(s *State, plan *outcome, want Expect) []string {
	if plan.nextCheck <= s.Now.UnixMilli() {
		return []string{fmt.Sprintf("nextCheck: %d is not after now, %d", plan.nextCheck, s.Now.UnixMilli())}
	}
	after := want.RequeueAfterSeconds
	if len(after) == 0 || want.Error != "" || slices.ContainsFunc(s.Pods, timeless) {
		return nil
	}
	limit := s.Now.Add(seconds(slices.Min(after))).UnixMilli()
	if plan.nextCheck > limit {
		return []string{fmt.Sprintf("nextCheck: got %s, want at most %s", moment(plan.nextCheck), moment(limit))}
	}
	return nil
}

func timeless(p *v1.Pod) bool {
	ready := readyCondition(p)
	return ready != nil && ready.Status == v1.ConditionTrue && ready.LastTransitionTime.IsZero()
}

func moment(ms int64) string {
	if ms == never {
		return "never"
	}
	return time.UnixMilli(ms).UTC().Format(time.RFC3339Nano)
}

// kinds are the members of the plan that differ, without their values.
func kinds(faults []string) string {
	var out []string
	for _, fault := range faults {
		kind, _, _ := strings.Cut(fault, ":")
		out = append(out, kind)
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), "+")
}
