// SPDX-License-Identifier: Apache-2.0

// The parts of a random state: the DaemonSet, the nodes, what the host carries. What a part looks like is decided by
// the dials of its family.

package main

import (
	"fmt"
	"time"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

const (
	ownUID          = "11111111-2222-3333-4444-555555555555"
	otherUID        = "99999999-0000-0000-0000-000000000000"
	currentLabel    = "cur5f8d9c7"
	generationLabel = "pod-template-generation"
)

// builder draws one state.
type builder struct {
	dice
	dials
	state *State
	uid   types.UID
	// hashes are the labels pods may carry: of revisions, and of none.
	hashes []string
}

func (b *builder) begin(name string) {
	b.state = &State{Name: name, Nodes: []*v1.Node{}, Pods: []*v1.Pod{}, ControllerRevisions: []*apps.ControllerRevision{}}
}

func (b *builder) build() {
	b.uid = ownUID
	if b.chance(b.oddNames * 0.1) {
		b.uid = ""
	}
	b.state.Now = start
	if b.chance(b.fraction) {
		b.state.Now = start.Add(time.Duration(b.between(1, 999)) * time.Millisecond)
	}
	nodes := b.between(b.nodes[0], b.nodes[1])
	b.daemonSet(nodes)
	b.revisions()
	for i := range nodes {
		b.state.Nodes = append(b.state.Nodes, b.node(i))
		b.podsOf(b.state.Nodes[i].Name, i)
	}
	for i := range 3 {
		if b.chance(b.vanished) {
			b.podsOf(fmt.Sprintf("gone%d", i), 1000+i)
		}
	}
	b.host()
	b.Shuffle(nodes, func(i, j int) { b.state.Nodes[i], b.state.Nodes[j] = b.state.Nodes[j], b.state.Nodes[i] })
	pods := b.state.Pods
	b.Shuffle(len(pods), func(i, j int) { pods[i], pods[j] = pods[j], pods[i] })
}

func (b *builder) daemonSet(nodes int) {
	ds := &apps.DaemonSet{TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "DaemonSet"}}
	b.state.DaemonSet = ds
	ds.Name, ds.Namespace, ds.UID = "agent", "kube-system", b.uid
	if b.chance(b.oddNames * 0.3) {
		ds.Name = oneOf(b.dice, "a.b-c", "x", "0", "agent-with-a-name-that-is-longer-than-fifty-eight-bytes-for-sure-it-is")
	}
	ds.CreationTimestamp = metav1.NewTime(start.Add(-24 * time.Hour))
	ds.Generation = int64(b.between(1, 9))
	if b.chance(b.generation) {
		ds.Annotations = map[string]string{apps.DeprecatedTemplateGeneration: oneOf(b.dice, "1", "1", "2", "007", "x", "",
			"-1", "+1", "99999999999999999999", " 1")}
	}
	if b.chance(b.dsDeleting) {
		at := metav1.NewTime(start.Add(-time.Minute))
		ds.DeletionTimestamp, ds.Finalizers = &at, []string{"foregroundDeletion"}
	}
	b.template(&ds.Spec.Template, nodes)
	b.selector(ds)
	b.strategy(ds)
	if b.chance(b.minReady) {
		ds.Spec.MinReadySeconds = int32(oneOf(b.dice, 1, 5, 30, 60))
	}
	limit := int32(oneOf(b.dice, 0, 1, 2, 10, 10))
	if b.chance(b.great) {
		ds.Generation = oneOf[int64](b.dice, 1<<31, 1<<53+1, 1<<63-1)
		ds.Spec.MinReadySeconds = oneOf[int32](b.dice, 1<<31-1, 1<<30, 1)
		limit = 1<<31 - 1
	}
	ds.Spec.RevisionHistoryLimit = &limit
	b.status(ds)
}

func (b *builder) template(t *v1.PodTemplateSpec, nodes int) {
	grace := int64(30)
	t.Labels = map[string]string{"app": "agent"}
	if b.chance(0.3) {
		t.Labels["tier"] = "node"
	}
	if b.chance(0.15) {
		t.Annotations = map[string]string{"note": oneOf(b.dice, "<a & b>", "é\u2028\"\\", "line\nend\t", "x", "\u007f")}
	}
	if b.chance(b.oddTemplate * 0.1) {
		t.Finalizers = []string{"example.com/hold"}
	}
	t.Spec = v1.PodSpec{RestartPolicy: "Always", DNSPolicy: "ClusterFirst", SchedulerName: "default-scheduler",
		SecurityContext: &v1.PodSecurityContext{}, TerminationGracePeriodSeconds: &grace,
		Containers: []v1.Container{{Name: "main", Image: "registry.example/agent:" + oneOf(b.dice, "v1", "v2", "v3"),
			ImagePullPolicy: "IfNotPresent", TerminationMessagePath: "/dev/termination-log", TerminationMessagePolicy: "File"}}}
	t.Spec.HostNetwork = b.chance(0.2)
	if b.chance(b.oddTemplate) {
		t.Spec.Tolerations = b.tolerations(4, b.comparison)
	}
	if b.chance(b.oddTemplate * 0.5) {
		t.Spec.NodeSelector = b.labels(1, b.odd)
	}
	if b.chance(b.oddTemplate) {
		t.Spec.Affinity = b.nodeAffinity(b.odd, nodes)
	}
	if b.chance(b.oddTemplate * 0.15) {
		t.Spec.NodeName = nodeName(b.IntN(nodes + 1))
	}
}

func (b *builder) selector(ds *apps.DaemonSet) {
	ds.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "agent"}}
	if !b.chance(b.oddSelector) {
		return
	}
	r := func(key string, op metav1.LabelSelectorOperator, values ...string) *metav1.LabelSelector {
		return &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{
			{Key: key, Operator: op, Values: values}}}
	}
	if b.chance(b.noLabels) { // a valid DaemonSet all the same (B8), but no pod can be made from it
		ds.Spec.Template.Labels, ds.Spec.Selector = nil, r("nope", "DoesNotExist")
		return
	}
	valid := []*metav1.LabelSelector{r("app", "In", "agent", "other"), r("app", "Exists"), r("app", "NotIn", "x"),
		r("app", "NotIn", "other"),
		r("nope", "DoesNotExist"), r("tier", "In", "node", "edge"), r("tier", "NotIn", "edge"), r("app", "In", "other"),
		{MatchLabels: map[string]string{"app": "agent", "tier": "node"}}, {MatchLabels: map[string]string{"app": "other"}}}
	unusable := []*metav1.LabelSelector{nil, {}, r("app", "In"), r("app", "Exists", "x"), r("app", "Odd", "agent"),
		r("bad key!", "Exists"), r("app", "In", "bad value!"), {MatchLabels: map[string]string{"app": "bad value!"}},
		{MatchLabels: map[string]string{"a/b/c": "x"}}}
	if ds.Spec.Selector = oneOf(b.dice, valid...); b.chance(b.badSelector) {
		ds.Spec.Selector = oneOf(b.dice, unusable...)
	}
	if s := ds.Spec.Selector; s != nil && len(s.MatchExpressions) > 0 && b.chance(0.5) {
		s.MatchLabels = map[string]string{"app": "agent"}
	}
}

func (b *builder) strategy(ds *apps.DaemonSet) {
	s := &ds.Spec.UpdateStrategy
	s.Type = apps.RollingUpdateDaemonSetStrategyType
	s.RollingUpdate = &apps.RollingUpdateDaemonSet{MaxUnavailable: b.budget(b.oddBudget), MaxSurge: zeroBudget()}
	if b.chance(b.great) {
		// No greater: the controller reserves memory for as many names as maxUnavailable says.
		v := oneOf(b.dice, intstr.FromInt32(1<<20), intstr.FromString("99999%"), intstr.FromString("100000%"))
		s.RollingUpdate.MaxUnavailable = &v
	}
	if b.chance(b.surge) {
		s.RollingUpdate.MaxUnavailable, s.RollingUpdate.MaxSurge = s.RollingUpdate.MaxSurge, s.RollingUpdate.MaxUnavailable
	}
	if b.chance(b.onDelete) {
		s.Type = apps.OnDeleteDaemonSetStrategyType
		if b.chance(0.5) {
			s.RollingUpdate = nil
		}
	}
	if b.chance(b.oddBudget) {
		switch b.IntN(4) {
		case 0:
			s.RollingUpdate = &apps.RollingUpdateDaemonSet{MaxSurge: b.budget(0), MaxUnavailable: b.budget(0)}
		case 1:
			s.RollingUpdate = &apps.RollingUpdateDaemonSet{MaxSurge: zeroBudget(), MaxUnavailable: zeroBudget()}
		case 2:
			s.RollingUpdate = &apps.RollingUpdateDaemonSet{MaxSurge: b.budget(1), MaxUnavailable: b.budget(1)}
		case 3:
			s.Type = "Odd"
		}
	}
	if b.chance(b.undefaulted) { // no API server returns these (A2, A3)
		switch b.IntN(4) {
		case 0:
			s.RollingUpdate = nil
		case 1:
			s.RollingUpdate = &apps.RollingUpdateDaemonSet{MaxUnavailable: b.budget(0)}
		case 2:
			s.RollingUpdate = &apps.RollingUpdateDaemonSet{MaxSurge: b.budget(0)}
		case 3:
			s.Type = ""
		}
	}
}

func (b *builder) status(ds *apps.DaemonSet) {
	if b.chance(b.collisionCount) {
		n := int32(oneOf(b.dice, 0, 1, 1, 2, 7))
		if b.chance(b.great) {
			n = 1<<31 - 2
		}
		ds.Status.CollisionCount = &n
	}
	ds.Status.ObservedGeneration = max(0, ds.Generation+int64(oneOf(b.dice, 0, 0, -1, 1)))
	if b.chance(0.2) {
		ds.Status.ObservedGeneration = 0
	}
	if b.chance(0.3) {
		ds.Status.DesiredNumberScheduled, ds.Status.NumberReady = int32(b.IntN(5)), int32(b.IntN(5))
		ds.Status.NumberMisscheduled, ds.Status.NumberUnavailable = int32(b.IntN(2)), int32(b.IntN(2))
	}
	if b.chance(0.1) {
		ds.Status.Conditions = []apps.DaemonSetCondition{{Type: "Paused", Status: "True", Reason: "Test",
			LastTransitionTime: metav1.NewTime(start.Add(-time.Hour))}}
	}
}

func (b *builder) node(i int) *v1.Node {
	n := &v1.Node{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Node"}}
	n.Name, n.Labels = nodeName(i), b.labels(4, b.odd)
	if i == 0 && b.chance(b.oddNames*0.3) {
		n.Name = oneOf(b.dice, "N_0", "node.example.com", "0")
	}
	if b.chance(b.tainted) {
		n.Spec.Taints = b.taints(3, b.comparison)
	}
	if b.chance(b.cordoned) { // the pods stay, but the node is not wanted
		n.Spec.Taints = append(n.Spec.Taints, v1.Taint{Key: "cordon", Effect: v1.TaintEffectNoSchedule})
	}
	if b.chance(0.05) {
		n.Spec.Unschedulable = true
	}
	if b.chance(0.05) {
		n.Status.Conditions = []v1.NodeCondition{{Type: v1.NodeReady, Status: v1.ConditionFalse}}
	}
	return n
}

// host draws what the host carries: options, backoff, calls in flight.
func (b *builder) host() {
	s := b.state
	s.Options.RevisionHash = ownHash(s)
	if b.chance(b.burst) {
		s.Options.Burst = b.between(1, 5)
	}
	if b.chance(b.backoff * 0.15) {
		s.Options.BackoffInitialSeconds = oneOf(b.dice, 0.5, 2, 1, 10)
		s.Options.BackoffMaxSeconds = oneOf[float64](b.dice, 10, 60, 300)
	}
	longest := s.Options.BackoffMaxSeconds
	if longest == 0 {
		longest = 900
	}
	for _, node := range s.Nodes {
		if !b.chance(b.backoff) {
			continue
		}
		delay := oneOf(b.dice, 1, 2, 4, 8, 64, 512, longest, 0.5, 1.5)
		age := oneOf(b.dice, delay, delay, delay-0.001, delay+0.001, 0, delay/2, delay+1, 2*longest, 2*longest,
			2*longest+0.001, 2*longest+60, -5)
		if age < 0 && !b.chance(b.future) {
			age = delay
		}
		at := s.Now.Add(-time.Duration(age*1000) * time.Millisecond)
		s.Backoff = append(s.Backoff, Backoff{node.Name, delay, at})
	}
	if b.chance(b.inFlight) {
		s.InFlight = &InFlight{Creates: b.between(-1, 1), Deletes: b.between(-1, 1)}
		if b.chance(0.3) {
			s.InFlight = &InFlight{Creates: b.between(0, 3), Deletes: b.between(0, 3)}
		}
		if b.chance(0.4) { // not exactly the limit: upstream counts on the wall clock, which goes on
			since := s.Now.Add(-time.Duration(oneOf(b.dice, 0, 10, 240, 301, 4000)) * time.Second)
			s.InFlight.Since = &since
		}
	}
}
