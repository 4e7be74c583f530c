// SPDX-License-Identifier: Apache-2.0

// The states of the benchmark. Their lists are shuffled, as the controller's caches are hash tables and a host's may be;
// objects are as the API server returns them, in what either side reads.

package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// Shapes: what there is to do.
const (
	settled    = "settled"      // nothing: each node has its pod
	onePodGone = "one pod gone" // create one, and write the status
	rollout    = "rollout step" // half of the pods are old: delete as many as maxUnavailable, 10 %, and the limit allow
	statusPass = "status pass"  // one pod is gone, its creation has not been observed: only the status is computed (I8)
)

// Placements: what the template asks of a node. It fits every node.
const (
	noAffinity  = "no affinity"
	sixNotIn    = "six NotIn"
	oneLabel    = "one label"
	tolerations = "20 tolerations" // and each node has two taints, which the last two tolerate
)

const (
	currentHash = "6d5f8c7b9"
	oldHash     = "5c9b7d6f4"
	fewLabels   = 5
	manyLabels  = 20
)

func benchState(shape, placement string, count int) *State {
	nodes := benchNodes(count, fewLabels, placement == tolerations)
	return shuffledState(benchStateOn(nodes, shape, placement, "kube-system"))
}

func shuffledState(s *State) *State {
	random := rand.New(rand.NewPCG(1, 1))
	s.Nodes = slices.Clone(s.Nodes)
	random.Shuffle(len(s.Nodes), func(i, j int) { s.Nodes[i], s.Nodes[j] = s.Nodes[j], s.Nodes[i] })
	random.Shuffle(len(s.Pods), func(i, j int) { s.Pods[i], s.Pods[j] = s.Pods[j], s.Pods[i] })
	return s
}

// benchNodes come in the order of their names, and so do the pods on them.
func benchNodes(count, labels int, tainted bool) []*v1.Node {
	nodes := make([]*v1.Node, count)
	for i := range nodes {
		n := &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("node-%06d.nodes.example", i)}}
		n.Labels = map[string]string{"kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux", "kubernetes.io/hostname": n.Name,
			"node.kubernetes.io/instance-type": "m", "topology.kubernetes.io/zone": "a"}
		for j := len(n.Labels); j < labels; j++ {
			n.Labels[fmt.Sprintf("example.com/label-%d", j)] = "value"
		}
		if tainted {
			n.Spec.Taints = []v1.Taint{{Key: "example.com/taint-18", Value: "x", Effect: v1.TaintEffectNoSchedule},
				{Key: "example.com/taint-19", Value: "x", Effect: v1.TaintEffectNoSchedule}}
		}
		nodes[i] = n
	}
	return nodes
}

func benchStateOn(nodes []*v1.Node, shape, placement, namespace string) *State {
	s := &State{Name: shape + ", " + placement, Now: start, Nodes: nodes, DaemonSet: benchSet(placement, namespace)}
	owner := *metav1.NewControllerRef(s.DaemonSet, apps.SchemeGroupVersion.WithKind("DaemonSet"))
	s.ControllerRevisions = benchRevisions(s.DaemonSet, owner)
	for i, node := range nodes {
		if (shape == onePodGone || shape == statusPass) && i == 0 {
			continue
		}
		s.Pods = append(s.Pods, benchPod(s.DaemonSet, owner, node.Name, shape == rollout && i%2 == 0))
	}
	s.DaemonSet.Status = benchStatus(shape, int32(len(nodes)))
	if shape == statusPass {
		s.InFlight = &InFlight{Creates: 1}
	}
	return s
}

// benchStatus is what is computed, so that it need not be written; but for one pod gone, as that has just happened.
func benchStatus(shape string, all int32) apps.DaemonSetStatus {
	there := all
	if shape == statusPass {
		there--
	}
	out := apps.DaemonSetStatus{ObservedGeneration: 2, DesiredNumberScheduled: all, CurrentNumberScheduled: there,
		NumberReady: there, NumberAvailable: there, UpdatedNumberScheduled: there, NumberUnavailable: all - there}
	if shape == rollout {
		out.UpdatedNumberScheduled = all / 2
	}
	return out
}

func benchSet(placement, namespace string) *apps.DaemonSet {
	ds := &apps.DaemonSet{TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "DaemonSet"}}
	ds.Namespace, ds.Name, ds.UID = namespace, "agent", types.UID("uid-of-"+namespace)
	ds.Generation, ds.Annotations = 2, map[string]string{apps.DeprecatedTemplateGeneration: "2"}
	ds.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"app": "agent"}}
	tenth, none, limit, grace := intstr.FromString("10%"), intstr.FromInt32(0), int32(10), int64(30)
	ds.Spec.UpdateStrategy = apps.DaemonSetUpdateStrategy{Type: apps.RollingUpdateDaemonSetStrategyType,
		RollingUpdate: &apps.RollingUpdateDaemonSet{MaxUnavailable: &tenth, MaxSurge: &none}}
	ds.Spec.RevisionHistoryLimit = &limit
	ds.Spec.Template.Labels = map[string]string{"app": "agent"}
	spec := &ds.Spec.Template.Spec
	*spec = v1.PodSpec{RestartPolicy: "Always", DNSPolicy: "ClusterFirst", SchedulerName: "default-scheduler",
		SecurityContext: &v1.PodSecurityContext{}, TerminationGracePeriodSeconds: &grace,
		Containers: []v1.Container{{Name: "main", Image: "registry.example/agent:v2", ImagePullPolicy: "IfNotPresent",
			TerminationMessagePath: "/dev/termination-log", TerminationMessagePolicy: "File"}}}
	switch placement {
	case sixNotIn:
		term := v1.NodeSelectorTerm{}
		for i := range 6 {
			term.MatchExpressions = append(term.MatchExpressions, v1.NodeSelectorRequirement{
				Key: fmt.Sprintf("example.com/class-%d", i), Operator: v1.NodeSelectorOpNotIn, Values: []string{"virtual"}})
		}
		spec.Affinity = &v1.Affinity{NodeAffinity: &v1.NodeAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: &v1.NodeSelector{NodeSelectorTerms: []v1.NodeSelectorTerm{term}}}}
	case oneLabel:
		spec.NodeSelector = map[string]string{"kubernetes.io/os": "linux"}
	case tolerations:
		for i := range 20 {
			spec.Tolerations = append(spec.Tolerations, v1.Toleration{Key: fmt.Sprintf("example.com/taint-%d", i),
				Operator: v1.TolerationOpExists, Effect: v1.TaintEffectNoSchedule})
		}
	}
	return ds
}

// benchRevisions are the old template and the current one.
func benchRevisions(ds *apps.DaemonSet, owner metav1.OwnerReference) (out []*apps.ControllerRevision) {
	old := ds.DeepCopy()
	old.Spec.Template.Spec.Containers[0].Image = "registry.example/agent:v1"
	for i, data := range [][]byte{revisionData(old), revisionData(ds)} {
		hash := []string{oldHash, currentHash}[i]
		r := &apps.ControllerRevision{TypeMeta: metav1.TypeMeta{APIVersion: "apps/v1", Kind: "ControllerRevision"},
			Data: runtime.RawExtension{Raw: data}, Revision: int64(i + 1)}
		r.Namespace, r.Name, r.OwnerReferences = ds.Namespace, ds.Name+"-"+hash, []metav1.OwnerReference{owner}
		r.Labels = map[string]string{"app": "agent", hashLabel: hash}
		out = append(out, r)
	}
	return out
}

func benchPod(ds *apps.DaemonSet, owner metav1.OwnerReference, node string, old bool) *v1.Pod {
	p := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: ds.Namespace, Name: "agent-" + node}}
	p.UID, p.OwnerReferences = types.UID("uid-of-"+p.Name), []metav1.OwnerReference{owner}
	p.CreationTimestamp = metav1.NewTime(start.Add(-2 * time.Hour))
	p.Labels = map[string]string{"app": "agent", hashLabel: currentHash, generationLabel: "2"}
	if old {
		p.Labels[hashLabel], p.Labels[generationLabel] = oldHash, "1"
	}
	p.Spec.NodeName, p.Status.Phase = node, v1.PodRunning
	for _, kind := range []v1.PodConditionType{"PodReadyToStartContainers", v1.PodInitialized, v1.PodReady, v1.ContainersReady,
		v1.PodScheduled} {
		p.Status.Conditions = append(p.Status.Conditions, v1.PodCondition{Type: kind, Status: v1.ConditionTrue,
			LastTransitionTime: metav1.NewTime(start.Add(-time.Hour))})
	}
	return p
}
