// SPDX-License-Identifier: Apache-2.0

// One sync of the real controller. A controller is built once; per sync its caches are filled anew and every
// collaborator that has memory (expectations, backoff, queue, recorder) is replaced. The fields are unexported, so
// they are set by reflection: a field that is renamed upstream fails here loudly, on start.

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"
	"unsafe"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	appslisters "k8s.io/client-go/listers/apps/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/flowcontrol"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller"
	"k8s.io/kubernetes/pkg/controller/daemon"
	consistencyutil "k8s.io/kubernetes/pkg/controller/util/consistency"
)

const hashLabel = apps.DefaultDaemonSetUniqueLabelKey

// outcome is everything one sync did, on either side.
type outcome struct {
	creates, deletes []string
	created          map[string]*v1.Pod
	phases           []InFlight // the expectations that manage and then rolling set: the lengths of their lists
	rest             Expect     // all members of Expect that are not a choice
	newRevision      *apps.ControllerRevision
	collisions       int32                 // the count that was written (G13)
	repeated         bool                  // a claim was sent more than once (D14)
	nextCheck        int64                 // in milliseconds; this and the rest of the library only
	computed         *apps.DaemonSetStatus // written or not
	hash             *string               // of the pods to create
	panicked         any
}

// upstream holds the controller and what the current sync records.
type upstream struct {
	controller *daemon.DaemonSetsController
	client     *fake.Clientset
	sync       func(context.Context, string) error
	factory    informers.SharedInformerFactory
	random     *rand.Rand
	state      *State
	out        *outcome
	mutex      sync.Mutex
}

func newUpstream() (*upstream, error) {
	client := &fake.Clientset{}
	u := &upstream{random: rand.New(rand.NewPCG(1, 1)), client: client}
	client.AddReactor("*", "*", u.react)
	u.factory = informers.NewSharedInformerFactory(client, 0)
	sets, revisions := u.factory.Apps().V1().DaemonSets(), u.factory.Apps().V1().ControllerRevisions()
	pods, nodes := u.factory.Core().V1().Pods(), u.factory.Core().V1().Nodes()
	var err error
	u.controller, err = daemon.NewDaemonSetsController(context.Background(), sets, revisions, pods, nodes, client,
		flowcontrol.NewBackOff(time.Second, 15*time.Minute))
	if err != nil {
		return nil, err
	}
	field(u.controller, "queue", func(q *workqueue.TypedRateLimitingInterface[string]) { *q = queue{*q, u} })
	field(u.controller, "eventRecorder", func(r *record.EventRecorder) { *r = recorder{u} })
	field(u.controller, "podControl", func(c *controller.PodControlInterface) {
		*c = controller.RealPodControl{KubeClient: client, Recorder: &record.FakeRecorder{}}
	})
	field(u.controller, "consistencyStore", func(c *consistencyutil.ConsistencyStore) {
		*c = consistencyutil.NewNoopConsistencyStore()
	})
	field(u.controller, "nodeLister", func(l *corelisters.NodeLister) { *l = nodeLister{*l, u} })
	field(u.controller, "podIndexer", func(i *cache.Indexer) { *i = podIndexer{*i, u} })
	field(u.controller, "historyLister", func(l *appslisters.ControllerRevisionLister) { *l = revisionLister{*l, u} })
	field(u.controller, "syncHandler", func(f *func(context.Context, string) error) { u.sync = *f })
	return u, nil
}

// field hands out a pointer to an unexported field of the controller.
func field[T any](c *daemon.DaemonSetsController, name string, use func(*T)) {
	f := reflect.ValueOf(c).Elem().FieldByName(name)
	if !f.IsValid() || f.Type() != reflect.TypeFor[T]() {
		panic(fmt.Sprintf("the controller has no field %q of type %v", name, reflect.TypeFor[T]()))
	}
	use((*T)(unsafe.Pointer(f.UnsafeAddr())))
}

// load fills the caches with a state.
func (u *upstream) load(s *State) {
	fill(u.factory.Apps().V1().DaemonSets().Informer(), []*apps.DaemonSet{s.DaemonSet})
	fill(u.factory.Apps().V1().ControllerRevisions().Informer(), s.ControllerRevisions)
	fill(u.factory.Core().V1().Pods().Informer(), s.Pods)
	fill(u.factory.Core().V1().Nodes().Informer(), s.Nodes)
	u.state = s
}

// run does one sync of the loaded state with at most burst creates and deletes per phase.
func (u *upstream) run(burst int) (out *outcome) {
	s := u.state
	out = &outcome{created: map[string]*v1.Pod{}}
	u.out = out
	defer u.client.ClearActions() // it keeps a copy of every call that it was sent
	defer func() {
		if p := recover(); p != nil {
			out.panicked = p
		}
	}()
	key := s.DaemonSet.Namespace + "/" + s.DaemonSet.Name
	backoff, entries := newBackoff(s)
	field(u.controller, "expectations", func(e *controller.ControllerExpectationsInterface) {
		*e = recordingExpectations{newExpectations(s, key), u}
	})
	field(u.controller, "failedPodsBackoff", func(b **flowcontrol.Backoff) { *b = backoff })
	field(u.controller, "burstReplicas", func(b *int) { *b = burst })
	if err := u.sync(context.Background(), key); err != nil {
		out.rest.Error = err.Error()
	}
	out.rest.Backoff = readBackoff(entries, s)
	out.sort()
	return out
}

// newExpectations holds what is in flight. Its age is counted from the wall clock (E20), so a state that has it in
// flight for longer than the limit gets a record that is as old.
func newExpectations(s *State, key string) *controller.ControllerExpectations {
	expectations := controller.NewControllerExpectations()
	if s.InFlight != nil {
		must(expectations.SetExpectations(klog.Background(), key, s.InFlight.Creates, s.InFlight.Deletes))
		if s.InFlight.Since != nil {
			age(expectations, key, s.Now.Sub(*s.InFlight.Since))
		}
	}
	return expectations
}

func fill[T any](informer cache.SharedIndexInformer, objects []T) {
	list := make([]any, len(objects))
	for i, object := range objects {
		list[i] = object
	}
	must(informer.GetIndexer().Replace(list, ""))
}

// sort makes outcomes comparable; what a phase repeats (claiming, D14) is kept once.
func (o *outcome) sort() {
	slices.Sort(o.creates)
	slices.Sort(o.deletes)
	for _, list := range []*[]string{&o.rest.AdoptPods, &o.rest.ReleasePods, &o.rest.AdoptRevisions,
		&o.rest.ReleaseRevisions} {
		before := len(*list)
		slices.Sort(*list)
		*list = slices.Compact(*list)
		o.repeated = o.repeated || len(*list) < before
	}
	slices.Sort(o.rest.DeleteRevisions)
	slices.SortFunc(o.rest.LabelPods, func(a, b PodLabel) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(o.rest.UpdateRevisions, func(a, b RevisionWrite) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(o.rest.Events, func(a, b Event) int { return strings.Compare(a.Reason+a.Message, b.Reason+b.Message) })
	slices.Sort(o.rest.RequeueAfterSeconds)
	o.rest.RequeueAfterSeconds = slices.Compact(o.rest.RequeueAfterSeconds)
}
