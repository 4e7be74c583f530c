// SPDX-License-Identifier: Apache-2.0

// One event and what follows: a pod that is ready no longer, or again, is put into the cluster, or into the
// informer's cache; then both sides plan for its DaemonSet.

package main

/*
#include "daemonset.h"

static int fill_cluster(dset_cluster *cluster, const dset_snapshot *from, dset_error *error) {
  int code = dset_cluster_put_daemonset(cluster, from->daemonset, NULL, error);
  for (size_t i = 0; code == DSET_OK && i < from->revision_count; i++)
    code = dset_cluster_put_revision(cluster, from->revisions[i], error);
  for (size_t i = 0; code == DSET_OK && i < from->node_count; i++)
    code = dset_cluster_put_node(cluster, from->nodes[i], error);
  for (size_t i = 0; code == DSET_OK && i < from->pod_count; i++)
    code = dset_cluster_put_pod(cluster, from->pods[i], error);
  return code;
}

static int events(dset_cluster *cluster, const dset_daemonset *daemonset, dset_pod *pod, int64_t now_ms, size_t times,
                  const dset_plan **plan, dset_error *error) {
  int code = DSET_OK;
  for (size_t i = 0; code == DSET_OK && i < times; i++) {
    pod->ready = !pod->ready;
    code = dset_cluster_put_pod(cluster, pod, error);
    if (code == DSET_OK) code = dset_cluster_plan(cluster, daemonset->ns, daemonset->name, now_ms, plan, error);
  }
  return code;
}
*/
import "C"

import (
	"fmt"
	"reflect"
	"unsafe"

	v1 "k8s.io/api/core/v1"
)

const eventTimes = 1000 // events in one act of the library; even, so that the pod is then as it was

func init() { columns = append(columns, (*stage).events) }

// changing is a settled DaemonSet on both sides, and its pod that changes.
type changing struct {
	*stage
	cluster *C.dset_cluster
	pod     *C.dset_pod
	plan    **C.dset_plan
	problem *C.dset_error
	pods    [2]*v1.Pod // ready, and not
	turn    int
}

// events is a column for settled states alone, and of the largest for one.
func (st *stage) events() *contest {
	s, l := st.states[0], st.libraries[0]
	if len(st.states) > 1 || st.actions > 0 || s.InFlight != nil || len(s.Nodes) > st.all && s.DaemonSet.Spec.Template.Spec.Affinity != nil {
		return nil
	}
	c := &changing{stage: st, pod: one[C.dset_pod](&l.memory), plan: one[*C.dset_plan](&l.memory), problem: one[C.dset_error](&l.memory)}
	*c.pod = **l.asked.pods
	cluster := one[*C.dset_cluster](&l.memory)
	c.must("dset_cluster_new", C.dset_cluster_new(nil, cluster, c.problem))
	c.cluster = *cluster
	c.must("dset_cluster_put", C.fill_cluster(c.cluster, l.asked, c.problem))
	c.pods = [2]*v1.Pod{s.Pods[0], s.Pods[0].DeepCopy()}
	readyCondition(c.pods[1]).Status = v1.ConditionFalse
	c.agree()
	return &contest{name: "event + plan", unit: "ns/event", per: 1,
		ours: side{times: eventTimes, act: func() { c.happens(eventTimes) }},
		peer: side{times: 1, prepare: func() { st.pair.upstream.ready(s) }, act: c.sync},
		done: func() { C.dset_cluster_free(c.cluster) }}
}

// agree holds the status of both sides against each other, after either event.
func (c *changing) agree() {
	for range c.pods {
		c.happens(1)
		plan := readPlan(*c.plan)
		c.pair.upstream.ready(c.states[0])
		c.sync()
		if out := c.pair.upstream.out; !reflect.DeepEqual(out.rest.Status, plan.rest.Status) || len(plan.creates)+len(plan.deletes) > 0 {
			agreed(c.name, []string{fmt.Sprintf("event + plan: controller %+v, cluster %+v", out, plan)})
		}
	}
}

func (c *changing) happens(times int) {
	l := c.libraries[0]
	c.must("dset_cluster_plan", C.events(c.cluster, l.asked.daemonset, c.pod, l.asked.now_ms, C.size_t(times),
		(**C.dset_plan)(unsafe.Pointer(c.plan)), c.problem))
}

func (c *changing) sync() {
	c.turn = 1 - c.turn
	must(c.pair.upstream.factory.Core().V1().Pods().Informer().GetIndexer().Update(c.pods[c.turn]))
	c.pair.upstream.syncAll(c.keys)
}

func (c *changing) must(call string, code C.int) {
	if code != C.DSET_OK {
		must(failure(call, c.problem))
	}
}
