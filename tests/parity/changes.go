// SPDX-License-Identifier: Apache-2.0

// What people and other controllers do to the cluster of a trajectory. Each change is unlikely at any one step.

package main

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// change draws what happens before the next sync.
func (c *cluster) change() {
	for _, possible := range []struct {
		chance float64
		do     func()
	}{
		{0.05, c.addNode}, {0.04, c.removeNode}, {0.08, c.taint}, {0.05, c.relabelNode},
		{0.05, c.editTemplate}, {0.02, c.rollBack}, {0.02, c.editPlacement},
		{0.03, c.switchStrategy}, {0.02, c.setHistoryLimit}, {0.02, c.setMinReady},
		{0.02, c.deletePod}, {0.02, c.addOrphan}, {0.01, c.relabelPod}, {0.01, c.disown},
		{0.006, c.takeName}, {0.006, c.duplicate}, {0.006, c.loseRevision}, {0.004, c.unlabelRevision},
		{0.0005, c.deleteSet},
	} {
		if c.chance(possible.chance) {
			possible.do()
		}
	}
}

func (c *cluster) addNode() {
	c.names++
	c.state.Nodes = append(c.state.Nodes, c.node(c.names))
}

func (c *cluster) removeNode() {
	if n := len(c.state.Nodes); n > 0 {
		i := c.IntN(n)
		c.state.Nodes = slices.Delete(c.state.Nodes, i, i+1)
	}
}

func (c *cluster) anyNode() *v1.Node {
	if len(c.state.Nodes) == 0 {
		return nil
	}
	return oneOf(c.dice, c.state.Nodes...)
}

func (c *cluster) taint() {
	if node := c.anyNode(); node != nil {
		if node.Spec.Taints = nil; c.chance(0.5) {
			node.Spec.Taints = c.taints(2, c.comparison)
		}
	}
}

func (c *cluster) relabelNode() {
	if node := c.anyNode(); node != nil {
		node.Labels = c.labels(4, c.odd)
	}
}

// newGeneration follows every change of the specification (A22).
func (c *cluster) newGeneration(template bool) {
	ds := c.state.DaemonSet
	ds.Generation++
	if text, found := ds.Annotations[apps.DeprecatedTemplateGeneration]; found && template {
		n, err := strconv.Atoi(text)
		must(err)
		ds.Annotations[apps.DeprecatedTemplateGeneration] = strconv.Itoa(n + 1)
	}
}

func (c *cluster) editTemplate() {
	t := &c.state.DaemonSet.Spec.Template
	c.names++
	image := fmt.Sprintf("registry.example/agent:e%d", c.names)
	t.Spec.Containers[0].Image = image
	c.bad[image] = c.chance(0.25)
	c.templates = append(c.templates, t.DeepCopy())
	c.newGeneration(true)
}

// rollBack returns to a template that was in use before.
func (c *cluster) rollBack() {
	c.state.DaemonSet.Spec.Template = *oneOf(c.dice, c.templates...).DeepCopy()
	c.newGeneration(true)
}

func (c *cluster) editPlacement() {
	spec := &c.state.DaemonSet.Spec.Template.Spec
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
	c.templates = append(c.templates, c.state.DaemonSet.Spec.Template.DeepCopy())
	c.newGeneration(true)
}

func (c *cluster) switchStrategy() {
	c.onDelete, c.oddBudget = 0.15, 0.1
	c.strategy(c.state.DaemonSet)
	c.newGeneration(false)
}

func (c *cluster) setHistoryLimit() {
	limit := int32(oneOf(c.dice, 0, 1, 2, 3, 10))
	c.state.DaemonSet.Spec.RevisionHistoryLimit = &limit
	c.newGeneration(false)
}

func (c *cluster) setMinReady() {
	c.state.DaemonSet.Spec.MinReadySeconds = int32(oneOf(c.dice, 0, 0, 1, 10, 60))
	c.newGeneration(false)
}

func (c *cluster) anyPod() *v1.Pod {
	if len(c.state.Pods) == 0 {
		return nil
	}
	return oneOf(c.dice, c.state.Pods...)
}

func (c *cluster) deletePod() {
	if p := c.anyPod(); p != nil {
		c.markDeleted(p.Name)
	}
}

// addOrphan makes a pod that somebody started by hand, bound to a node, which the DaemonSet adopts (D4).
func (c *cluster) addOrphan() {
	node := c.anyNode()
	if node == nil {
		return
	}
	p := podOn(c.state, node)
	p.Name, p.OwnerReferences = c.newName("orphan"), nil
	p.UID, p.CreationTimestamp = types.UID(p.Name), metav1.NewTime(c.state.Now.Truncate(time.Second))
	p.Spec.Containers = []v1.Container{{Name: "main", Image: "registry.example/agent:by-hand"}}
	if c.chance(0.5) && len(c.state.ControllerRevisions) > 0 {
		p.Labels[hashLabel] = hashOf(oneOf(c.dice, c.state.ControllerRevisions...))
	}
	c.state.Pods = append(c.state.Pods, p)
}

// relabelPod takes a pod away from the selector (D4).
func (c *cluster) relabelPod() {
	if p := c.anyPod(); p != nil {
		metav1.SetMetaDataLabel(&p.ObjectMeta, "app", "debugged")
	}
}

func (c *cluster) disown() {
	if p := c.anyPod(); p != nil {
		p.OwnerReferences = nil
	}
}

// takeName puts a revision of somebody else where the one of the present template would go (G13).
func (c *cluster) takeName() {
	c.editTemplate()
	c.uniqueRevision(c.state.DaemonSet.Name+"-"+c.hashOfTemplate(&c.state.DaemonSet.Spec.Template), nil)
}

// duplicate copies the revision of the present template under another name (G10).
func (c *cluster) duplicate() {
	c.uniqueRevision(c.newName(c.state.DaemonSet.Name), revisionData(c.state.DaemonSet))
}

// uniqueRevision adds a revision; without data it is an orphan that holds another template and does not match.
func (c *cluster) uniqueRevision(name string, data []byte) {
	for _, r := range c.state.ControllerRevisions {
		if r.Name == name {
			return
		}
	}
	number := int64(len(c.state.ControllerRevisions))
	if data == nil {
		r := c.revision(name, name, c.otherData(name), number)
		r.OwnerReferences, r.Labels = nil, map[string]string{"app": "other"}
		c.state.ControllerRevisions = append(c.state.ControllerRevisions, r)
		return
	}
	c.state.ControllerRevisions = append(c.state.ControllerRevisions, c.revision(name, c.newName("h"), data, number))
}

func (c *cluster) loseRevision() {
	if n := len(c.state.ControllerRevisions); n > 0 {
		i := c.IntN(n)
		c.state.ControllerRevisions = slices.Delete(c.state.ControllerRevisions, i, i+1)
	}
}

func (c *cluster) unlabelRevision() {
	if n := len(c.state.ControllerRevisions); n > 0 {
		delete(c.state.ControllerRevisions[c.IntN(n)].Labels, hashLabel)
	}
}

// deleteSet begins the end of the DaemonSet; from here on the controller leaves everything alone (I6).
func (c *cluster) deleteSet() {
	at := metav1.NewTime(c.state.Now.Truncate(time.Second))
	c.state.DaemonSet.DeletionTimestamp, c.state.DaemonSet.Finalizers = &at, []string{"foregroundDeletion"}
}
