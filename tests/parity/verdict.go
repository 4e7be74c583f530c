// SPDX-License-Identifier: Apache-2.0

// May a node run the pod (C4)? Both sides are asked, node by node: for the nodes of every state, and for nodes and
// DaemonSets that are drawn for this alone.

package main

/*
#include "daemonset.h"
*/
import "C"

import (
	"fmt"
	"math/rand/v2"
	"unsafe"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller/daemon"
)

const (
	fieldNodes = 60 // of one field of pairs
	fieldSets  = 40
)

// verdictOf is the controller's word in the library's numbers.
func verdictOf(s *State, node *v1.Node) int {
	run, stay := daemon.NodeShouldRunDaemonPod(klog.Background(), node, s.DaemonSet)
	switch {
	case run:
		return int(C.DSET_VERDICT_RUN)
	case stay:
		return int(C.DSET_VERDICT_STAY)
	}
	return int(C.DSET_VERDICT_NEITHER)
}

// stays names the nodes on which an existing pod may stay.
func stays(s *State) map[string]bool {
	out := map[string]bool{}
	for _, node := range s.Nodes {
		out[node.Name] = verdictOf(s, node) != int(C.DSET_VERDICT_NEITHER)
	}
	return out
}

// compareVerdicts asks about the nodes of the state whose plan was just made.
func (b *bench) compareVerdicts(s *State) (faults []string) {
	nodes := unsafe.Slice(b.library.asked.nodes, len(s.Nodes))
	got := make([]int, len(nodes))
	if err := b.library.verdicts(b.library.asked.daemonset, nodes, s.Options.CompareTolerations, got); err != nil {
		return []string{"verdicts: " + err.Error()}
	}
	for i, node := range s.Nodes {
		if want := verdictOf(s, node); got[i] != want {
			faults = append(faults, fmt.Sprintf("verdict: node %s: got %d, want %d", node.Name, got[i], want))
		}
	}
	return faults
}

// field compares every pair of some nodes and some DaemonSets. For each DaemonSet with pairs that differ it returns
// the state of the first one.
func (b *bench) field(seed uint64, i int) (pairs int, failed []*State) {
	draws := &builder{dice: dice{rand.New(rand.NewPCG(seed, uint64(i)))}, dials: calm}
	draws.odd, draws.oddTemplate, draws.tainted = 0.15, 0.7, 0.7
	if gated(i) {
		draws.comparison = 0.6
	}
	draws.uid = ownUID
	draws.begin("field")
	b.library.memory.reset()
	nodes, asked := make([]*v1.Node, fieldNodes), make([]*C.dset_node, fieldNodes)
	for k := range nodes {
		nodes[k] = draws.node(k)
		asked[k] = b.library.memory.node(nodes[k])
	}
	got := make([]int, fieldNodes)
	for k := range fieldSets {
		draws.begin(fmt.Sprintf("field-%d-%d-%d", seed, i, k))
		s := draws.state
		s.Now, s.Options.CompareTolerations = start, gated(i)
		draws.daemonSet(fieldNodes)
		err := b.library.verdicts(b.library.memory.daemonSet(s.DaemonSet), asked, s.Options.CompareTolerations, got)
		must(err)
		for n, node := range nodes {
			if got[n] != verdictOf(s, node) {
				s.Nodes, s.Options.RevisionHash = []*v1.Node{node}, ownHash(s)
				s.Pods = []*v1.Pod{podOn(s, node)}
				failed = append(failed, s)
				break
			}
		}
		pairs += len(nodes)
	}
	return pairs, failed
}

// podOn is a plain pod of the DaemonSet, so that a verdict on its node shows in a plan.
func podOn(s *State, node *v1.Node) *v1.Pod {
	yes, p := true, &v1.Pod{}
	p.Name, p.Namespace, p.UID, p.Spec.NodeName = "p", s.DaemonSet.Namespace, "p-1", node.Name
	p.Labels, p.CreationTimestamp = map[string]string{"app": "agent", "tier": "node"}, metav1.NewTime(s.Now)
	p.OwnerReferences = []metav1.OwnerReference{{APIVersion: "apps/v1", Kind: "DaemonSet", Name: s.DaemonSet.Name,
		UID: s.DaemonSet.UID, Controller: &yes}}
	return p
}
