// SPDX-License-Identifier: Apache-2.0

// Which sets of deletes the burst limit can leave of manage's list (F19). The list comes node by node, in any order
// of the nodes, then the pods of vanished nodes, again node by node:
//
//	limit                           |
//	n3: complete | n1: complete | n7: partial      n2: nothing      gone1: nothing
//	                              failed, succeeded before excess; excess in order (E2), at last the outdated one (E14)
//	                              of those before excess the pods it owns come before those it adopts (D2)

package main

import (
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubernetes/pkg/controller/daemon/util"
)

// part is deleted in any order: all of pods, and exactly one of each group.
type part struct {
	pods   []string
	groups []Group
}

func (p part) size() int { return len(p.pods) + len(p.groups) }

// taken counts the pods of a part that are deleted; ok says that no group gave too many.
func (p part) taken(deletes []string) (n int, ok bool) {
	ok = true
	for _, pod := range p.pods {
		if slices.Contains(deletes, pod) {
			n++
		}
	}
	for _, group := range p.groups {
		chosen := 0
		for _, pod := range group.From {
			if slices.Contains(deletes, pod) {
				chosen++
			}
		}
		n += chosen
		ok = ok && chosen <= group.Choose
	}
	return n, ok
}

// share is what manage deletes on one node: the pods it owns, those it adopts, then the rest in its order.
type share struct {
	owned, adopted part
	rest           []string
}

func (p share) size() int { return p.owned.size() + p.adopted.size() + len(p.rest) }

type cut struct {
	burst    int
	nodes    []share
	vanished []share
}

// newCut sorts the complete list of deletes into shares.
func newCut(s *State, hash string, deletes []string, groups []Group) *cut {
	c, stay := &cut{burst: burstOf(s)}, stays(s)
	for node, pods := range podsByNode(s) {
		var p share
		slices.SortFunc(pods, order)
		outdated := ""
		for _, pod := range pods {
			early := &p.owned
			if metav1.GetControllerOfNoCopy(pod) == nil {
				early = &p.adopted
			}
			group := slices.IndexFunc(groups, func(g Group) bool { return slices.Contains(g.From, pod.Name) })
			if excess := stay[node] && !terminal(pod) && pod.DeletionTimestamp == nil; excess && outdated == "" &&
				pod.Labels[hashLabel] != hash && surging(s) {
				outdated = pod.Name // the one that E13 keeps: deleted last, when it is replaced
			}
			switch {
			case group >= 0 && !slices.ContainsFunc(early.groups, func(g Group) bool { return g.From[0] == groups[group].From[0] }):
				early.groups = append(early.groups, groups[group])
			case group >= 0 || !slices.Contains(deletes, pod.Name):
			case stay[node] && !terminal(pod) && pod.Name != outdated:
				p.rest = append(p.rest, pod.Name)
			case pod.Name != outdated:
				early.pods = append(early.pods, pod.Name)
			}
		}
		if slices.Contains(deletes, outdated) {
			p.rest = append(p.rest, outdated)
		}
		if slices.ContainsFunc(s.Nodes, func(n *v1.Node) bool { return n.Name == node }) {
			c.nodes = append(c.nodes, p)
		} else {
			c.vanished = append(c.vanished, p)
		}
	}
	return c
}

// admits holds a set of deletes against the shares.
func (c *cut) admits(deletes []string) bool {
	if len(deletes) != c.burst {
		return false
	}
	nodes, vanished := 0, 0
	partialNodes, partialVanished := 0, 0
	for _, list := range []struct {
		shares         []share
		taken, partial *int
	}{{c.nodes, &nodes, &partialNodes}, {c.vanished, &vanished, &partialVanished}} {
		for _, p := range list.shares {
			n, ok := p.taken(deletes)
			if !ok {
				return false
			}
			if *list.taken += n; n > 0 && n < p.size() {
				*list.partial++
			}
		}
	}
	whole := 0
	for _, p := range c.nodes {
		whole += p.size()
	}
	return nodes+vanished == len(deletes) && partialNodes <= 1 && partialVanished <= 1 && (vanished == 0 || nodes == whole)
}

// taken counts the pods of a share that are deleted; ok says that nothing was passed over.
func (p share) taken(deletes []string) (n int, ok bool) {
	owned, ownedOK := p.owned.taken(deletes)
	adopted, adoptedOK := p.adopted.taken(deletes)
	ok = ownedOK && adoptedOK && (adopted == 0 || owned == p.owned.size())
	early, later := owned+adopted, 0
	for i, pod := range p.rest {
		if slices.Contains(deletes, pod) {
			ok = ok && later == i
			later++
		}
	}
	return early + later, ok && (later == 0 || early == p.owned.size()+p.adopted.size())
}

// order is E2.
func order(a, b *v1.Pod) int {
	switch {
	case (a.Spec.NodeName == "") != (b.Spec.NodeName == ""):
		if a.Spec.NodeName != "" {
			return -1
		}
		return 1
	case !a.CreationTimestamp.Equal(&b.CreationTimestamp):
		if a.CreationTimestamp.Before(&b.CreationTimestamp) {
			return -1
		}
		return 1
	}
	return strings.Compare(a.Name, b.Name)
}

func terminal(pod *v1.Pod) bool {
	return pod.Status.Phase == v1.PodFailed || pod.Status.Phase == v1.PodSucceeded
}

// surging is F3.
func surging(s *State) bool { return util.AllowsSurge(s.DaemonSet) }
