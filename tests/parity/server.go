// SPDX-License-Identifier: Apache-2.0

// The API server of the fake client: it answers from the state and changes nothing, so every phase sees the snapshot
// (F25), and it records every write. A call that the controller is not known to make is a panic.

package main

import (
	"encoding/json"
	"reflect"
	"slices"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	core "k8s.io/client-go/testing"
)

func (u *upstream) react(action core.Action) (bool, runtime.Object, error) {
	u.mutex.Lock()
	defer u.mutex.Unlock()
	name := action.GetVerb() + " " + action.GetResource().Resource
	if action.GetSubresource() != "" {
		name += "/" + action.GetSubresource()
	}
	var object runtime.Object
	var err error
	switch a := action.(type) {
	case core.GetActionImpl:
		object = u.get(name, a)
	case core.CreateActionImpl:
		object, err = u.create(name, a)
	case core.UpdateActionImpl:
		object = u.update(name, a)
	case core.DeleteActionImpl:
		object = u.remove(name, a)
	case core.PatchActionImpl:
		object = u.patch(name, a)
	}
	if object == nil && err == nil {
		panic("unexpected call: " + name)
	}
	return true, object, err
}

func (u *upstream) get(name string, a core.GetActionImpl) runtime.Object {
	switch name {
	case "get daemonsets":
		return u.state.DaemonSet.DeepCopy()
	case "get controllerrevisions":
		return u.revision(a.Namespace, a.Name).DeepCopy()
	}
	return nil
}

func (u *upstream) create(name string, a core.CreateActionImpl) (runtime.Object, error) {
	switch name {
	case "create pods":
		pod := a.Object.(*v1.Pod)
		node := pinnedTo(pod)
		u.out.creates = append(u.out.creates, node)
		u.out.created[node] = pod
		return pod, nil
	case "create controllerrevisions":
		revision := a.Object.(*apps.ControllerRevision)
		if u.revision(revision.Namespace, revision.Name) != nil {
			return nil, apierrors.NewAlreadyExists(apps.Resource("controllerrevisions"), revision.Name)
		}
		u.out.newRevision = revision
		u.out.rest.CreateRevision = &RevisionWrite{revision.Name, revision.Revision, revision.Labels[hashLabel]}
		return revision, nil
	}
	return nil, nil
}

func (u *upstream) update(name string, a core.UpdateActionImpl) runtime.Object {
	rest := &u.out.rest
	switch name {
	case "update controllerrevisions":
		revision := a.Object.(*apps.ControllerRevision)
		// The label (G2) and the number (G9) of one revision are two updates; a plan says both at once.
		rest.UpdateRevisions = append(slices.DeleteFunc(rest.UpdateRevisions,
			func(w RevisionWrite) bool { return w.Name == revision.Name }),
			RevisionWrite{revision.Name, revision.Revision, revision.Labels[hashLabel]})
		return revision
	case "update daemonsets/status":
		set := a.Object.(*apps.DaemonSet)
		if reflect.DeepEqual(set.Status.CollisionCount, u.state.DaemonSet.Status.CollisionCount) {
			rest.Status = set.Status.DeepCopy()
		} else {
			rest.BumpCollision, u.out.collisions = true, *set.Status.CollisionCount
		}
		return set
	}
	return nil
}

func (u *upstream) remove(name string, a core.DeleteActionImpl) runtime.Object {
	switch name {
	case "delete pods":
		u.out.deletes = append(u.out.deletes, a.Name)
		return &v1.Pod{}
	case "delete controllerrevisions":
		u.out.rest.DeleteRevisions = append(u.out.rest.DeleteRevisions, a.Name)
		return &apps.ControllerRevision{}
	}
	return nil
}

func (u *upstream) patch(name string, a core.PatchActionImpl) runtime.Object {
	rest := &u.out.rest
	switch name {
	case "patch pods":
		u.recordPatch(a, &rest.AdoptPods, &rest.ReleasePods)
		return &v1.Pod{}
	case "patch controllerrevisions":
		u.recordPatch(a, &rest.AdoptRevisions, &rest.ReleaseRevisions)
		return &apps.ControllerRevision{}
	}
	return nil
}

func (u *upstream) revision(namespace, name string) *apps.ControllerRevision {
	for _, r := range u.state.ControllerRevisions {
		if r.Namespace == namespace && r.Name == name {
			return r
		}
	}
	return nil
}

// recordPatch tells the three patches the controller sends apart: adopt, release (D6), relabel (G11).
func (u *upstream) recordPatch(a core.PatchActionImpl, adopt, release *[]string) {
	var body struct {
		Metadata struct {
			Labels          map[string]string
			OwnerReferences []map[string]any
		}
	}
	if err := json.Unmarshal(a.Patch, &body); err != nil {
		panic(err)
	}
	hash, relabel := body.Metadata.Labels[hashLabel]
	switch {
	case relabel:
		u.out.rest.LabelPods = append(u.out.rest.LabelPods, PodLabel{a.Name, hash})
	case len(body.Metadata.OwnerReferences) == 1 && body.Metadata.OwnerReferences[0]["$patch"] == "delete":
		*release = append(*release, a.Name)
	case len(body.Metadata.OwnerReferences) == 1:
		*adopt = append(*adopt, a.Name)
	default:
		panic("unexpected patch: " + string(a.Patch))
	}
}

// pinnedTo reads the node a created pod is meant for (C22).
func pinnedTo(pod *v1.Pod) string {
	terms := pod.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms
	return terms[0].MatchFields[0].Values[0]
}
