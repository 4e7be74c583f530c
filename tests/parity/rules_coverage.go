// SPDX-License-Identifier: Apache-2.0

// When does a rule matter? One row for each rule of sections C to J and each feature gate of K: a predicate on a
// state and what came of it, or why the rule cannot show in a sync. Names after a number tell cases of one rule
// apart.

package main

import (
	"slices"
	"strconv"
	"time"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	podutil "k8s.io/kubernetes/pkg/api/v1/pod"
	"k8s.io/kubernetes/pkg/controller/daemon"
	"k8s.io/kubernetes/pkg/controller/daemon/util"
)

// Reasons that several rules share.
const (
	ofHost     = "it is about calls that fail, which is for the host to see; the client here never fails"
	ofTriggers = "it says what wakes the controller, not what a sync does"
	ofKubectl  = "it is about kubectl"
	ofHash     = "the hash is passed in, as a host may; any hash will do (G8)"
	ofServer   = "it is about what the API server keeps or checks, before a sync sees it"
	ofReaders  = "it tells readers what follows, and adds nothing"
)

var rules = [...]rule{
	// C: eligibility
	{name: "C1", matters: func(f *facts) bool {
		return f.anyNode(func(n *v1.Node) bool {
			return f.runs[n.Name] && (n.Spec.Unschedulable || len(n.Status.Conditions) > 0)
		})
	}},
	{name: "C2", matters: func(f *facts) bool {
		return f.anyNode(func(n *v1.Node) bool {
			return f.runs[n.Name] && untolerated(n, f.spec.Tolerations, f.Options.CompareTolerations)
		})
	}},
	{name: "C2 host network", matters: func(f *facts) bool {
		return f.spec.HostNetwork && f.anyNode(func(n *v1.Node) bool {
			return f.runs[n.Name] && slices.ContainsFunc(n.Spec.Taints, func(t v1.Taint) bool {
				return t.Key == v1.TaintNodeNetworkUnavailable && t.Effect == v1.TaintEffectNoSchedule
			}) && untolerated(n, f.spec.Tolerations, f.Options.CompareTolerations)
		})
	}},
	{name: "C3", matters: func(f *facts) bool {
		return f.asText && len(f.out.creates) > 0 && len(f.effective()) < len(f.spec.Tolerations)+6
	}},
	{name: "C4 stay", matters: func(f *facts) bool {
		return f.managed && f.onNode(func(n string, _ []*v1.Pod, entry int) bool {
			return f.stays[n] && !f.runs[n] && entry > 0
		})
	}},
	{name: "C4 neither", matters: func(f *facts) bool {
		return f.anyNode(func(n *v1.Node) bool {
			return !f.stays[n.Name] && untolerated(n, f.effective(), f.Options.CompareTolerations)
		})
	}},
	{name: "C5", matters: func(f *facts) bool {
		return f.spec.NodeName != "" && f.anyNode(func(n *v1.Node) bool { return n.Name != f.spec.NodeName })
	}},
	{name: "C6", matters: func(f *facts) bool {
		return f.anyNode(func(n *v1.Node) bool {
			for key, value := range f.spec.NodeSelector {
				if have, found := n.Labels[key]; !found || have != value {
					return true
				}
			}
			return false
		})
	}},
	{name: "C7", matters: func(f *facts) bool {
		return f.spec.Affinity != nil && f.required == nil && len(f.Nodes) > 0
	}},
	{name: "C8", matters: func(f *facts) bool {
		return f.required != nil && len(f.Nodes) > 0 && (len(f.required.NodeSelectorTerms) == 0 ||
			f.anyTerm(func(t v1.NodeSelectorTerm) bool { return len(t.MatchExpressions)+len(t.MatchFields) == 0 }))
	}},
	{name: "C8 any of the terms", matters: func(f *facts) bool {
		return f.anyNode(func(n *v1.Node) bool {
			return f.runs[n.Name] && f.anyTerm(func(t v1.NodeSelectorTerm) bool { return !matches(t, n) })
		})
	}},
	{name: "C9", matters: func(f *facts) bool {
		return f.anyTerm(func(t v1.NodeSelectorTerm) bool {
			return len(t.MatchExpressions)+len(t.MatchFields) > 1 && f.anyNode(func(n *v1.Node) bool {
				return slices.ContainsFunc(t.MatchExpressions, func(r v1.NodeSelectorRequirement) bool {
					return matches(v1.NodeSelectorTerm{MatchExpressions: []v1.NodeSelectorRequirement{r}}, n)
				}) && !matches(t, n)
			})
		})
	}},
	{name: "C10", matters: func(f *facts) bool {
		return len(f.Nodes) > 0 && f.anyTerm(func(t v1.NodeSelectorTerm) bool { return !usable(t) })
	}},
	{name: "C11", matters: func(f *facts) bool {
		return len(f.runs) > 0 && f.anyTerm(func(t v1.NodeSelectorTerm) bool { return !usable(t) })
	}},
	{name: "C12 In", matters: operatorMatters(v1.NodeSelectorOpIn)},
	{name: "C12 NotIn", matters: operatorMatters(v1.NodeSelectorOpNotIn)},
	{name: "C12 Exists", matters: operatorMatters(v1.NodeSelectorOpExists)},
	{name: "C12 DoesNotExist", matters: operatorMatters(v1.NodeSelectorOpDoesNotExist)},
	{name: "C12 Gt", matters: operatorMatters(v1.NodeSelectorOpGt)},
	{name: "C12 Lt", matters: operatorMatters(v1.NodeSelectorOpLt)},
	{name: "C13", matters: func(f *facts) bool {
		return f.anyTerm(func(t v1.NodeSelectorTerm) bool {
			return len(t.MatchFields) > 0 && usable(t) && f.parted(v1.NodeSelectorTerm{MatchFields: t.MatchFields})
		})
	}},
	{name: "C13 other keys", matters: func(f *facts) bool {
		return len(f.Nodes) > 0 && f.anyTerm(func(t v1.NodeSelectorTerm) bool {
			return usable(t) && slices.ContainsFunc(t.MatchFields, func(r v1.NodeSelectorRequirement) bool {
				return r.Key != metav1.ObjectNameField
			})
		})
	}},
	{name: "C14", matters: func(f *facts) bool {
		return f.anyTerm(func(t v1.NodeSelectorTerm) bool {
			return usable(t) && slices.ContainsFunc(t.MatchExpressions, func(r v1.NodeSelectorRequirement) bool {
				return (r.Operator == v1.NodeSelectorOpGt || r.Operator == v1.NodeSelectorOpLt) && f.anyNode(func(n *v1.Node) bool {
					value, found := n.Labels[r.Key]
					number, err := strconv.ParseInt(value, 10, 64)
					return found && (err != nil || strconv.FormatInt(number, 10) != value)
				})
			})
		})
	}},
	{name: "C15", matters: func(f *facts) bool {
		return len(f.spec.Tolerations) > 0 && f.anyNode(func(n *v1.Node) bool {
			none := &v1.PodSpec{HostNetwork: f.spec.HostNetwork}
			util.AddOrUpdateDaemonPodTolerations(none)
			return f.runs[n.Name] && untolerated(n, none.Tolerations, f.Options.CompareTolerations)
		})
	}},
	{name: "C16 gate on", matters: func(f *facts) bool {
		return f.Options.CompareTolerations && f.gateMatters()
	}},
	{name: "C16 gate off", matters: func(f *facts) bool {
		return !f.Options.CompareTolerations && f.gateMatters()
	}},
	{name: "C17", reason: "it is about how often tolerations are computed, with the same result"},
	{name: "C18", reason: "the controller does not use that function"},
	{name: "C19", matters: func(f *facts) bool { return f.asText && len(f.out.created) > 0 }},
	{name: "C19 generation", matters: func(f *facts) bool {
		generation, err := util.GetTemplateGeneration(f.ds)
		return f.asText && len(f.out.created) > 0 && err == nil && generation != nil
	}},
	{name: "C20", matters: func(f *facts) bool { return f.asText && len(f.out.created) > 0 }},
	{name: "C21", matters: func(f *facts) bool { return f.asText && len(f.out.created) > 0 }},
	{name: "C22", matters: func(f *facts) bool {
		return f.asText && len(f.out.created) > 0 && f.required != nil
	}},
	{name: "C23", matters: func(f *facts) bool {
		return f.managed && f.out.phases[0].Creates > 0 && len(f.out.creates) == 0
	}},

	// D: claiming pods
	{name: "D1", matters: func(f *facts) bool {
		return f.ds.Spec.Selector != nil && len(f.ds.Spec.Selector.MatchExpressions) > 0 && f.selector
	}},
	{name: "D1 unusable", matters: func(f *facts) bool { return !f.selector }},
	{name: "D1 absent", matters: func(f *facts) bool { return f.ds.Spec.Selector == nil && f.managed }},
	{name: "D2", matters: func(f *facts) bool {
		return f.managed && slices.ContainsFunc(f.Pods, func(p *v1.Pod) bool {
			owner := metav1.GetControllerOf(p)
			return p.Namespace != f.ds.Namespace || owner != nil && owner.UID == f.ds.UID &&
				(owner.Name != f.ds.Name || owner.Kind != "DaemonSet")
		})
	}},
	{name: "D2 no uid", matters: func(f *facts) bool { return f.ds.UID == "" && f.out.rest.Error != "" }},
	{name: "D3", matters: func(f *facts) bool {
		return f.managed && f.anyPod(func(p *v1.Pod) bool { return len(p.OwnerReferences) > 1 })
	}},
	{name: "D4 adopt", matters: func(f *facts) bool { return len(f.out.rest.AdoptPods) > 0 }},
	{name: "D4 release", matters: func(f *facts) bool { return len(f.out.rest.ReleasePods) > 0 }},
	{name: "D5", reason: "the live DaemonSet equals the cached one here; looking again is for the host that adopts"},
	{name: "D6", reason: "the bodies of patches are the host's; that a pod is adopted or released is D4"},
	{name: "D7", reason: ofHost},
	{name: "D8", reason: ofHost},
	{name: "D9", matters: func(f *facts) bool {
		return f.managed && slices.ContainsFunc(f.out.rest.AdoptPods, func(pod string) bool {
			return slices.Contains(f.out.deletes, pod)
		})
	}},
	{name: "D10", matters: func(f *facts) bool {
		return f.managed && f.anyPod(func(p *v1.Pod) bool {
			_, err := util.GetTargetNodeName(p)
			return p.Spec.NodeName == "" && err == nil
		})
	}},
	{name: "D10 underivable", matters: func(f *facts) bool {
		return f.managed && f.anyPod(func(p *v1.Pod) bool {
			_, err := util.GetTargetNodeName(p)
			return err != nil
		})
	}},
	{name: "D11", matters: func(f *facts) bool {
		return f.managed && f.anyPod(func(p *v1.Pod) bool { return terminal(p) && p.DeletionTimestamp != nil })
	}},
	{name: "D12", matters: func(f *facts) bool {
		return f.managed && f.anyPod(func(p *v1.Pod) bool { return terminal(p) || p.DeletionTimestamp != nil })
	}},
	{name: "D13", reason: ofTriggers},
	{name: "D14", matters: func(f *facts) bool { return f.out.repeated }},

	// E: manage
	{name: "E1", matters: func(f *facts) bool { return f.managed }},
	{name: "E2", matters: func(f *facts) bool {
		return f.managed && !surging(f.State) && f.onNode(func(n string, live []*v1.Pod, _ int) bool {
			return f.stays[n] && len(live) > 1 && f.way.cut == nil
		})
	}},
	{name: "E2 bound first", matters: func(f *facts) bool {
		return f.managed && f.onNode(func(n string, live []*v1.Pod, _ int) bool {
			return f.stays[n] && slices.ContainsFunc(live, func(p *v1.Pod) bool { return p.Spec.NodeName == "" }) &&
				slices.ContainsFunc(live, func(p *v1.Pod) bool { return p.Spec.NodeName != "" })
		})
	}},
	{name: "E2 by name", matters: func(f *facts) bool {
		return f.managed && f.onNode(func(n string, live []*v1.Pod, _ int) bool {
			return f.stays[n] && len(live) == 2 && live[0].CreationTimestamp.Equal(&live[1].CreationTimestamp) &&
				(live[0].Spec.NodeName == "") == (live[1].Spec.NodeName == "")
		})
	}},
	{name: "E3", matters: func(f *facts) bool {
		return f.managed && f.anyNode(func(n *v1.Node) bool {
			return len(n.Status.Conditions) > 0 && (len(f.byNode[n.Name]) > 0 || slices.Contains(f.out.creates, n.Name))
		})
	}},
	{name: "E4 create", matters: func(f *facts) bool {
		return f.out.acted() == byManage && f.out.phases[0].Creates > 0
	}},
	{name: "E4 ineligible", matters: func(f *facts) bool {
		return f.managed && f.onNode(func(n string, live []*v1.Pod, _ int) bool { return !f.stays[n] && len(live) > 0 })
	}},
	{name: "E4 deleting holds node", matters: func(f *facts) bool {
		return f.managed && !surging(f.State) && f.onNode(func(n string, live []*v1.Pod, entry int) bool {
			return f.runs[n] && len(live) == 0 && entry > 0 && f.failedLive(n) == 0
		})
	}},
	{name: "E5", matters: func(f *facts) bool {
		return f.managed && f.onNode(func(n string, live []*v1.Pod, _ int) bool {
			return f.stays[n] && slices.ContainsFunc(live, func(p *v1.Pod) bool { return p.Status.Phase != v1.PodRunning })
		})
	}},
	{name: "E6", matters: func(f *facts) bool { return f.event(daemon.SucceededDaemonPodReason) }},
	{name: "E7", matters: func(f *facts) bool { return f.event(daemon.FailedDaemonPodReason) }},
	{name: "E8 active", matters: func(f *facts) bool {
		return f.managed && f.onNode(func(n string, _ []*v1.Pod, _ int) bool {
			return f.stays[n] && f.failedLive(n) > 0 && f.backingOff(n)
		})
	}},
	{name: "E8 on the edge", matters: func(f *facts) bool {
		return f.managed && slices.ContainsFunc(f.Backoff, func(b Backoff) bool {
			return f.stays[b.Node] && f.failedLive(b.Node) > 0 && f.Now.Sub(b.Last) == seconds(b.DelaySeconds)
		})
	}},
	{name: "E8 advanced", matters: func(f *facts) bool {
		return f.event(daemon.FailedDaemonPodReason) && slices.ContainsFunc(f.out.rest.Backoff, func(b Backoff) bool {
			return b.Last.Equal(f.Now) && slices.ContainsFunc(f.Backoff, func(o Backoff) bool {
				return o.Node == b.Node && b.DelaySeconds > o.DelaySeconds
			})
		})
	}},
	{name: "E8 expired", matters: func(f *facts) bool {
		return slices.ContainsFunc(f.out.rest.Backoff, func(b Backoff) bool {
			return b.Last.Equal(f.Now) && slices.ContainsFunc(f.Backoff, func(o Backoff) bool {
				return o.Node == b.Node && b.DelaySeconds < o.DelaySeconds
			})
		})
	}},
	{name: "E9", matters: func(f *facts) bool {
		return f.managed && f.onNode(func(n string, _ []*v1.Pod, _ int) bool {
			return f.stays[n] && f.failedLive(n) > 1 && !f.backingOff(n)
		})
	}},
	{name: "E10", matters: func(f *facts) bool {
		return len(f.out.rest.RequeueAfterSeconds) > 0 && f.onNode(func(n string, _ []*v1.Pod, _ int) bool {
			return f.stays[n] && f.failedLive(n) > 0 && f.backingOff(n)
		})
	}},
	{name: "E11", matters: func(f *facts) bool {
		return f.managed && !surging(f.State) && f.onNode(func(n string, live []*v1.Pod, _ int) bool {
			return f.stays[n] && len(live) > 1
		})
	}},
	{name: "E12", matters: func(f *facts) bool {
		return f.managed && surging(f.State) && f.onNode(func(n string, live []*v1.Pod, entry int) bool {
			return f.runs[n] && len(live) == 0 && entry > 0
		})
	}},
	{name: "E13", matters: func(f *facts) bool {
		return f.managed && surging(f.State) && f.onNode(func(n string, live []*v1.Pod, _ int) bool {
			return f.stays[n] && len(live) > 2
		})
	}},
	{name: "E13 label only", matters: func(f *facts) bool {
		return f.managed && surging(f.State) && f.onNode(func(n string, live []*v1.Pod, _ int) bool {
			return f.stays[n] && len(live) > 1 && slices.ContainsFunc(live, func(p *v1.Pod) bool {
				updated, byHash := f.updated(p)
				return updated && !byHash
			})
		})
	}},
	{name: "E14 not ready", matters: func(f *facts) bool { return f.pair(false, nil) }},
	{name: "E14 replaced", matters: func(f *facts) bool { return f.pair(true, available) }},
	{name: "E14 both stay", matters: func(f *facts) bool {
		return f.pair(true, func(s *State, p *v1.Pod) bool { return !available(s, p) })
	}},
	{name: "E15", matters: func(f *facts) bool {
		return f.managed && f.anyPod(func(p *v1.Pod) bool {
			node, err := util.GetTargetNodeName(p)
			return err == nil && p.Spec.NodeName == "" && !f.exists[node] && slices.Contains(f.out.deletes, p.Name)
		})
	}},
	{name: "E16", matters: func(f *facts) bool { return f.way.cut != nil }},
	{name: "E17", matters: func(f *facts) bool { return f.cutBy(byManage) }},
	{name: "E18", reason: "it is about the order and number of calls at a time, which are the host's"},
	{name: "E19", reason: ofHost},
	{name: "E20 lost", matters: func(f *facts) bool {
		return f.managed && f.InFlight != nil && max(f.InFlight.Creates, f.InFlight.Deletes) > 0
	}},
	{name: "E20 at most zero", matters: func(f *facts) bool {
		return f.managed && f.InFlight != nil && max(f.InFlight.Creates, f.InFlight.Deletes) <= 0
	}},
	{name: "E21", matters: func(f *facts) bool { return f.cutBy(byRollout) }},
	{name: "E22", reason: "the DaemonSet does not change while a sync runs here"},
	{name: "E23", matters: func(f *facts) bool { return len(f.out.rest.Events) > 0 }},

	// F: rolling update
	{name: "F1", matters: func(f *facts) bool {
		return f.managed && f.out.acted() == 0 && f.ds.Spec.UpdateStrategy.Type != apps.RollingUpdateDaemonSetStrategyType &&
			f.onNode(func(n string, live []*v1.Pod, _ int) bool { return f.runs[n] && f.census[n].oldPod != nil })
	}},
	{name: "F2 generation", matters: func(f *facts) bool {
		return f.managed && f.anyPod(func(p *v1.Pod) bool {
			updated, byHash := f.updated(p)
			return updated && !byHash
		})
	}},
	{name: "F3", matters: func(f *facts) bool {
		surge := f.maxSurge()
		return f.managed && surge != nil && surge.Type == intstr.String && surging(f.State)
	}},
	{name: "F4", matters: func(f *facts) bool { return f.rolled && f.percent() && len(f.runs) > 0 }},
	{name: "F5 unusable", matters: func(f *facts) bool {
		_, _, err := budget(f.ds, len(f.runs))
		return f.rolled && err != nil && f.out.rest.Error != ""
	}},
	{name: "F5 both zero", matters: func(f *facts) bool {
		surge, unavailable := f.maxSurge(), f.ds.Spec.UpdateStrategy.RollingUpdate
		return f.plain() && len(f.runs) > 0 && surge != nil && unavailable.MaxUnavailable != nil &&
			surge.IntVal == 0 && unavailable.MaxUnavailable.IntVal == 0 && !f.percent()
	}},
	{name: "F5 no node", matters: func(f *facts) bool {
		return f.plain() && len(f.runs) == 0 && surging(f.State) && len(f.byNode) > 0
	}},
	{name: "F5 empty entry", reason: "manage creates on a node without an entry (E4); then nothing rolls (I9)"},
	{name: "F6", matters: func(f *facts) bool { return f.plain() && len(f.deletes.any) > 0 }},
	{name: "F6 crowded", matters: func(f *facts) bool {
		return f.plain() && f.anyCensus(func(c census) bool { return c.crowded })
	}},
	{name: "F6 not wanted", matters: func(f *facts) bool {
		return f.plain() && len(f.deletes.any) > f.deletes.take && slices.ContainsFunc(f.claimed, func(p *v1.Pod) bool {
			node, err := util.GetTargetNodeName(p)
			return err == nil && !f.runs[node]
		})
	}},
	{name: "F7", matters: func(f *facts) bool { return f.plain() && len(f.deletes.all) > 0 }},
	{name: "F8", matters: func(f *facts) bool {
		return f.plain() && len(f.deletes.any) > f.deletes.take && f.deletes.take > 0
	}},
	{name: "F9", matters: func(f *facts) bool {
		return f.plain() && f.cutBy(byRollout) && len(f.deletes.all) > 0 && min(f.deletes.take, len(f.deletes.any)) > 0
	}},
	{name: "F10", matters: func(f *facts) bool { return f.surged() && len(f.byNode) > 0 }},
	{name: "F11 unavailable", matters: func(f *facts) bool { return f.surged() && len(f.creates.all) > 0 }},
	{name: "F11 budget", matters: func(f *facts) bool {
		return f.surged() && len(f.creates.any) > f.creates.take && f.creates.take > 0
	}},
	{name: "F12", matters: func(f *facts) bool {
		return f.surged() && len(f.deletes.any) > f.deletes.take && f.deletes.take > 0
	}},
	{name: "F13", matters: func(f *facts) bool { return f.surged() && f.cutBy(byRollout) }},
	{name: "F14", matters: func(f *facts) bool {
		return f.surged() && f.out.rest.Error != "" && f.anyPod(func(p *v1.Pod) bool {
			node, err := util.GetTargetNodeName(p)
			return err == nil && !f.exists[node]
		})
	}},
	{name: "F15", matters: func(f *facts) bool {
		return f.surged() && f.anyCensus(func(c census) bool {
			return c.oldPod != nil && c.newPod != nil && !c.crowded && available(f.State, c.oldPod) &&
				!available(f.State, c.newPod)
		})
	}},
	{name: "F16", matters: func(f *facts) bool {
		return f.plain() && len(f.deletes.all) > 0 && len(f.deletes.any) > f.deletes.take
	}},
	{name: "F17", matters: func(f *facts) bool { return f.surged() && len(f.deletes.any) > 0 }},
	{name: "F18", matters: func(f *facts) bool { return f.chosen() }},
	{name: "F19", matters: func(f *facts) bool { return f.chosen() && f.out.acted() == byManage }},
	{name: "F20", matters: func(f *facts) bool { return f.chosen() && f.plain() }},
	{name: "F21", matters: func(f *facts) bool { return f.chosen() && f.surged() }},
	{name: "F22", reason: "it says that F20 and F21 are exact, which every run of the controller is held against"},
	{name: "F23", reason: ofHost},
	{name: "F24", matters: func(f *facts) bool { return f.ways > 1 }},
	{name: "F25", reason: "effects are not observed within a sync here: phases see the snapshot, as a plan does"},
	{name: "F26", matters: func(f *facts) bool { return f.chosen() && f.asText }},

	// G: revisions
	{name: "G1", matters: func(f *facts) bool {
		return len(f.out.rest.AdoptRevisions)+len(f.out.rest.ReleaseRevisions) > 0
	}},
	{name: "G2", matters: func(f *facts) bool {
		return len(f.out.rest.UpdateRevisions) > 0 && slices.ContainsFunc(f.revisions, func(r *apps.ControllerRevision) bool {
			_, labelled := r.Labels[hashLabel]
			return !labelled
		})
	}},
	{name: "G3", matters: func(f *facts) bool { return len(f.current) > 0 && len(f.old) > 0 }},
	{name: "G3 bytes", matters: func(f *facts) bool {
		return len(f.current) == 0 && slices.ContainsFunc(f.old, func(r *apps.ControllerRevision) bool {
			return len(r.Data.Raw) == len(revisionData(f.ds)) && f.managed && f.out.rest.CreateRevision != nil &&
				slices.Equal(sorted(r.Data.Raw), sorted(revisionData(f.ds)))
		})
	}},
	{name: "G4", matters: func(f *facts) bool { return f.asText && len(f.current) > 0 }},
	{name: "G5", matters: func(f *facts) bool {
		return f.asText && len(f.current) > 0 && len(f.ds.Spec.Template.Annotations) > 0
	}},
	{name: "G6", reason: ofHash},
	{name: "G7", reason: ofHash},
	{name: "G8", reason: ofHash},
	{name: "G9", matters: func(f *facts) bool {
		return slices.ContainsFunc(f.out.rest.UpdateRevisions, func(w RevisionWrite) bool {
			return slices.ContainsFunc(f.current, func(r *apps.ControllerRevision) bool {
				return r.Name == w.Name && r.Revision < w.Revision
			})
		})
	}},
	{name: "G9 higher is kept", matters: func(f *facts) bool {
		return len(f.current) == 1 && len(f.out.rest.UpdateRevisions) == 0 && !slices.ContainsFunc(f.old,
			func(r *apps.ControllerRevision) bool { return r.Revision+1 >= f.current[0].Revision })
	}},
	{name: "G10", matters: func(f *facts) bool {
		return len(f.current) > 1 && len(f.out.rest.DeleteRevisions) > 0
	}},
	{name: "G11", matters: func(f *facts) bool { return len(f.out.rest.LabelPods) > 0 }},
	{name: "G12", matters: func(f *facts) bool { return f.out.rest.CreateRevision != nil }},
	{name: "G13 used as it is", matters: func(f *facts) bool {
		return f.managed && len(f.current) == 0 && f.out.rest.CreateRevision == nil
	}},
	{name: "G13 collision", matters: func(f *facts) bool { return f.out.rest.BumpCollision }},
	{name: "G14", matters: func(f *facts) bool { return !f.managed && f.out.rest.Error != "" }},
	{name: "G15", matters: func(f *facts) bool {
		return f.managed && len(f.current) == 1 && len(f.claimed) > 0
	}},
	{name: "G16", matters: func(f *facts) bool {
		return slices.ContainsFunc(f.old, func(r *apps.ControllerRevision) bool {
			return slices.Contains(f.out.rest.DeleteRevisions, r.Name)
		})
	}},
	{name: "G17", matters: func(f *facts) bool {
		return f.managed && len(f.old) > int(*f.ds.Spec.RevisionHistoryLimit) && slices.ContainsFunc(f.old,
			func(r *apps.ControllerRevision) bool {
				return !slices.Contains(f.out.rest.DeleteRevisions, r.Name) && f.anyPod(func(p *v1.Pod) bool {
					return p.Labels[hashLabel] != "" && p.Labels[hashLabel] == r.Labels[hashLabel]
				})
			})
	}},
	{name: "G18", reason: ofReaders},
	{name: "G19", reason: ofKubectl},
	{name: "G20", reason: ofKubectl},
	{name: "G21", reason: ofKubectl},
	{name: "G22", reason: ofKubectl},

	// H: status
	{name: "H1", matters: func(f *facts) bool {
		return f.managed && f.anyPod(func(p *v1.Pod) bool {
			node, err := util.GetTargetNodeName(p)
			return err == nil && !f.exists[node]
		})
	}},
	{name: "H2", matters: func(f *facts) bool {
		return f.written(func(s *apps.DaemonSetStatus) bool { return s.DesiredNumberScheduled > 0 })
	}},
	{name: "H2 misscheduled", matters: func(f *facts) bool {
		return f.written(func(s *apps.DaemonSetStatus) bool { return s.NumberMisscheduled > 0 })
	}},
	{name: "H3", matters: func(f *facts) bool {
		return f.written(func(s *apps.DaemonSetStatus) bool { return s.NumberUnavailable > 0 })
	}},
	{name: "H4", matters: func(f *facts) bool {
		return f.managed && f.onNode(func(n string, _ []*v1.Pod, _ int) bool {
			pods := f.byNode[n]
			return f.runs[n] && len(pods) > 1 && slices.ContainsFunc(pods, func(p *v1.Pod) bool {
				return available(f.State, p) != available(f.State, pods[0])
			})
		})
	}},
	{name: "H5", matters: func(f *facts) bool {
		return f.managed && f.onNode(func(n string, live []*v1.Pod, entry int) bool {
			return f.runs[n] && len(live) == 0 && entry == 1 && podutil.IsPodReady(f.byNode[n][0])
		})
	}},
	{name: "H6", matters: func(f *facts) bool {
		return f.managed && f.written(func(s *apps.DaemonSetStatus) bool {
			return s.ObservedGeneration != f.ds.Status.ObservedGeneration
		})
	}},
	{name: "H7", matters: func(f *facts) bool {
		return f.written(func(s *apps.DaemonSetStatus) bool { return s.CollisionCount != nil })
	}},
	{name: "H8", matters: func(f *facts) bool {
		return f.written(func(s *apps.DaemonSetStatus) bool { return len(s.Conditions) > 0 })
	}},
	{name: "H9", matters: func(f *facts) bool { return f.managed && f.out.rest.Status == nil }},
	{name: "H9 generation only", matters: func(f *facts) bool {
		return f.written(func(s *apps.DaemonSetStatus) bool {
			same := *s
			same.ObservedGeneration = f.ds.Status.ObservedGeneration
			return equalCounters(&same, &f.ds.Status)
		})
	}},
	{name: "H10", reason: ofHost},
	{name: "H11", reason: ofHost},
	{name: "H12", matters: func(f *facts) bool {
		return f.minReady() > 0 && slices.Contains(f.out.rest.RequeueAfterSeconds, f.minReady().Seconds())
	}},
	{name: "H13", reason: "it is about the gate of I2"},

	// I: order of a sync
	{name: "I1", reason: ofTriggers},
	{name: "I2", reason: "a snapshot has no versions; a host that keeps caches waits for its own writes before it asks"},
	{name: "I3", reason: "without a DaemonSet there is nothing to ask"},
	{name: "I4", matters: func(f *facts) bool { return f.managed && len(f.Nodes) > 0 }},
	{name: "I5", matters: func(f *facts) bool { return f.event(daemon.SelectingAllReason) }},
	{name: "I6", matters: func(f *facts) bool { return f.ds.DeletionTimestamp != nil }},
	{name: "I7", matters: func(f *facts) bool { return !f.managed && f.out.rest.Error != "" }},
	{name: "I8", matters: func(f *facts) bool {
		return !f.managed && f.InFlight != nil && max(f.InFlight.Creates, f.InFlight.Deletes) > 0 && f.out.rest.Error == "" &&
			f.ds.DeletionTimestamp == nil
	}},
	{name: "I8 generation", matters: func(f *facts) bool {
		return !f.managed && f.InFlight != nil &&
			f.written(func(s *apps.DaemonSetStatus) bool { return s.ObservedGeneration < f.ds.Generation })
	}},
	{name: "I9", matters: func(f *facts) bool {
		return f.out.acted() == byManage && len(f.out.phases) == 1 && f.wouldRoll()
	}},
	{name: "I9 rolling", matters: func(f *facts) bool { return f.out.acted() == byRollout }},
	{name: "I10", matters: func(f *facts) bool {
		return f.managed && f.out.rest.Error != "" && f.out.rest.Status != nil
	}},
	{name: "I11", matters: func(f *facts) bool { return f.managed && f.out.rest.Error != "" }},
	{name: "I12", reason: ofTriggers},
	{name: "I13", reason: ofTriggers},
	{name: "I14", reason: ofTriggers},
	{name: "I15", reason: ofTriggers},
	{name: "I16", reason: ofTriggers},
	{name: "I17", reason: ofTriggers},
	{name: "I18", reason: ofTriggers},
	{name: "I19", reason: ofTriggers},
	{name: "I20", reason: ofTriggers},
	{name: "I21", reason: ofTriggers},
	{name: "I22", matters: func(f *facts) bool { return len(f.out.rest.RequeueAfterSeconds) > 0 }},

	// J: predicates on pods
	{name: "J1", matters: func(f *facts) bool { return f.managed && f.anyPod(podutil.IsPodReady) }},
	{name: "J1 first condition", matters: func(f *facts) bool {
		return f.managed && f.anyPod(func(p *v1.Pod) bool {
			statuses := map[v1.ConditionStatus]bool{}
			for _, c := range p.Status.Conditions {
				if c.Type == v1.PodReady {
					statuses[c.Status] = true
				}
			}
			return len(statuses) > 1
		})
	}},
	{name: "J1 not True", matters: func(f *facts) bool {
		return f.managed && f.anyPod(func(p *v1.Pod) bool {
			c := readyCondition(p)
			return c != nil && c.Status != v1.ConditionTrue && c.Status != v1.ConditionFalse
		})
	}},
	{name: "J2", reason: "the clock stands still while a sync runs here"},
	{name: "J3", matters: func(f *facts) bool {
		return f.managed && f.anyPod(func(p *v1.Pod) bool { how, ok := f.readyFor(p); return ok && how < f.minReady() })
	}},
	{name: "J3 on the edge", matters: func(f *facts) bool {
		return f.managed && f.minReady() > 0 && f.anyPod(func(p *v1.Pod) bool {
			how, ok := f.readyFor(p)
			return ok && how == f.minReady()
		})
	}},
	{name: "J3 since no time", matters: func(f *facts) bool {
		return f.managed && f.minReady() > 0 && f.anyPod(timeless)
	}},
	{name: "J4", matters: func(f *facts) bool {
		return f.managed && f.anyPod(func(p *v1.Pod) bool {
			how, ok := f.readyFor(p)
			return ok && how < f.minReady() && f.plan.nextCheck == f.Now.Add(f.minReady()-how).UnixMilli()
		})
	}},
	{name: "J5", matters: func(f *facts) bool { return f.managed && f.anyPod(terminal) }},
	{name: "J6", matters: func(f *facts) bool {
		return f.managed && f.Now.Nanosecond() != 0 && f.anyPod(func(p *v1.Pod) bool {
			how, ok := f.readyFor(p)
			return ok && (how-f.minReady()).Abs() < time.Second
		})
	}},

	// K: feature gates
	{name: "K TaintToleration", matters: func(f *facts) bool { return f.gateMatters() }},
	{name: "K StaleController", reason: "it is the gate of I2"},
	{name: "K AtomicFIFO", reason: "it is a prerequisite of the gate of I2"},
	{name: "K Declarative", reason: ofServer},
	{name: "K ImageVolume", reason: ofServer},
	{name: "K PodLevelResources", reason: ofServer},
	{name: "K H2CContainerProbe", reason: ofServer},
	{name: "K PodDeletionCost", reason: ofServer},
	{name: "K optional fields", reason: ofServer},
	{name: "K StatefulSet", reason: "it is about StatefulSets; that DaemonSets compare bytes is G3"},
}
