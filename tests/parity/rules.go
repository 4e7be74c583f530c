// SPDX-License-Identifier: Apache-2.0

// What the rules call interchangeable. One run of the controller shows one choice; which other choices it could have
// made follows from these sets. They use the controller's own predicates, and expect.go holds every run against them.

package main

import (
	"bytes"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	k8sjson "k8s.io/apimachinery/pkg/util/json"
	"k8s.io/klog/v2"
	podutil "k8s.io/kubernetes/pkg/api/v1/pod"
	"k8s.io/kubernetes/pkg/controller"
	"k8s.io/kubernetes/pkg/controller/daemon"
	"k8s.io/kubernetes/pkg/controller/daemon/util"
)

// claims is D4 for pods and revisions alike: does the DaemonSet hold the object when this sync has claimed?
func claims(ds *apps.DaemonSet, selector labels.Selector, o metav1.Object) bool {
	if o.GetNamespace() != ds.Namespace || !selector.Matches(labels.Set(o.GetLabels())) {
		return false
	}
	if owner := metav1.GetControllerOf(o); owner != nil {
		return owner.UID == ds.UID
	}
	return ds.DeletionTimestamp == nil && o.GetDeletionTimestamp() == nil
}

// claimedPods is D2 and D4.
func claimedPods(s *State) (out []*v1.Pod) {
	selector, err := metav1.LabelSelectorAsSelector(s.DaemonSet.Spec.Selector)
	if err != nil {
		return nil
	}
	for _, pod := range s.Pods {
		owner := metav1.GetControllerOf(pod)
		if owner != nil && (owner.Kind != "DaemonSet" || owner.Name != s.DaemonSet.Name) {
			continue // D2: the index holds kind and name besides the UID
		}
		if claims(s.DaemonSet, selector, pod) {
			out = append(out, pod)
		}
	}
	return out
}

// podsByNode is P of D11.
func podsByNode(s *State) map[string][]*v1.Pod {
	byNode := map[string][]*v1.Pod{}
	for _, pod := range claimedPods(s) {
		node, err := util.GetTargetNodeName(pod)
		if err == nil && !(podutil.IsPodTerminal(pod) && pod.DeletionTimestamp != nil) {
			byNode[node] = append(byNode[node], pod)
		}
	}
	return byNode
}

// revisionData is G4.
func revisionData(ds *apps.DaemonSet) []byte {
	text, err := k8sjson.Marshal(ds.Spec.Template)
	must(err)
	var template map[string]any
	must(k8sjson.Unmarshal(text, &template))
	template["$patch"] = "replace"
	data, err := k8sjson.Marshal(map[string]any{"spec": map[string]any{"template": template}})
	must(err)
	return data
}

// ownHash is the hash the controller would give a new revision.
func ownHash(s *State) string {
	return controller.ComputeHash(&s.DaemonSet.Spec.Template, s.DaemonSet.Status.CollisionCount)
}

// hashes is G15: what the hash of this sync may be, by the name of the revision that is kept. It is one, but for
// several current revisions of equal number (F24); tied says that these, or old ones, compete.
func hashes(s *State) (of map[string]string, tied bool) {
	of = map[string]string{}
	ds, data := s.DaemonSet, revisionData(s.DaemonSet)
	selector, err := metav1.LabelSelectorAsSelector(ds.Spec.Selector)
	if err != nil {
		return of, false
	}
	numbers := map[bool]map[int64]bool{true: {}, false: {}}
	highest := int64(-1 << 63)
	for _, r := range s.ControllerRevisions {
		if !claims(ds, selector, r) {
			continue
		}
		same := bytes.Equal(r.Data.Raw, data)
		tied = tied || numbers[same][r.Revision]
		numbers[same][r.Revision] = true
		if !same || r.Revision < highest {
			continue
		}
		if r.Revision > highest {
			highest = r.Revision
			clear(of)
		}
		of[r.Name] = hashOf(r)
	}
	if len(of) > 0 {
		return of, tied
	}
	name := ds.Name + "-" + ownHash(s)
	of[name] = ownHash(s)
	for _, r := range s.ControllerRevisions {
		if r.Namespace == ds.Namespace && r.Name == name && bytes.Equal(r.Data.Raw, data) {
			of[name] = r.Labels[hashLabel] // G13: used as it is
		}
	}
	return of, tied
}

// hashOf is the label of a revision; one that has none gets its own name (G2).
func hashOf(r *apps.ControllerRevision) string {
	if label, ok := r.Labels[hashLabel]; ok {
		return label
	}
	return r.Name
}

// census is what rolling knows of one node: at most one old and one new live pod (F6).
type census struct {
	oldPod, newPod *v1.Pod
	crowded        bool
}

func takeCensus(s *State, pods []*v1.Pod, hash string) (c census) {
	generation, err := util.GetTemplateGeneration(s.DaemonSet)
	if err != nil {
		generation = nil
	}
	for _, pod := range pods {
		if pod.DeletionTimestamp != nil {
			continue
		}
		slot := &c.oldPod
		if util.IsPodUpdated(pod, hash, generation) {
			slot = &c.newPod
		}
		c.crowded = c.crowded || *slot != nil
		*slot = pod
	}
	return c
}

func available(s *State, pod *v1.Pod) bool {
	return pod != nil && podutil.IsPodAvailable(pod, s.DaemonSet.Spec.MinReadySeconds, metav1.Time{Time: s.Now})
}

// eligible names the nodes that run the pod.
func eligible(s *State) map[string]bool {
	runs := map[string]bool{}
	for _, node := range s.Nodes {
		if run, _ := daemon.NodeShouldRunDaemonPod(klog.Background(), node, s.DaemonSet); run {
			runs[node.Name] = true
		}
	}
	return runs
}

// budget is F5: what the rolling phase may spend when so many nodes are eligible.
func budget(ds *apps.DaemonSet, desired int) (unavailable, surge int, err error) {
	if unavailable, err = util.UnavailableCount(ds, desired); err != nil {
		return 0, 0, err
	}
	if surge, err = util.SurgeCount(ds, desired); err != nil {
		return 0, 0, err
	}
	if desired > 0 && unavailable == 0 && surge == 0 {
		unavailable = 1
	}
	return unavailable, surge, nil
}

// rolling is F5 to F13: which creates and deletes the rolling phase may pick.
func rolling(s *State, hash string) (creates, deletes pick, err error) {
	byNode, runs := podsByNode(s), eligible(s)
	for node := range runs {
		byNode[node] = append(byNode[node], nil...) // an empty entry, where there is none
	}
	unavailable, surge, err := budget(s.DaemonSet, len(runs))
	if err != nil {
		return creates, deletes, err
	}
	if surge == 0 {
		return pick{}, withoutSurge(s, byNode, hash, unavailable), nil
	}
	creates, deletes = withSurge(s, byNode, runs, hash, surge)
	return creates, deletes, nil
}

func withoutSurge(s *State, byNode map[string][]*v1.Pod, hash string, budget int) (deletes pick) {
	for _, pods := range byNode {
		c := takeCensus(s, pods, hash)
		switch {
		case c.crowded, (c.oldPod == nil) == (c.newPod == nil):
			budget--
		case c.newPod != nil && available(s, c.newPod):
		case c.newPod != nil:
			budget--
		case available(s, c.oldPod):
			deletes.any = append(deletes.any, c.oldPod.Name)
		default:
			deletes.all = append(deletes.all, c.oldPod.Name)
			budget--
		}
	}
	deletes.take = max(budget, 0)
	return deletes
}

func withSurge(s *State, byNode map[string][]*v1.Pod, runs map[string]bool, hash string,
	budget int) (creates, deletes pick) {
	availableNodes := 0
	for node, pods := range byNode {
		c := takeCensus(s, pods, hash)
		if c.crowded {
			budget--
			continue
		}
		judged := c.oldPod
		if judged == nil {
			judged = c.newPod
		}
		if available(s, judged) {
			availableNodes++
		}
		switch {
		case c.oldPod == nil:
		case c.newPod != nil && available(s, c.newPod):
			deletes.all = append(deletes.all, c.oldPod.Name)
		case c.newPod != nil:
			budget--
		case available(s, c.oldPod) && runs[node]:
			creates.any = append(creates.any, node)
		case available(s, c.oldPod):
			deletes.any = append(deletes.any, c.oldPod.Name)
		case runs[node]:
			creates.all = append(creates.all, node)
		default:
			deletes.all = append(deletes.all, c.oldPod.Name)
		}
	}
	creates.take, deletes.take = max(budget, 0), max(availableNodes-len(runs), 0)
	return creates, deletes
}
