// SPDX-License-Identifier: Apache-2.0

// Random revisions: old ones, the current one, duplicates, names that are taken; and the owners of objects.

package main

import (
	"bytes"
	"fmt"
	"time"

	apps "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

// ownerOf draws the owner references of a pod or revision.
func (b *builder) ownersOf(foreign, orphan float64) []metav1.OwnerReference {
	yes, no := true, false
	ref := metav1.OwnerReference{APIVersion: "apps/v1", Kind: "DaemonSet", Name: b.state.DaemonSet.Name, UID: b.uid,
		Controller: &yes, BlockOwnerDeletion: &yes}
	other := metav1.OwnerReference{APIVersion: "v1", Kind: "ConfigMap", Name: "c", UID: "c-1"}
	switch {
	case b.chance(foreign):
		switch b.IntN(6) {
		case 0:
			ref.Name = "someone"
		case 1:
			ref.Kind = "ReplicaSet"
		case 2:
			ref.APIVersion = "example.com/v1"
		default:
			ref.UID = otherUID
		}
	case b.chance(orphan):
		switch b.IntN(4) {
		case 0:
			ref.Controller = &no
		case 1:
			ref.Controller = nil
		case 2:
			return []metav1.OwnerReference{other}
		default:
			return nil
		}
	}
	if b.chance(0.05) {
		return []metav1.OwnerReference{other, ref}
	}
	return []metav1.OwnerReference{ref}
}

func (b *builder) revisions() {
	ds := b.state.DaemonSet
	b.hashes = []string{currentLabel, currentLabel, "old7b6c5d4"}
	data := revisionData(ds)
	number := int64(b.IntN(3))
	add := func(name, label string, data []byte, step int) {
		number += int64(step)
		b.state.ControllerRevisions = append(b.state.ControllerRevisions, b.revision(name, label, data, number))
		b.hashes = append(b.hashes, label)
	}
	for i := range b.IntN(b.oldRevisions + 1) {
		label := fmt.Sprintf("h%d", i)
		step := 1
		if b.chance(b.tie) {
			step = 0
		}
		add(ds.Name+"-"+label, label, b.otherData(fmt.Sprintf("r%d", i)), step)
	}
	if b.chance(b.reordered) {
		add(ds.Name+"-reordered", "reordered", reorder(data), 1)
	}
	if !b.chance(b.noCurrent) {
		add(ds.Name+"-"+currentLabel, currentLabel, data, 1)
		for i := range oneOf(b.dice, 1, 1, 2, 3) {
			if b.chance(b.duplicate) {
				add(fmt.Sprintf("%s-dup%d", ds.Name, i), fmt.Sprintf("dup%d", i), data, b.between(1, 2))
			}
		}
	}
	if b.chance(b.collision) {
		hash := ownHash(b.state)
		add(ds.Name+"-"+hash, oneOf(b.dice, hash, hash, "elsewhere"), oneOf(b.dice, data, b.otherData("clash")), 1)
		last := b.state.ControllerRevisions[len(b.state.ControllerRevisions)-1]
		if b.chance(0.6) {
			last.OwnerReferences = oneOf(b.dice, nil, []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "DaemonSet",
				Name: "someone", UID: otherUID, Controller: new(bool)}}, b.ownersOf(1, 0))
			last.Labels["app"] = oneOf(b.dice, "agent", "other")
		}
	}
	if b.chance(b.renumber) {
		revisions := b.state.ControllerRevisions
		numbers := b.Perm(len(revisions) + 2)
		for i, r := range revisions {
			if r.Revision = int64(numbers[i]); b.chance(b.great) {
				r.Revision = 1<<63 - 2 - int64(numbers[i]) // one more must still be a number
			}
		}
	}
	b.Shuffle(len(b.state.ControllerRevisions), func(i, j int) {
		r := b.state.ControllerRevisions
		r[i], r[j] = r[j], r[i]
	})
}

func (b *builder) revision(name, label string, data []byte, number int64) *apps.ControllerRevision {
	r := &apps.ControllerRevision{TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "ControllerRevision"},
		Data: runtime.RawExtension{Raw: data}, Revision: number}
	r.Name, r.Namespace, r.UID = name, "kube-system", types.UID("rev-"+name)
	r.Labels = map[string]string{"app": "agent", "tier": "node", hashLabel: label}
	r.OwnerReferences = b.ownersOf(b.foreignRevision, b.orphanRevision)
	switch {
	case b.chance(b.unlabelled):
		delete(r.Labels, hashLabel)
	case b.chance(b.unlabelled * 0.3):
		r.Labels[hashLabel] = ""
	}
	if b.chance(b.mismatch * 0.5) {
		r.Labels["app"] = "other"
	}
	if b.chance(0.02) {
		r.Namespace = "default"
	}
	if b.chance(0.02) {
		at := metav1.NewTime(start.Add(-time.Second))
		r.DeletionTimestamp, r.Finalizers = &at, []string{"example.com/hold"}
	}
	return r
}

// otherData is the data of a template that differs in its image.
func (b *builder) otherData(image string) []byte {
	other := b.state.DaemonSet.DeepCopy()
	other.Spec.Template.Spec.Containers[0].Image = "registry.example/agent:" + image
	return revisionData(other)
}

// reorder moves "$patch" to the end of its object: the same JSON value in other bytes (G3).
func reorder(data []byte) []byte {
	const first = `"$patch":"replace",`
	out := bytes.Replace(data, []byte(first), nil, 1)
	return append(out[:len(out)-3], []byte(`,"$patch":"replace"}}}`)...)
}
