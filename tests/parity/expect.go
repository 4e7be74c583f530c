// SPDX-License-Identifier: Apache-2.0

// From several syncs of one state to what is expected of the library. The runs see their caches in different orders;
// what all of them did is required, what differs has to be explained by a choice of rules.go. Where revisions of
// equal number compete (F24) the runs fall into several ways, each with an answer of its own.

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubernetes/pkg/controller/daemon"
	"k8s.io/kubernetes/pkg/controller/daemon/util"
)

const unlimited = 1 << 30

// way is one manner in which a sync goes. All its runs agree on everything that is not a choice.
type way struct {
	hash   string
	runs   []*outcome
	expect Expect
	cut    *cut // set where the limit cuts the deletes of manage
}

func burstOf(s *State) int {
	if s.Options.Burst > 0 {
		return s.Options.Burst
	}
	return daemon.BurstReplicas
}

// ways runs the loaded state and explains what was seen; why says what could not be explained.
func ways(u *upstream, runs int) (all []*way, why string) {
	s := u.state
	of, tied := hashes(s)
	byPart := map[string]*way{}
	for range runs {
		o := u.run(burstOf(s))
		if o.panicked != nil {
			return nil, fmt.Sprintf("the controller panicked: %v", o.panicked)
		}
		part := fixedPart(s, o)
		if byPart[part] == nil {
			byPart[part] = &way{hash: keptHash(of, o)}
			all = append(all, byPart[part])
		}
		byPart[part].runs = append(byPart[part].runs, o)
	}
	if len(all) > 1 && !tied {
		return nil, "runs differ without a tie: " + strings.Join(slices.Collect(maps.Keys(byPart)), " / ")
	}
	for _, w := range all {
		if why := w.explain(u); why != "" {
			return nil, why
		}
	}
	return all, ""
}

// keptHash is the hash of a run: that of the one candidate that was not deleted as a duplicate (G10).
func keptHash(of map[string]string, o *outcome) string {
	for _, name := range slices.Sorted(maps.Keys(of)) {
		if !slices.Contains(o.rest.DeleteRevisions, name) {
			return of[name]
		}
	}
	return ""
}

// fixedPart is what all runs of one way have in common, as text.
func fixedPart(s *State, o *outcome) string {
	rest := o.rest
	rest.Events = impersonal(s, rest.Events)
	if rest.Error != "" {
		rest.Error = "some" // of several nodes that are missing, the first in map order is named (F14)
	}
	text, err := json.Marshal(struct {
		Rest   Expect
		Phases []InFlight
	}{rest, o.phases})
	must(err)
	return string(text)
}

// impersonal takes the pod out of events on failed pods, as any of a node's may be the one (E9). The node stays.
func impersonal(s *State, events []Event) (out []Event) {
	for _, e := range events {
		if pod, _ := failedPodOf(s, e); pod != "" {
			e.Message = strings.Replace(e.Message, "/"+pod+" on node", "/* on node", 1)
		}
		out = append(out, e)
	}
	slices.SortFunc(out, func(a, b Event) int { return strings.Compare(a.Reason+a.Message, b.Reason+b.Message) })
	return out
}

// failedPodOf reads the names out of an event on a failed pod; "" of any other.
func failedPodOf(s *State, e Event) (pod, node string) {
	if e.Reason != daemon.FailedDaemonPodReason {
		return "", ""
	}
	_, rest, _ := strings.Cut(e.Message, " "+s.DaemonSet.Namespace+"/")
	pod, rest, _ = strings.Cut(rest, " on node ")
	node, _, _ = strings.Cut(rest, ", will try")
	return pod, node
}

// explain finds the choices that the runs had, and holds every run against them.
func (w *way) explain(u *upstream) (why string) {
	s := u.state
	w.expect = w.runs[0].rest
	if why := w.choices(u); why != "" {
		return why
	}
	if cannotCreate(s, w.hash) {
		w.expect.CreatePods = Choice{}
	}
	w.expect.CreatePods.normalize()
	w.expect.DeletePods.normalize()
	for _, o := range w.runs {
		if !w.admits(o) {
			return fmt.Sprintf("unexplained choice: %v %v of %+v %+v", o.creates, o.deletes, w.expect.CreatePods,
				w.expect.DeletePods)
		}
	}
	if len(w.expect.CreatePods.AnyOf) == 0 && len(w.expect.CreatePods.Required) > 0 {
		w.expect.CreatedPod = w.runs[0].created[w.expect.CreatePods.Required[0]]
	}
	return ""
}

func (w *way) admits(o *outcome) bool {
	return w.expect.CreatePods.admits(o.creates) && w.expect.DeletePods.admits(o.deletes) &&
		(w.cut == nil || w.cut.admits(o.deletes))
}

// cannotCreate is C23: a pod without any label is refused before the call.
func cannotCreate(s *State, hash string) bool {
	generation, err := util.GetTemplateGeneration(s.DaemonSet)
	return len(s.DaemonSet.Spec.Template.Labels) == 0 && hash == "" && (err != nil || generation == nil)
}

// acted is the phase whose lists were not empty. Only one phase acts in a sync: rolling runs after a manage that did
// nothing (I9, with effects not yet observed).
func (o *outcome) acted() int {
	for i, phase := range o.phases {
		if phase.Creates != 0 || phase.Deletes != 0 {
			return i + 1
		}
	}
	return 0
}

const (
	byManage  = 1
	byRollout = 2
)

func (w *way) choices(u *upstream) (why string) {
	switch w.runs[0].acted() {
	case byManage:
		return w.manage(u)
	case byRollout:
		creates, deletes, err := rolling(u.state, w.hash)
		if err != nil {
			return "rolling without a budget: " + err.Error()
		}
		w.expect.CreatePods, w.expect.DeletePods = creates.choice(burstOf(u.state)), deletes.choice(burstOf(u.state))
	}
	return ""
}

// manage is F19. The lists before the cut come from a run without a limit.
func (w *way) manage(u *upstream) (why string) {
	s, burst, full := u.state, burstOf(u.state), w.runs[0]
	if full.phases[0].Creates >= burst || full.phases[0].Deletes >= burst {
		if full = w.withoutLimit(u); full == nil {
			return "no run without a limit went the same way"
		}
	}
	w.expect.CreatePods = pick{all: full.creates}.choice(burst)
	groups := failedGroups(s, full)
	grouped := map[string]bool{}
	for _, group := range groups {
		for _, pod := range group.From {
			grouped[pod] = true
		}
		w.expect.Unstable = []string{"events"}
	}
	onNodes, vanished := splitVanished(s, full.deletes, grouped)
	deletes := &w.expect.DeletePods
	if len(full.deletes) > burst {
		w.cut = newCut(s, w.hash, full.deletes, groups)
	}
	if len(onNodes)+len(groups) > burst {
		for _, group := range groups {
			onNodes = append(onNodes, group.From...)
		}
		deletes.choose(burst, onNodes)
		return ""
	}
	deletes.choose(len(onNodes), onNodes)
	for _, group := range groups {
		deletes.choose(group.Choose, group.From)
	}
	deletes.choose(burst-len(onNodes)-len(groups), vanished)
	return ""
}

func (w *way) withoutLimit(u *upstream) *outcome {
	const tries = 200 // more than one only where revisions of equal number compete
	for range tries {
		o := u.run(unlimited)
		if o.panicked == nil && slices.Equal(o.rest.DeleteRevisions, w.expect.DeleteRevisions) {
			return o
		}
	}
	return nil
}

// failedGroups is E9: of several failed pods on a node one is deleted. The list of claimed pods has those that the
// DaemonSet owned before this sync first, then those it adopts, so an owned one is taken if there is one.
func failedGroups(s *State, full *outcome) (groups []Group) {
	byNode := podsByNode(s)
	for _, node := range s.Nodes {
		var failed, owned []string
		deleted := 0
		for _, pod := range byNode[node.Name] {
			if pod.DeletionTimestamp != nil || pod.Status.Phase != v1.PodFailed {
				continue
			}
			if failed = append(failed, pod.Name); metav1.GetControllerOf(pod) != nil {
				owned = append(owned, pod.Name)
			}
			if slices.Contains(full.deletes, pod.Name) {
				deleted++
			}
		}
		if len(failed) > 1 && deleted == 1 {
			if len(owned) > 0 {
				failed = owned
			}
			slices.Sort(failed)
			groups = append(groups, Group{1, failed})
		}
	}
	return groups
}

// splitVanished parts the deletes of nodes that exist from those of E15, which come last in the list. Pods of groups
// are left out.
func splitVanished(s *State, deletes []string, grouped map[string]bool) (onNodes, vanished []string) {
	exists, target := map[string]bool{}, map[string]string{}
	for _, node := range s.Nodes {
		exists[node.Name] = true
	}
	for _, pod := range s.Pods {
		if pod.Namespace == s.DaemonSet.Namespace {
			target[pod.Name], _ = util.GetTargetNodeName(pod)
		}
	}
	for _, pod := range deletes {
		switch {
		case grouped[pod]:
		case exists[target[pod]]:
			onNodes = append(onNodes, pod)
		default:
			vanished = append(vanished, pod)
		}
	}
	return onNodes, vanished
}
