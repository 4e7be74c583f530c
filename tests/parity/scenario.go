// SPDX-License-Identifier: Apache-2.0

// What a trajectory's cluster is like: how its kubelets behave, how long things take, what goes wrong.

package main

/*
#include "daemonset.h"
*/
import "C"

import (
	"time"
	"unsafe"
)

const (
	mostTemplates = 60            // of which some are bad
	badTemplate   = 0.25          // so many of them
	calmAfter     = 6 * time.Hour // from then on nothing goes wrong
)

func span(least, most int) C.dset_span { return C.dset_span{C.int64_t(least), C.int64_t(most)} }

// scenario draws the cluster around the state's nodes and DaemonSet.
func (c *cluster) scenario(m *memory) *C.dset_scenario {
	out, s := one[C.dset_scenario](m), c.state
	out.size, out.seed, out.start_ms = C.size_t(unsafe.Sizeof(*out)), C.uint64_t(c.Uint64()), C.int64_t(s.Now.UnixMilli())
	out.controller, out.options = C.DSET_CONTROLLER_NONE, m.options(Options{CompareTolerations: s.Options.CompareTolerations})
	nodes, sets := list[*C.dset_node](m, len(s.Nodes)), list[*C.dset_daemonset](m, 1)
	for i, node := range s.Nodes {
		nodes[i] = m.node(node)
	}
	sets[0] = m.daemonSet(s.DaemonSet)
	out.nodes, out.node_count = first(nodes), C.size_t(len(nodes))
	out.daemonsets, out.daemonset_count = first(sets), 1
	kubelets := c.kubelets(m)
	out.kubelets, out.kubelet_count = first(kubelets), C.size_t(len(kubelets))
	out.delays = c.delays(m)
	if c.faulty = c.chance(0.4); c.faulty {
		out.faults = c.faults(m)
	}
	return out
}

// kubelets draws the rules: some templates are bad, some nodes are shaky, the first pods of a node may fail.
func (c *cluster) kubelets(m *memory) (rules []*C.dset_kubelet) {
	quick := c.chance(0.2)
	add := func() *C.dset_kubelet {
		rule := one[C.dset_kubelet](m)
		rule.size = C.size_t(unsafe.Sizeof(*rule))
		if !quick {
			rule.start, rule.ready, rule.stop = span(0, 4000), span(0, 8000), span(0, oneOf(c.dice, 0, 10000, 40000))
		}
		rules = append(rules, rule)
		return rule
	}
	for number := 2; number <= mostTemplates; number++ {
		if !c.chance(badTemplate) {
			continue
		}
		c.bad[number] = true
		rule := add()
		rule.template_number = C.uint32_t(number)
		if rule.never_ready = C.bool(c.chance(0.6)); !rule.never_ready {
			rule.fail_per_mille, rule.fail = C.uint32_t(c.between(200, 1000)), span(0, 20000)
		}
	}
	if c.chance(0.3) {
		rule := add()
		rule.node, rule.flaps, rule.up, rule.down = m.text(oneOf(c.dice, "n1*", "n2", "n3")), 3, span(1000, 60000), span(0, 30000)
	}
	if c.chance(0.4) {
		rule := add()
		rule.pods, rule.fail_per_mille, rule.fail = 4, C.uint32_t(c.between(50, 400)), span(0, 60000)
	}
	add()
	return rules
}

func (c *cluster) delays(m *memory) *C.dset_delays {
	out := one[C.dset_delays](m)
	out.size = C.size_t(unsafe.Sizeof(*out))
	lag := oneOf(c.dice, 0, 0, 500, 3000, 30000)
	for kind := range out.watch {
		out.watch[kind] = span(0, oneOf(c.dice, 0, lag, lag))
	}
	out.schedule, out.collect, out.restart = span(0, oneOf(c.dice, 0, 3000, 20000)), span(0, 60000), span(0, 20000)
	return out
}

// faults draws how often writes and watches go wrong.
func (c *cluster) faults(m *memory) *C.dset_fault_rates {
	out := one[C.dset_fault_rates](m)
	out.size, out.until_ms = C.size_t(unsafe.Sizeof(*out)), C.int64_t(start.Add(calmAfter).UnixMilli())
	for _, fault := range []int{C.DSET_FAULT_FAILED, C.DSET_FAULT_CONFLICT, C.DSET_FAULT_LOST_REQUEST,
		C.DSET_FAULT_LOST_ANSWER, C.DSET_FAULT_WATCH_LOST, C.DSET_FAULT_STALE_LIST, C.DSET_FAULT_UNOBSERVED} {
		out.per_mille[fault] = C.uint32_t(oneOf(c.dice, 0, 20, 60))
	}
	return out
}
