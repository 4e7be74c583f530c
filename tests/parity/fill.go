// SPDX-License-Identifier: Apache-2.0

// Kubernetes' objects to the structs of the library, member by member, as a host would fill them. Nothing is
// defaulted on the way. The only judgement made here is what model.h asks of a host: the condition Ready (J1), a
// template generation that parses (A21).

package main

/*
#include "daemonset.h"
*/
import "C"

import (
	"encoding/json"
	"time"
	"unsafe"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/kubernetes/pkg/controller/daemon/util"
)

func (m *memory) snapshot(s *State) *C.dset_snapshot {
	out := one[C.dset_snapshot](m)
	out.size = C.size_t(unsafe.Sizeof(*out))
	out.daemonset = m.daemonSet(s.DaemonSet)
	nodes, pods := list[*C.dset_node](m, len(s.Nodes)), list[*C.dset_pod](m, len(s.Pods))
	revisions := list[*C.dset_revision](m, len(s.ControllerRevisions))
	for i, node := range s.Nodes {
		nodes[i] = m.node(node)
	}
	for i, pod := range s.Pods {
		pods[i] = m.pod(pod)
	}
	for i, revision := range s.ControllerRevisions {
		revisions[i] = m.revision(revision)
	}
	out.nodes, out.node_count = first(nodes), C.size_t(len(nodes))
	out.pods, out.pod_count = first(pods), C.size_t(len(pods))
	out.revisions, out.revision_count = first(revisions), C.size_t(len(revisions))
	out.now_ms = C.int64_t(s.Now.UnixMilli())
	backoffs := list[C.dset_backoff](m, len(s.Backoff))
	for i, b := range s.Backoff {
		backoffs[i] = C.dset_backoff{m.text(b.Node), C.int64_t(seconds(b.DelaySeconds).Milliseconds()),
			C.int64_t(b.Last.UnixMilli())}
	}
	out.backoffs, out.backoff_count = first(backoffs), C.size_t(len(backoffs))
	if s.InFlight != nil {
		out.in_flight_creates, out.in_flight_deletes = C.int64_t(s.InFlight.Creates), C.int64_t(s.InFlight.Deletes)
		if s.InFlight.Since != nil {
			out.in_flight_since_ms = C.int64_t(s.InFlight.Since.UnixMilli())
		}
	}
	return out
}

func (m *memory) options(o Options) *C.dset_options {
	out := one[C.dset_options](m)
	out.size = C.size_t(unsafe.Sizeof(*out))
	out.burst = C.uint32_t(o.Burst)
	out.backoff_initial_ms = C.int64_t(seconds(o.BackoffInitialSeconds).Milliseconds())
	out.backoff_max_ms = C.int64_t(seconds(o.BackoffMaxSeconds).Milliseconds())
	out.revision_hash = m.text(o.RevisionHash)
	out.compare_tolerations = C.bool(o.CompareTolerations)
	return out
}

func (m *memory) daemonSet(ds *apps.DaemonSet) *C.dset_daemonset {
	out := one[C.dset_daemonset](m)
	out.size = C.size_t(unsafe.Sizeof(*out))
	out.ns, out.name, out.uid = m.text(ds.Namespace), m.text(ds.Name), m.text(string(ds.UID))
	out.generation, out.deleting = C.int64_t(ds.Generation), ds.DeletionTimestamp != nil
	out.selector = m.selector(ds.Spec.Selector)
	out.min_ready_seconds = C.int32_t(ds.Spec.MinReadySeconds)
	if limit := ds.Spec.RevisionHistoryLimit; limit != nil {
		out.revision_history_limit, out.has_revision_history_limit = C.int32_t(*limit), true
	}
	if generation, err := util.GetTemplateGeneration(ds); err == nil && generation != nil {
		out.template_generation, out.has_template_generation = C.int64_t(*generation), true
	}
	m.template(out, &ds.Spec.Template)
	data := revisionData(ds)
	out.revision_data, out.revision_data_bytes = m.data(data), C.size_t(len(data))
	m.strategy(out, ds.Spec.UpdateStrategy)
	out.status = m.status(&ds.Status)
	return out
}

func (m *memory) template(out *C.dset_daemonset, t *v1.PodTemplateSpec) {
	out.template_labels, out.template_label_count = m.labels(t.Labels)
	out.node_name, out.host_network = m.text(t.Spec.NodeName), C.bool(t.Spec.HostNetwork)
	out.node_selector, out.node_selector_count = m.labels(t.Spec.NodeSelector)
	out.required_affinity = m.affinity(t.Spec.Affinity)
	tolerations := list[C.dset_toleration](m, len(t.Spec.Tolerations))
	for i, from := range t.Spec.Tolerations {
		to := &tolerations[i]
		to.key, to.op, to.value = m.text(from.Key), m.text(string(from.Operator)), m.text(from.Value)
		to.effect = m.text(string(from.Effect))
		if from.TolerationSeconds != nil {
			to.toleration_seconds, to.has_toleration_seconds = C.int64_t(*from.TolerationSeconds), true
		}
	}
	out.tolerations, out.toleration_count = first(tolerations), C.size_t(len(tolerations))
}

func (m *memory) strategy(out *C.dset_daemonset, s apps.DaemonSetUpdateStrategy) {
	switch s.Type {
	case apps.RollingUpdateDaemonSetStrategyType:
		out.strategy = C.DSET_STRATEGY_ROLLING_UPDATE
	case apps.OnDeleteDaemonSetStrategyType:
		out.strategy = C.DSET_STRATEGY_ON_DELETE
	default:
		out.strategy = C.DSET_STRATEGY_OTHER
	}
	if rolling := s.RollingUpdate; rolling != nil {
		out.has_rolling_update = true
		out.max_unavailable, out.max_surge = m.amount(rolling.MaxUnavailable), m.amount(rolling.MaxSurge)
	}
}

func (m *memory) amount(v *intstr.IntOrString) (out C.dset_amount) {
	switch {
	case v == nil:
	case v.Type == intstr.Int:
		out.kind, out.number = C.DSET_AMOUNT_INT, C.int32_t(v.IntVal)
	default:
		out.kind, out.text = C.DSET_AMOUNT_TEXT, m.text(v.StrVal)
	}
	return out
}

func (m *memory) status(from *apps.DaemonSetStatus) *C.dset_status {
	out := one[C.dset_status](m)
	out.size = C.size_t(unsafe.Sizeof(*out))
	out.desired_number_scheduled = C.int32_t(from.DesiredNumberScheduled)
	out.current_number_scheduled = C.int32_t(from.CurrentNumberScheduled)
	out.number_misscheduled = C.int32_t(from.NumberMisscheduled)
	out.number_ready = C.int32_t(from.NumberReady)
	out.updated_number_scheduled = C.int32_t(from.UpdatedNumberScheduled)
	out.number_available = C.int32_t(from.NumberAvailable)
	out.number_unavailable = C.int32_t(from.NumberUnavailable)
	out.observed_generation = C.int64_t(from.ObservedGeneration)
	if from.CollisionCount != nil {
		out.collision_count, out.has_collision_count = C.int32_t(*from.CollisionCount), true
	}
	if len(from.Conditions) > 0 {
		text, err := json.Marshal(from.Conditions)
		must(err)
		out.conditions = m.text(string(text))
	}
	return out
}

func (m *memory) node(n *v1.Node) *C.dset_node {
	out := one[C.dset_node](m)
	out.size, out.name = C.size_t(unsafe.Sizeof(*out)), m.text(n.Name)
	out.labels, out.label_count = m.labels(n.Labels)
	taints := list[C.dset_taint](m, len(n.Spec.Taints))
	for i, taint := range n.Spec.Taints {
		taints[i] = C.dset_taint{m.text(taint.Key), m.text(taint.Value), m.text(string(taint.Effect))}
	}
	out.taints, out.taint_count = first(taints), C.size_t(len(taints))
	return out
}

func (m *memory) pod(p *v1.Pod) *C.dset_pod {
	out := one[C.dset_pod](m)
	out.size = C.size_t(unsafe.Sizeof(*out))
	out.ns, out.name, out.uid = m.text(p.Namespace), m.text(p.Name), m.text(string(p.UID))
	out.node_name, out.required_affinity = m.text(p.Spec.NodeName), m.affinity(p.Spec.Affinity)
	out.labels, out.label_count = m.labels(p.Labels)
	out.owners, out.owner_count = m.owners(p.OwnerReferences)
	out.created_ms, out.deleting = milliseconds(p.CreationTimestamp), p.DeletionTimestamp != nil
	switch p.Status.Phase {
	case v1.PodPending:
		out.phase = C.DSET_PHASE_PENDING
	case v1.PodRunning:
		out.phase = C.DSET_PHASE_RUNNING
	case v1.PodSucceeded:
		out.phase = C.DSET_PHASE_SUCCEEDED
	case v1.PodFailed:
		out.phase = C.DSET_PHASE_FAILED
	case v1.PodUnknown:
		out.phase = C.DSET_PHASE_UNKNOWN
	}
	if ready := readyCondition(p); ready != nil {
		out.ready, out.ready_since_ms = ready.Status == v1.ConditionTrue, milliseconds(ready.LastTransitionTime)
	}
	return out
}

// readyCondition is J1: the first of its type.
func readyCondition(p *v1.Pod) *v1.PodCondition {
	for i := range p.Status.Conditions {
		if p.Status.Conditions[i].Type == v1.PodReady {
			return &p.Status.Conditions[i]
		}
	}
	return nil
}

func (m *memory) revision(r *apps.ControllerRevision) *C.dset_revision {
	out := one[C.dset_revision](m)
	out.size = C.size_t(unsafe.Sizeof(*out))
	out.ns, out.name, out.uid = m.text(r.Namespace), m.text(r.Name), m.text(string(r.UID))
	out.labels, out.label_count = m.labels(r.Labels)
	out.owners, out.owner_count = m.owners(r.OwnerReferences)
	out.number, out.deleting = C.int64_t(r.Revision), r.DeletionTimestamp != nil
	out.data, out.data_bytes = m.data(r.Data.Raw), C.size_t(len(r.Data.Raw))
	return out
}

func (m *memory) data(from []byte) unsafe.Pointer {
	to := list[byte](m, len(from))
	copy(to, from)
	return unsafe.Pointer(first(to))
}

func (m *memory) labels(from map[string]string) (*C.dset_label, C.size_t) {
	to, i := list[C.dset_label](m, len(from)), 0
	for key, value := range from {
		to[i] = C.dset_label{m.text(key), m.text(value)}
		i++
	}
	return first(to), C.size_t(len(to))
}

func (m *memory) owners(from []metav1.OwnerReference) (*C.dset_owner, C.size_t) {
	to := list[C.dset_owner](m, len(from))
	for i, owner := range from {
		to[i].kind, to[i].name, to[i].uid = m.text(owner.Kind), m.text(owner.Name), m.text(string(owner.UID))
		to[i].controller = C.bool(owner.Controller != nil && *owner.Controller)
	}
	return first(to), C.size_t(len(to))
}

func (m *memory) selector(from *metav1.LabelSelector) *C.dset_selector {
	if from == nil {
		return nil
	}
	out := one[C.dset_selector](m)
	out.labels, out.label_count = m.labels(from.MatchLabels)
	requirements := list[C.dset_requirement](m, len(from.MatchExpressions))
	for i, r := range from.MatchExpressions {
		requirements[i] = m.requirement(r.Key, string(r.Operator), r.Values)
	}
	out.expressions, out.expression_count = first(requirements), C.size_t(len(requirements))
	return out
}

func (m *memory) requirement(key, operator string, values []string) (out C.dset_requirement) {
	texts := list[*C.char](m, len(values))
	for i, value := range values {
		texts[i] = m.text(value)
	}
	out.key, out.op = m.text(key), m.text(operator)
	out.values, out.value_count = first(texts), C.size_t(len(texts))
	return out
}

func (m *memory) requirements(from []v1.NodeSelectorRequirement) (*C.dset_requirement, C.size_t) {
	to := list[C.dset_requirement](m, len(from))
	for i, r := range from {
		to[i] = m.requirement(r.Key, string(r.Operator), r.Values)
	}
	return first(to), C.size_t(len(to))
}

func (m *memory) affinity(a *v1.Affinity) *C.dset_terms {
	if a == nil || a.NodeAffinity == nil || a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution == nil {
		return nil
	}
	from := a.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms
	out, terms := one[C.dset_terms](m), list[C.dset_term](m, len(from))
	for i, term := range from {
		terms[i].expressions, terms[i].expression_count = m.requirements(term.MatchExpressions)
		terms[i].fields, terms[i].field_count = m.requirements(term.MatchFields)
	}
	out.terms, out.count = first(terms), C.size_t(len(terms))
	return out
}

func milliseconds(t metav1.Time) C.int64_t {
	if t.IsZero() {
		return 0
	}
	return C.int64_t(t.UnixMilli())
}

func seconds(n float64) time.Duration { return time.Duration(n*1000+0.5) * time.Millisecond }
