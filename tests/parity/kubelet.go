// SPDX-License-Identifier: Apache-2.0

// What happens to the pods of a trajectory by themselves: the scheduler binds them, kubelets start them, they become
// ready, fail, succeed, and go away when they were deleted.
//
//	created ─► bound ─► running ─► ready ⇄ not ready
//	                   └──────────┴─► failed, succeeded     deleted ─► (failed, succeeded) ─► gone

package main

import (
	"slices"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubernetes/pkg/controller/daemon/util"
)

// kubelets takes every pod one step further, or leaves it as it is.
func (c *cluster) kubelets() {
	exists := map[string]bool{}
	for _, node := range c.state.Nodes {
		exists[node.Name] = true
	}
	c.state.Pods = slices.DeleteFunc(c.state.Pods, func(p *v1.Pod) bool {
		bound := p.Spec.NodeName != ""
		switch {
		case bound && !exists[p.Spec.NodeName]:
			return c.chance(0.3) // swept up, as its node is gone
		case p.DeletionTimestamp != nil:
			return c.terminate(p)
		case !bound:
			c.schedule(p, exists)
		default:
			c.live(p)
		}
		return false
	})
}

func (c *cluster) schedule(p *v1.Pod, exists map[string]bool) {
	if node, err := util.GetTargetNodeName(p); err == nil && exists[node] && c.chance(0.7) {
		p.Spec.NodeName = node
	}
}

// terminate says whether a deleted pod is gone.
func (c *cluster) terminate(p *v1.Pod) bool {
	if c.chance(0.2) {
		p.Status.Phase = oneOf(c.dice, v1.PodFailed, v1.PodSucceeded)
		c.setReady(p, v1.ConditionFalse)
	}
	return c.chance(0.4) || c.quiet
}

func (c *cluster) live(p *v1.Pod) {
	well := c.quiet || !c.bad[p.Spec.Containers[0].Image]
	ready := readyCondition(p)
	isReady := ready != nil && ready.Status == v1.ConditionTrue
	switch {
	case terminal(p):
	case p.Status.Phase != v1.PodRunning:
		if c.chance(0.7) || c.quiet {
			p.Status.Phase = v1.PodRunning
		}
	case !isReady && well:
		if c.chance(0.6) || c.quiet {
			c.setReady(p, v1.ConditionTrue)
		}
	case c.quiet:
	case !isReady && c.chance(0.1), isReady && c.chance(0.015):
		p.Status.Phase = oneOf(c.dice, v1.PodFailed, v1.PodFailed, v1.PodSucceeded, v1.PodUnknown)
		c.setReady(p, v1.ConditionFalse)
	case isReady && c.chance(0.02):
		c.setReady(p, v1.ConditionFalse)
	}
}

// setReady changes the condition; a time moves only when the status does.
func (c *cluster) setReady(p *v1.Pod, status v1.ConditionStatus) {
	now := metav1.NewTime(c.state.Now.Truncate(time.Second))
	ready := readyCondition(p)
	if ready == nil {
		p.Status.Conditions = append(p.Status.Conditions, v1.PodCondition{Type: v1.PodReady, Status: status,
			LastTransitionTime: now})
	} else if ready.Status != status {
		ready.Status, ready.LastTransitionTime = status, now
	}
}
