// SPDX-License-Identifier: Apache-2.0

// What the predicates of rules_coverage.go read: one state, what the controller did with it, and what follows from the
// rules about its nodes, pods and revisions.

package main

import (
	"bytes"
	"slices"
	"time"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/component-helpers/scheduling/corev1"
	"k8s.io/component-helpers/scheduling/corev1/nodeaffinity"
	"k8s.io/klog/v2"
	podutil "k8s.io/kubernetes/pkg/api/v1/pod"
	"k8s.io/kubernetes/pkg/controller/daemon/util"
)

type facts struct {
	*State
	ds       *apps.DaemonSet
	spec     *v1.PodSpec
	out      *outcome // one run of the controller
	expect   *Expect
	plan     *outcome
	way      *way
	ways     int
	asText   bool
	selector bool // it can be parsed

	runs, stays map[string]bool
	exists      map[string]bool
	claimed     []*v1.Pod
	byNode      map[string][]*v1.Pod
	live        map[string][]*v1.Pod // R of E5: neither deleting nor terminal
	census      map[string]census
	revisions   []*apps.ControllerRevision // claimed
	current     []*apps.ControllerRevision // of these, those with the present template
	old         []*apps.ControllerRevision

	required         *v1.NodeSelector
	creates, deletes pick // of the rolling phase, when it ran
	managed, rolled  bool // manage was reached, and so was the rolling phase
}

func newFacts(s *State, v verdictOn) *facts {
	f := &facts{State: s, ds: s.DaemonSet, spec: &s.DaemonSet.Spec.Template.Spec,
		out: v.way.runs[0], expect: &v.way.expect, plan: v.plan, way: v.way, ways: v.ways, asText: v.asText,
		runs: eligible(s), stays: stays(s), exists: map[string]bool{},
		claimed: claimedPods(s), byNode: podsByNode(s), live: map[string][]*v1.Pod{}, census: map[string]census{}}
	for _, node := range s.Nodes {
		f.exists[node.Name] = true
	}
	for node, pods := range f.byNode {
		f.census[node] = takeCensus(s, pods, f.way.hash)
		for _, p := range pods {
			if !terminal(p) && p.DeletionTimestamp == nil {
				f.live[node] = append(f.live[node], p)
			}
		}
	}
	f.recorded()
	if a := f.spec.Affinity; a != nil && a.NodeAffinity != nil {
		f.required = a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
	}
	f.managed = len(f.out.phases) > 0
	f.rolled = f.managed && f.out.acted() != byManage &&
		f.ds.Spec.UpdateStrategy.Type == apps.RollingUpdateDaemonSetStrategyType
	if f.rolled {
		f.creates, f.deletes, _ = rolling(s, f.way.hash)
	}
	return f
}

// recorded sorts the claimed revisions.
func (f *facts) recorded() {
	selector, err := metav1.LabelSelectorAsSelector(f.ds.Spec.Selector)
	if f.selector = err == nil; !f.selector {
		return
	}
	data := revisionData(f.ds)
	for _, r := range f.ControllerRevisions {
		if !claims(f.ds, selector, r) {
			continue
		}
		f.revisions = append(f.revisions, r)
		if bytes.Equal(r.Data.Raw, data) {
			f.current = append(f.current, r)
		} else {
			f.old = append(f.old, r)
		}
	}
}

// anyNode says whether some node is so.
func (f *facts) anyNode(is func(*v1.Node) bool) bool { return slices.ContainsFunc(f.Nodes, is) }

// anyPod says whether some claimed pod is so.
func (f *facts) anyPod(is func(*v1.Pod) bool) bool { return slices.ContainsFunc(f.claimed, is) }

// onNode says whether it holds for some node that exists, its live pods and the count of its entry in P.
func (f *facts) onNode(is func(node string, live []*v1.Pod, entry int) bool) bool {
	return f.anyNode(func(n *v1.Node) bool { return is(n.Name, f.live[n.Name], len(f.byNode[n.Name])) })
}

// anyTerm says whether some required term is so.
func (f *facts) anyTerm(is func(v1.NodeSelectorTerm) bool) bool {
	return f.required != nil && slices.ContainsFunc(f.required.NodeSelectorTerms, is)
}

// usable says whether a term can be parsed (C10).
func usable(term v1.NodeSelectorTerm) bool {
	_, err := nodeaffinity.NewNodeSelector(&v1.NodeSelector{NodeSelectorTerms: []v1.NodeSelectorTerm{term}})
	return err == nil
}

// matches says whether one term holds for a node.
func matches(term v1.NodeSelectorTerm, node *v1.Node) bool {
	selector := nodeaffinity.NewLazyErrorNodeSelector(&v1.NodeSelector{NodeSelectorTerms: []v1.NodeSelectorTerm{term}})
	match, _ := selector.Match(node)
	return match
}

// operatorMatters: the operator stands in a usable term, and parts the nodes (C12).
func operatorMatters(operator v1.NodeSelectorOperator) func(*facts) bool {
	return func(f *facts) bool {
		return f.anyTerm(func(term v1.NodeSelectorTerm) bool {
			for _, r := range term.MatchExpressions {
				alone := v1.NodeSelectorTerm{MatchExpressions: []v1.NodeSelectorRequirement{r}}
				if r.Operator == operator && usable(term) && f.parted(alone) {
					return true
				}
			}
			return false
		})
	}
}

// parted says that a term holds for one node and not for another.
func (f *facts) parted(term v1.NodeSelectorTerm) bool {
	return f.anyNode(func(n *v1.Node) bool { return matches(term, n) }) &&
		f.anyNode(func(n *v1.Node) bool { return !matches(term, n) })
}

// untolerated says whether a node has a taint that keeps new pods away, given tolerations and the gate of C16.
func untolerated(node *v1.Node, tolerations []v1.Toleration, gate bool) bool {
	keepsAway := func(t *v1.Taint) bool {
		return t.Effect == v1.TaintEffectNoSchedule || t.Effect == v1.TaintEffectNoExecute
	}
	_, found := corev1.FindMatchingUntoleratedTaint(klog.Background(), node.Spec.Taints, tolerations, keepsAway, gate)
	return found
}

// effective are the tolerations of the pod that would be created (C2, C3).
func (f *facts) effective() []v1.Toleration {
	spec := f.spec.DeepCopy()
	util.AddOrUpdateDaemonPodTolerations(spec)
	return spec.Tolerations
}

// gateMatters: the feature gate of C16 decides about a node.
func (f *facts) gateMatters() bool {
	if !slices.ContainsFunc(f.spec.Tolerations, func(t v1.Toleration) bool {
		return t.Operator == v1.TolerationOpGt || t.Operator == v1.TolerationOpLt
	}) {
		return false
	}
	effective := f.effective()
	return f.anyNode(func(n *v1.Node) bool { return untolerated(n, effective, true) != untolerated(n, effective, false) })
}

// event says whether the controller emitted one for this reason.
func (f *facts) event(reason string) bool {
	return slices.ContainsFunc(f.out.rest.Events, func(e Event) bool { return e.Reason == reason })
}

// failedLive counts the failed live pods of a node.
func (f *facts) failedLive(node string) (n int) {
	for _, p := range f.byNode[node] {
		if p.Status.Phase == v1.PodFailed && p.DeletionTimestamp == nil {
			n++
		}
	}
	return n
}

// backingOff says whether the back-off of a node is active (E8).
func (f *facts) backingOff(node string) bool {
	return slices.ContainsFunc(f.Backoff, func(b Backoff) bool {
		return b.Node == node && f.Now.Sub(b.Last) < seconds(b.DelaySeconds)
	})
}

// updated is F2; byHash is its first half.
func (f *facts) updated(p *v1.Pod) (updated, byHash bool) {
	generation, err := util.GetTemplateGeneration(f.ds)
	if err != nil {
		generation = nil
	}
	return util.IsPodUpdated(p, f.way.hash, generation), f.way.hash != "" && p.Labels[hashLabel] == f.way.hash
}

// readyFor is how long a pod has been ready; ok says that it is, since a time that is known.
func (f *facts) readyFor(p *v1.Pod) (how time.Duration, ok bool) {
	ready := readyCondition(p)
	if ready == nil || ready.Status != v1.ConditionTrue || ready.LastTransitionTime.IsZero() {
		return 0, false
	}
	return f.Now.Sub(ready.LastTransitionTime.Time), true
}

func (f *facts) minReady() time.Duration {
	return time.Duration(f.ds.Spec.MinReadySeconds) * time.Second
}

// cutBy says whether the limit cut a list of the phase that acted.
func (f *facts) cutBy(phase int) bool {
	if f.out.acted() != phase {
		return false
	}
	lists, burst := f.out.phases[phase-1], burstOf(f.State)
	if phase == byManage {
		return f.way.cut != nil || lists.Creates == burst && len(f.expect.CreatePods.AnyOf) > 0
	}
	return lists.Creates == burst && len(f.creates.all)+min(f.creates.take, len(f.creates.any)) > burst ||
		lists.Deletes == burst && len(f.deletes.all)+min(f.deletes.take, len(f.deletes.any)) > burst
}

// chosen says whether there was more than one admissible set of actions.
func (f *facts) chosen() bool {
	return len(f.expect.CreatePods.AnyOf)+len(f.expect.DeletePods.AnyOf) > 0
}

// branches says whether the rolling phase took the branch with surge, or the plain one; both need its budget.
func (f *facts) branches() (surged, plain bool) {
	if !f.rolled {
		return false, false
	}
	_, surge, err := budget(f.ds, len(f.runs))
	return err == nil && surge != 0, err == nil && surge == 0
}

func (f *facts) surged() bool { surged, _ := f.branches(); return surged }
func (f *facts) plain() bool  { _, plain := f.branches(); return plain }

// percent says whether a budget is written as one.
func (f *facts) percent() bool {
	is := func(v *intstr.IntOrString) bool { return v != nil && v.StrVal != "" }
	r := f.ds.Spec.UpdateStrategy.RollingUpdate
	return r != nil && (is(r.MaxUnavailable) || is(r.MaxSurge))
}

// pair says whether some node has a new and an old pod that E14 judges, with the old one ready or not and the new one
// so.
func (f *facts) pair(oldReady bool, newIs func(*State, *v1.Pod) bool) bool {
	return f.managed && surging(f.State) && f.onNode(func(n string, live []*v1.Pod, _ int) bool {
		if !f.stays[n] || len(live) != 2 {
			return false
		}
		a, b := live[0], live[1]
		if a.Labels[hashLabel] != f.way.hash {
			a, b = b, a
		}
		return a.Labels[hashLabel] == f.way.hash && b.Labels[hashLabel] != f.way.hash &&
			podutil.IsPodReady(b) == oldReady && (newIs == nil || newIs(f.State, a))
	})
}

func (f *facts) anyCensus(is func(census) bool) bool {
	for _, c := range f.census {
		if is(c) {
			return true
		}
	}
	return false
}

// written says whether the controller wrote a status that is so.
func (f *facts) written(is func(*apps.DaemonSetStatus) bool) bool {
	return f.out.rest.Status != nil && is(f.out.rest.Status)
}

// wouldRoll says whether the rolling phase had something to do, had it been reached.
func (f *facts) wouldRoll() bool {
	if f.ds.Spec.UpdateStrategy.Type != apps.RollingUpdateDaemonSetStrategyType {
		return false
	}
	creates, deletes, err := rolling(f.State, f.way.hash)
	return err == nil && len(creates.all)+len(deletes.all) > 0
}

func (f *facts) maxSurge() *intstr.IntOrString {
	if r := f.ds.Spec.UpdateStrategy.RollingUpdate; r != nil {
		return r.MaxSurge
	}
	return nil
}

func equalCounters(a, b *apps.DaemonSetStatus) bool {
	return a.DesiredNumberScheduled == b.DesiredNumberScheduled && a.CurrentNumberScheduled == b.CurrentNumberScheduled &&
		a.NumberMisscheduled == b.NumberMisscheduled && a.NumberReady == b.NumberReady &&
		a.UpdatedNumberScheduled == b.UpdatedNumberScheduled && a.NumberAvailable == b.NumberAvailable &&
		a.NumberUnavailable == b.NumberUnavailable
}

func sorted(b []byte) []byte {
	out := slices.Clone(b)
	slices.Sort(out)
	return out
}
