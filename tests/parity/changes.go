// SPDX-License-Identifier: Apache-2.0

// What people and other controllers do to the cluster of a trajectory. Each change is unlikely at any one step.

package main

/*
#include "daemonset.h"
*/
import "C"

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"
	"unsafe"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/kubernetes/pkg/controller"
)

// change draws what happens before the next sync.
func (c *cluster) change() {
	for _, possible := range []struct {
		chance float64
		do     func()
	}{
		{0.05, c.addNode}, {0.04, c.removeNode}, {0.08, c.taint}, {0.05, c.relabelNode},
		{0.03, c.cordon}, {0.02, c.cutOff}, {0.03, c.rejoin},
		{0.05, c.editTemplate}, {0.02, c.rollBack}, {0.02, c.editPlacement},
		{0.03, c.switchStrategy}, {0.02, c.setHistoryLimit}, {0.02, c.setMinReady},
		{0.03, c.deletePod}, {0.03, c.failPod}, {0.03, c.finishPod}, {0.02, c.addOrphan}, {0.01, c.relabelPod},
		{0.01, c.disown},
		{0.006, c.takeName}, {0.006, c.duplicate}, {0.006, c.loseRevision}, {0.004, c.unlabelRevision},
		{0.003, c.stop}, {0.1, c.resume},
		{0.0005, c.deleteSet},
	} {
		if c.chance(possible.chance) {
			possible.do()
		}
	}
}

// ---- nodes

func (c *cluster) putNode(node *v1.Node) {
	c.known.nodes[node.Name] = node
	c.sim.put(node)
}

// addNode: a new one, or one of a name that was there before.
func (c *cluster) addNode() {
	c.names++
	number := c.names
	if c.chance(0.3) {
		number = c.IntN(number)
	}
	c.putNode(c.node(number))
}

// anyNode is a node as people made it; nil when there is none.
func (c *cluster) anyNode() *v1.Node {
	stored := c.sim.look(inStore)
	if stored.node_count == 0 {
		return nil
	}
	name := C.GoString(oneOf(c.dice, unsafe.Slice(stored.nodes, stored.node_count)...).name)
	return c.known.nodes[name].DeepCopy()
}

// onNode does something to some node.
func (c *cluster) onNode(kind int) (name string) {
	if node := c.anyNode(); node != nil {
		name = node.Name
		c.sim.on(kind, name)
	}
	return name
}

func (c *cluster) removeNode() { c.onNode(C.DSET_CHANGE_REMOVE_NODE) }

func (c *cluster) cordon() {
	c.onNode(oneOf(c.dice, C.DSET_CHANGE_CORDON, C.DSET_CHANGE_UNCORDON, C.DSET_CHANGE_UNCORDON, C.DSET_CHANGE_DRAIN))
}

func (c *cluster) cutOff() {
	if name := c.onNode(C.DSET_CHANGE_CUT_OFF); name != "" {
		c.away = append(c.away, name)
	}
}

func (c *cluster) rejoin() {
	if n := len(c.away); n > 0 {
		i := c.IntN(n)
		c.sim.on(C.DSET_CHANGE_REJOIN, c.away[i])
		c.away = slices.Delete(c.away, i, i+1)
	}
}

func (c *cluster) taint() {
	if node := c.anyNode(); node != nil {
		if node.Spec.Taints = nil; c.chance(0.5) {
			node.Spec.Taints = c.taints(2, c.comparison)
		}
		c.putNode(node)
	}
}

func (c *cluster) relabelNode() {
	if node := c.anyNode(); node != nil {
		node.Labels = c.labels(4, c.odd)
		c.putNode(node)
	}
}

// ---- the DaemonSet

// newest is a copy of the DaemonSet as it is stored.
func (c *cluster) newest() *apps.DaemonSet {
	return c.known.sets[slices.Max(slices.Collect(maps.Keys(c.known.sets)))].DeepCopy()
}

// putSet stores a changed DaemonSet, as the API server would (A22).
func (c *cluster) putSet(ds *apps.DaemonSet) {
	before := c.newest()
	data := revisionData(ds)
	template := string(data) != string(revisionData(before))
	c.sim.put(ds)
	generation := int64(c.sim.look(inStore).daemonset.generation)
	if generation == before.Generation {
		return // nothing changed
	}
	ds.Generation = generation
	if text, found := ds.Annotations[apps.DeprecatedTemplateGeneration]; found && template {
		n, err := strconv.Atoi(text)
		must(err)
		ds.Annotations[apps.DeprecatedTemplateGeneration] = strconv.Itoa(n + 1)
	}
	c.known.sets[generation] = ds
	if !slices.ContainsFunc(c.templates, func(t string) bool { return t == string(data) }) {
		c.templates = append(c.templates, string(data))
		c.specs = append(c.specs, ds.Spec.Template.DeepCopy())
	}
}

func (c *cluster) editTemplate() {
	ds := c.newest()
	c.names++
	ds.Spec.Template.Spec.Containers[0].Image = fmt.Sprintf("registry.example/agent:e%d", c.names)
	c.putSet(ds)
}

// rollBack returns to a template that was in use before.
func (c *cluster) rollBack() {
	ds := c.newest()
	ds.Spec.Template = *oneOf(c.dice, c.specs...).DeepCopy()
	c.putSet(ds)
}

func (c *cluster) editPlacement() {
	ds := c.newest()
	spec := &ds.Spec.Template.Spec
	spec.Tolerations, spec.NodeSelector, spec.Affinity = nil, nil, nil
	if c.chance(0.4) {
		spec.Tolerations = c.tolerations(3, c.comparison)
	}
	if c.chance(0.3) {
		spec.NodeSelector = c.labels(1, 0)
	}
	if c.chance(0.3) {
		spec.Affinity = c.nodeAffinity(c.odd, len(c.state.Nodes))
	}
	c.putSet(ds)
}

func (c *cluster) switchStrategy() {
	c.onDelete = 0.15
	ds := c.newest()
	c.strategy(ds)
	c.putSet(ds)
}

func (c *cluster) setHistoryLimit() {
	ds, limit := c.newest(), int32(oneOf(c.dice, 0, 1, 2, 3, 10))
	ds.Spec.RevisionHistoryLimit = &limit
	c.putSet(ds)
}

func (c *cluster) setMinReady() {
	ds := c.newest()
	ds.Spec.MinReadySeconds = int32(oneOf(c.dice, 0, 0, 1, 10, 60))
	c.putSet(ds)
}

// deleteSet begins the end of the DaemonSet; from here on the controller leaves everything alone (I6).
func (c *cluster) deleteSet() {
	ds, at := c.newest(), metav1.NewTime(c.sim.now().Truncate(time.Second))
	ds.DeletionTimestamp, ds.Finalizers = &at, []string{"foregroundDeletion"}
	c.putSet(ds)
}

// ---- pods

// anyPod is a copy of a pod as it is stored; nil when there is none that was shown before.
func (c *cluster) anyPod() *v1.Pod {
	stored := c.sim.look(inStore)
	pods := unsafe.Slice(stored.pods, stored.pod_count)
	if len(pods) == 0 {
		return nil
	}
	from := oneOf(c.dice, pods...)
	if c.known.pods[C.GoString(from.name)] == nil {
		return nil
	}
	p := c.known.pod(from)
	if from.deleting {
		p.DeletionTimestamp = &metav1.Time{Time: c.sim.now()}
	}
	return p
}

// changePod makes another pod of some pod.
func (c *cluster) changePod(change func(*v1.Pod)) {
	if p := c.anyPod(); p != nil {
		change(p)
		c.sim.put(p)
	}
}

func (c *cluster) deletePod() {
	if p := c.anyPod(); p != nil {
		c.sim.on(C.DSET_CHANGE_DELETE_POD, p.Name)
	}
}

func (c *cluster) failPod() {
	if p := c.anyPod(); p != nil && p.Spec.NodeName != "" {
		c.sim.on(C.DSET_CHANGE_FAIL_POD, p.Name)
	}
}

// finishPod: its containers end well, or nothing is known of them.
func (c *cluster) finishPod() {
	c.changePod(func(p *v1.Pod) {
		if p.Status.Phase != v1.PodRunning {
			return
		}
		p.Status.Phase = oneOf(c.dice, v1.PodSucceeded, v1.PodSucceeded, v1.PodUnknown)
		now := metav1.NewTime(c.sim.now().Truncate(time.Second))
		if ready := readyCondition(p); ready != nil && ready.Status == v1.ConditionTrue {
			ready.Status, ready.LastTransitionTime = v1.ConditionFalse, now
		}
	})
}

// addOrphan makes a pod that somebody started by hand, bound to a node, which the DaemonSet adopts (D4).
func (c *cluster) addOrphan() {
	node := c.anyNode()
	if node == nil {
		return
	}
	p := podOn(&State{DaemonSet: c.newest(), Now: c.sim.now()}, node)
	p.Name, p.OwnerReferences = c.newName("orphan"), nil
	p.UID, p.CreationTimestamp = types.UID(p.Name), metav1.NewTime(c.sim.now().Truncate(time.Second))
	p.Spec.Containers = []v1.Container{{Name: "main", Image: "registry.example/agent:by-hand"}}
	p.Status.Phase = v1.PodPending
	if c.chance(0.5) && len(c.state.ControllerRevisions) > 0 {
		p.Labels[hashLabel] = hashOf(oneOf(c.dice, c.state.ControllerRevisions...))
	}
	c.known.pods[p.Name] = p
	c.sim.put(p)
}

// relabelPod takes a pod away from the selector (D4).
func (c *cluster) relabelPod() {
	c.changePod(func(p *v1.Pod) { metav1.SetMetaDataLabel(&p.ObjectMeta, "app", "debugged") })
}

func (c *cluster) disown() { c.changePod(func(p *v1.Pod) { p.OwnerReferences = nil }) }

// ---- revisions

// anyRevision is a copy of a revision as it is stored; nil when there is none.
func (c *cluster) anyRevision() *apps.ControllerRevision {
	stored := c.sim.look(inStore)
	if stored.revision_count == 0 {
		return nil
	}
	return revisionOf(oneOf(c.dice, unsafe.Slice(stored.revisions, stored.revision_count)...))
}

// takeName puts a revision of somebody else where the one of the present template would go (G13).
func (c *cluster) takeName() {
	c.editTemplate()
	collisions := c.state.DaemonSet.Status.CollisionCount
	name := c.state.DaemonSet.Name + "-" + controller.ComputeHash(&c.newest().Spec.Template, collisions)
	c.uniqueRevision(name, nil)
}

// duplicate copies the revision of the present template under another name (G10).
func (c *cluster) duplicate() {
	ds := c.newest()
	c.uniqueRevision(c.newName(ds.Name), revisionData(ds))
}

// uniqueRevision adds a revision; without data it is an orphan that holds another template and does not match.
func (c *cluster) uniqueRevision(name string, data []byte) {
	stored := c.sim.look(inStore)
	for _, r := range unsafe.Slice(stored.revisions, stored.revision_count) {
		if C.GoString(r.name) == name {
			return
		}
	}
	number := int64(stored.revision_count)
	if data == nil {
		r := c.revision(name, name, c.otherData(name), number)
		r.OwnerReferences, r.Labels = nil, map[string]string{"app": "other"}
		c.sim.put(r)
		return
	}
	c.sim.put(c.revision(name, c.newName("h"), data, number))
}

func (c *cluster) loseRevision() {
	if r := c.anyRevision(); r != nil {
		c.sim.on(C.DSET_CHANGE_REMOVE_REVISION, r.Name)
	}
}

func (c *cluster) unlabelRevision() {
	if r := c.anyRevision(); r != nil {
		delete(r.Labels, hashLabel)
		c.sim.put(r)
	}
}

// ---- watches

// stop ends what one watch shows, for a while.
func (c *cluster) stop() {
	if c.stopped < 0 {
		c.stopped = c.IntN(C.DSET_WATCHES)
		c.sim.watch(C.DSET_CHANGE_STOP_WATCH, c.stopped)
	}
}

func (c *cluster) resume() {
	if c.stopped >= 0 {
		c.sim.watch(C.DSET_CHANGE_RESUME_WATCH, c.stopped)
		c.stopped = -1
	}
}
