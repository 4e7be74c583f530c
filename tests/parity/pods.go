// SPDX-License-Identifier: Apache-2.0

// Random pods: where they are, what they are labelled with, how they live.

package main

import (
	"fmt"
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// podsOf puts pods on a node: often one, sometimes an old and a new one, sometimes a crowd.
func (b *builder) podsOf(node string, i int) {
	count := 1
	switch {
	case b.chance(b.empty):
		count = 0
	case b.chance(b.pair):
		count = 2
	case b.chance(b.crowd):
		count = b.between(2, 5)
	case b.chance(b.crowdOfFour):
		count = b.between(0, 4)
	}
	old := b.chance(b.old)
	for j := range count {
		if count == 2 {
			old = j == 0
		} else if j > 0 {
			old = b.chance(b.old)
		}
		name := fmt.Sprintf("p%d-%d", i, j)
		if b.chance(0.3) {
			name = fmt.Sprintf("%c%d-%d", 'a'+rune(b.IntN(26)), i, j)
		}
		b.state.Pods = append(b.state.Pods, b.pod(name, node, old))
	}
}

func (b *builder) pod(name, node string, old bool) *v1.Pod {
	p := &v1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"}}
	p.Name, p.Namespace, p.UID = name, "kube-system", types.UID("pod-"+name)
	p.CreationTimestamp = metav1.NewTime(start.Add(-time.Duration(b.between(1, 12)*oneOf(b.dice, 10, 60)) * time.Second))
	p.Labels = map[string]string{"app": "agent", "tier": "node", hashLabel: currentLabel}
	if old {
		p.Labels[hashLabel] = oneOf(b.dice, b.hashes...)
		if p.Labels[hashLabel] == currentLabel {
			p.Labels[hashLabel] = "old7b6c5d4"
		}
	}
	if b.chance(b.oddHash) {
		switch b.IntN(3) {
		case 0:
			delete(p.Labels, hashLabel)
		case 1:
			p.Labels[hashLabel] = ""
		default:
			p.Labels[hashLabel] = oneOf(b.dice, b.hashes...)
		}
	}
	if b.chance(b.generation) {
		p.Labels[generationLabel] = oneOf(b.dice, "1", "2", "7", "007", "-1", "")
	}
	if b.chance(b.mismatch) {
		p.Labels["app"] = "other"
	}
	if b.chance(b.mismatch * 0.3) {
		p.Labels = nil
	}
	if b.chance(b.foreign * 0.1) {
		p.Namespace = "default"
	}
	p.OwnerReferences = b.ownersOf(b.foreign, b.orphan)
	b.place(p, node)
	b.life(p)
	return p
}

// place binds the pod to the node, or pins it there, or pins it so that no node can be told (D10).
func (b *builder) place(p *v1.Pod, node string) {
	pinned := b.chance(b.unbound)
	if !pinned {
		p.Spec.NodeName = node
	}
	if !pinned && !b.chance(0.1) {
		return
	}
	in := func(key string, op v1.NodeSelectorOperator, values ...string) v1.NodeSelectorRequirement {
		return v1.NodeSelectorRequirement{Key: key, Operator: op, Values: values}
	}
	term := func(fields ...v1.NodeSelectorRequirement) v1.NodeSelectorTerm {
		return v1.NodeSelectorTerm{MatchFields: fields}
	}
	usual := term(in("metadata.name", "In", node))
	terms := []v1.NodeSelectorTerm{usual}
	if b.chance(b.underivable) {
		terms = oneOf(b.dice, nil, []v1.NodeSelectorTerm{}, []v1.NodeSelectorTerm{term(in("metadata.name", "In"))},
			[]v1.NodeSelectorTerm{term(in("metadata.name", "In", node, "n1")), usual},
			[]v1.NodeSelectorTerm{term(in("metadata.name", "NotIn", node))},
			[]v1.NodeSelectorTerm{term(in("metadata.namespace", "In", "x"), in("metadata.name", "In", node))},
			[]v1.NodeSelectorTerm{{MatchExpressions: []v1.NodeSelectorRequirement{in("zone", "Exists")}}, usual},
			[]v1.NodeSelectorTerm{{MatchExpressions: []v1.NodeSelectorRequirement{in("metadata.name", "In", node)}}},
			[]v1.NodeSelectorTerm{term(in("metadata.name", "In", ""))})
		if b.chance(0.15) {
			p.Spec.Affinity = oneOf(b.dice, nil, &v1.Affinity{}, &v1.Affinity{NodeAffinity: &v1.NodeAffinity{}})
			return
		}
	}
	p.Spec.Affinity = &v1.Affinity{NodeAffinity: &v1.NodeAffinity{
		RequiredDuringSchedulingIgnoredDuringExecution: &v1.NodeSelector{NodeSelectorTerms: terms}}}
}

// life draws phase, conditions and deletion.
func (b *builder) life(p *v1.Pod) {
	p.Status.Phase = v1.PodRunning
	switch {
	case b.chance(b.failed):
		p.Status.Phase = v1.PodFailed
	case b.chance(b.succeeded):
		p.Status.Phase = v1.PodSucceeded
	case b.chance(0.15):
		p.Status.Phase = oneOf[v1.PodPhase](b.dice, v1.PodPending, v1.PodUnknown, "")
	}
	if b.chance(b.ready) {
		back := oneOf(b.dice, int(b.state.DaemonSet.Spec.MinReadySeconds), 300)
		c := v1.PodCondition{Type: v1.PodReady, Status: v1.ConditionTrue, LastTransitionTime: b.moment(b.state.Now, back)}
		if b.chance(0.05) {
			c.LastTransitionTime = metav1.Time{}
		} else if c.LastTransitionTime.After(b.state.Now) && !b.chance(b.future) {
			c.LastTransitionTime = b.moment(b.state.Now, back+200)
		}
		if b.chance(0.08) {
			c.Status = oneOf[v1.ConditionStatus](b.dice, "False", "Unknown", "true", "")
		}
		p.Status.Conditions = append(p.Status.Conditions, c)
		if b.chance(0.05) {
			extra := v1.PodCondition{Type: oneOf(b.dice, v1.PodReady, v1.PodScheduled, v1.ContainersReady),
				Status: oneOf(b.dice, v1.ConditionTrue, v1.ConditionFalse), LastTransitionTime: b.moment(b.state.Now, 60)}
			p.Status.Conditions = slices.Insert(p.Status.Conditions, b.IntN(2), extra)
		}
	}
	if b.chance(b.deleting) {
		at := metav1.NewTime(start.Add(time.Duration(b.between(-60, 60)) * time.Second))
		grace := int64(30)
		p.DeletionTimestamp, p.DeletionGracePeriodSeconds = &at, &grace
	}
}
