// SPDX-License-Identifier: Apache-2.0

// The controller as it runs in a cluster whose caches are filled: its own listers, which hand out what they have, and
// a stub in the place of the calls that create and delete pods.

package main

import (
	"context"
	"slices"
	"sync"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	appslisters "k8s.io/client-go/listers/apps/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/flowcontrol"
	"k8s.io/kubernetes/pkg/controller"
)

// newSteady takes the shuffling listers of parity away again.
func newSteady() *upstream {
	u, err := newUpstream()
	must(err)
	core := u.factory.Core().V1()
	field(u.controller, "nodeLister", func(l *corelisters.NodeLister) { *l = core.Nodes().Lister() })
	field(u.controller, "podIndexer", func(i *cache.Indexer) { *i = core.Pods().Informer().GetIndexer() })
	field(u.controller, "historyLister", func(l *appslisters.ControllerRevisionLister) {
		*l = u.factory.Apps().V1().ControllerRevisions().Lister()
	})
	field(u.controller, "podControl", func(c *controller.PodControlInterface) { *c = &stubControl{u: u} })
	return u
}

// stubControl notes what is created and deleted. It builds no pod, sends nothing, records no event.
type stubControl struct {
	controller.RealPodControl // without a client: any other call fails
	u                         *upstream
	mutex                     sync.Mutex
}

func (c *stubControl) CreatePods(_ context.Context, _ string, t *v1.PodTemplateSpec, _ runtime.Object, _ *metav1.OwnerReference) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.u.out.creates = append(c.u.out.creates, pinnedTo(&v1.Pod{Spec: t.Spec}))
	return nil
}

func (c *stubControl) DeletePod(_ context.Context, _, name string, _ runtime.Object) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.u.out.deletes = append(c.u.out.deletes, name)
	return nil
}

// loadAll fills the caches with DaemonSets that stand on the same nodes.
func (u *upstream) loadAll(states []*State) {
	u.load(states[0])
	if len(states) == 1 {
		return
	}
	var sets []*apps.DaemonSet
	var revisions []*apps.ControllerRevision
	var pods []*v1.Pod
	for _, s := range states {
		sets, revisions, pods = append(sets, s.DaemonSet), slices.Concat(revisions, s.ControllerRevisions), append(pods, s.Pods...)
	}
	fill(u.factory.Apps().V1().DaemonSets().Informer(), sets)
	fill(u.factory.Apps().V1().ControllerRevisions().Informer(), revisions)
	fill(u.factory.Core().V1().Pods().Informer(), pods)
}

// ready makes the controller forget what its last syncs sent, as if it had been observed.
func (u *upstream) ready(s *State) {
	u.out = &outcome{}
	u.client.ClearActions()
	backoff, _ := newBackoff(s)
	field(u.controller, "failedPodsBackoff", func(b **flowcontrol.Backoff) { *b = backoff })
	field(u.controller, "expectations", func(e *controller.ControllerExpectationsInterface) {
		*e = newExpectations(s, keyOf(s))
	})
}

func keyOf(s *State) string { return s.DaemonSet.Namespace + "/" + s.DaemonSet.Name }

// syncAll is the work that is timed.
func (u *upstream) syncAll(keys []string) {
	for _, key := range keys {
		must(u.sync(context.Background(), key))
	}
}
