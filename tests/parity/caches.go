// SPDX-License-Identifier: Apache-2.0

// The controller's other collaborators: caches whose lists come in another order each time, as caches promise none and
// small Go maps vary less than they may; and a queue, a recorder and expectations that note what they are told.

package main

import (
	"fmt"
	"time"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	appslisters "k8s.io/client-go/listers/apps/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller"
)

type queue struct {
	workqueue.TypedRateLimitingInterface[string]
	u *upstream
}

func (q queue) AddAfter(_ string, d time.Duration) {
	q.u.out.rest.RequeueAfterSeconds = append(q.u.out.rest.RequeueAfterSeconds, d.Seconds())
}

type recorder struct{ u *upstream }

func (r recorder) Event(_ runtime.Object, kind, reason, message string) {
	r.u.out.rest.Events = append(r.u.out.rest.Events, Event{kind, reason, message})
}

func (r recorder) Eventf(o runtime.Object, kind, reason, format string, args ...any) {
	r.Event(o, kind, reason, fmt.Sprintf(format, args...))
}

func (r recorder) AnnotatedEventf(o runtime.Object, _ map[string]string, kind, reason, format string, args ...any) {
	r.Eventf(o, kind, reason, format, args...)
}

type recordingExpectations struct {
	controller.ControllerExpectationsInterface
	u *upstream
}

func (e recordingExpectations) SetExpectations(l klog.Logger, key string, creates, deletes int) error {
	e.u.out.phases = append(e.u.out.phases, InFlight{Creates: creates, Deletes: deletes})
	return e.ControllerExpectationsInterface.SetExpectations(l, key, creates, deletes)
}

type nodeLister struct {
	corelisters.NodeLister
	u *upstream
}

func (l nodeLister) List(s labels.Selector) ([]*v1.Node, error) {
	list, err := l.NodeLister.List(s)
	return shuffled(l.u, list), err
}

type podIndexer struct {
	cache.Indexer
	u *upstream
}

func (i podIndexer) ByIndex(index, value string) ([]any, error) {
	list, err := i.Indexer.ByIndex(index, value)
	return shuffled(i.u, list), err
}

type revisionLister struct {
	appslisters.ControllerRevisionLister
	u *upstream
}

type revisionNamespaceLister struct {
	appslisters.ControllerRevisionNamespaceLister
	u *upstream
}

func (l revisionLister) ControllerRevisions(namespace string) appslisters.ControllerRevisionNamespaceLister {
	return revisionNamespaceLister{l.ControllerRevisionLister.ControllerRevisions(namespace), l.u}
}

func (l revisionNamespaceLister) List(s labels.Selector) ([]*apps.ControllerRevision, error) {
	list, err := l.ControllerRevisionNamespaceLister.List(s)
	return shuffled(l.u, list), err
}

func shuffled[T any](u *upstream, list []T) []T {
	u.random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}
