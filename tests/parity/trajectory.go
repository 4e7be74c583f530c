// SPDX-License-Identifier: Apache-2.0

// A trajectory: one cluster through hundreds of syncs. Between two syncs time passes, kubelets work, people change
// things; at each sync both sides plan on the same state, are compared, and the actions of one of them are carried
// out. Every other cluster follows the controller, the rest follow the library, so that its choices are lived with,
// too.
//
//	world: what is stored  ──observed with delay──►  cache: what a sync sees; the rest is in flight (E20)

package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/kubernetes/pkg/controller"
)

const (
	runsOfStep = 2  // how often the controller runs on each state of a trajectory
	calmSteps  = 60 // after the last change, within which the cluster must settle
)

// cluster is a world and what a controller has seen of it. The state is the cache.
type cluster struct {
	*builder
	created   []*v1.Pod // not observed yet
	deleted   []string  // deletions not observed yet
	lost      int       // creations that never show up (S18)
	since     time.Time // when what is in flight was sent
	templates []*v1.PodTemplateSpec
	bad       map[string]bool // images whose pods do not become ready
	lag       float64         // how likely an effect is not observed at once
	names     int
	quiet     bool // nobody changes anything any more, and every pod is well
}

// newCluster draws how a trajectory begins: nodes, and a DaemonSet that has just been made.
func newCluster(seed uint64, i int) *cluster {
	b := &builder{dice: dice{rand.New(rand.NewPCG(seed^0x7261, uint64(i)))}, dials: calm}
	b.begin(fmt.Sprintf("trajectory-%d-%d", seed, i))
	b.oddTemplate, b.tainted, b.oddSelector, b.uid = 0.1, 0.1, 0, ownUID
	b.state.Now = start
	b.state.Options.CompareTolerations = gated(i)
	nodes := oneOf(b.dice, 0, 3, 5, 8, 8, 12, 12, 20, 60)
	b.daemonSet(nodes)
	ds := b.state.DaemonSet
	ds.Status, ds.Generation, ds.DeletionTimestamp = apps.DaemonSetStatus{}, 1, nil
	ds.Annotations = nil
	if b.chance(0.5) {
		ds.Annotations = map[string]string{apps.DeprecatedTemplateGeneration: "1"}
	}
	for range nodes {
		b.state.Nodes = append(b.state.Nodes, b.node(len(b.state.Nodes)))
	}
	if b.chance(0.3) {
		b.state.Options.Burst = b.between(1, 6)
	}
	return &cluster{builder: b, bad: map[string]bool{}, lag: oneOf(b.dice, 0, 0, 0.2, 0.6), since: start,
		templates: []*v1.PodTemplateSpec{ds.Spec.Template.DeepCopy()}, names: nodes}
}

// trajectory follows one cluster and hands every step to seen. It ends early when the two sides differ.
func (b *bench) trajectory(seed uint64, i int, seen func(*State, verdictOn)) {
	c := newCluster(seed, i)
	runs := b.runs
	b.runs = runsOfStep
	defer func() { b.runs = runs }()
	steps := c.between(180, 320)
	for step := range steps + calmSteps {
		if step == steps {
			c.calmDown()
		}
		c.pass()
		c.kubelets()
		if !c.quiet {
			c.change()
		}
		c.observe()
		c.state.Name = fmt.Sprintf("trajectory-%d-%d-%d", seed, i, step)
		c.state.Options.RevisionHash = ownHash(c.state)
		v := b.compare(c.state, step%textEvery == 0)
		if step == steps+calmSteps-1 && len(v.faults) == 0 {
			v.faults = c.unsettled(v)
		}
		seen(c.state, v)
		if len(v.faults) > 0 {
			return
		}
		if i%2 == 0 {
			c.carryOut(v.way.runs[c.IntN(len(v.way.runs))], v.way)
		} else {
			c.carryOut(v.plan, v.way)
		}
		if !c.quiet && v.plan.nextCheck != never && c.chance(0.3) {
			c.jump(time.UnixMilli(v.plan.nextCheck - int64(c.IntN(2))).UTC()) // to the moment, or just before
		}
	}
}

// calmDown ends all changes and leaves the controller a pace at which it comes to an end.
func (c *cluster) calmDown() {
	c.quiet, c.state.Options.Burst = true, 0
	half, none := intstr.FromString("50%"), intstr.FromInt32(0)
	rolling := &apps.RollingUpdateDaemonSet{MaxUnavailable: &half, MaxSurge: &none}
	if c.chance(0.5) {
		rolling = &apps.RollingUpdateDaemonSet{MaxUnavailable: &none, MaxSurge: &half}
	}
	c.state.DaemonSet.Spec.UpdateStrategy.RollingUpdate = rolling
	c.newGeneration(false)
}

// unsettled: at the end of a long calm nothing is left to do, whoever drove the cluster there.
func (c *cluster) unsettled(v verdictOn) []string {
	if c.state.DaemonSet.DeletionTimestamp != nil || len(v.plan.creates)+len(v.plan.deletes) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("settled: after a long calm there is still %v to create and %v to delete", v.plan.creates,
		v.plan.deletes)}
}

// pass lets time go by.
func (c *cluster) pass() {
	wait := time.Duration(oneOf(c.dice, 0, 1, 5, 20, 1000, 1000, 2000, 7500, 30000, 61000)) * time.Millisecond
	if c.chance(0.01) {
		wait = time.Duration(c.between(5, 40)) * time.Minute
	}
	if c.quiet {
		wait += 30 * time.Second
	}
	c.jump(c.state.Now.Add(wait))
}

// jump sets the clock, but never to where expectations are about to expire: upstream counts their age on the wall
// clock.
func (c *cluster) jump(to time.Time) {
	if to.Before(c.state.Now) {
		return
	}
	if age := to.Sub(c.since); age > 290*time.Second && age <= 5*time.Minute {
		to = c.since.Add(5*time.Minute + time.Millisecond)
	}
	c.state.Now = to
}

// observe brings effects into the cache; what is left is in flight.
func (c *cluster) observe() {
	s := c.state
	c.created = slices.DeleteFunc(c.created, func(p *v1.Pod) bool {
		if c.chance(c.lag) && !c.quiet {
			return false
		}
		s.Pods = append(s.Pods, p)
		return true
	})
	c.deleted = slices.DeleteFunc(c.deleted, func(name string) bool {
		if c.chance(c.lag) && !c.quiet {
			return false
		}
		c.markDeleted(name)
		return true
	})
	s.InFlight = nil
	if creates := len(c.created) + c.lost; creates+len(c.deleted) > 0 {
		since := c.since
		s.InFlight = &InFlight{Creates: creates, Deletes: len(c.deleted), Since: &since}
	}
}

// markDeleted starts a graceful deletion; a pod that no node runs goes at once.
func (c *cluster) markDeleted(name string) {
	for i, p := range c.state.Pods {
		if p.Name != name || p.DeletionTimestamp != nil {
			continue
		}
		if p.Spec.NodeName == "" || terminal(p) && c.chance(0.7) {
			c.state.Pods = slices.Delete(c.state.Pods, i, i+1)
			return
		}
		at := metav1.NewTime(c.state.Now.Truncate(time.Second))
		p.DeletionTimestamp = &at
		return
	}
}

// carryOut does to the world what one side planned. Pods and revisions to create are taken from the controller's
// calls.
func (c *cluster) carryOut(o *outcome, w *way) {
	s, ds := c.state, c.state.DaemonSet
	observed := ds.Status.ObservedGeneration
	if len(o.creates)+len(o.deletes) > 0 {
		c.since, c.lost = s.Now, 0
	}
	c.claim(o)
	c.revise(o, w)
	for _, node := range o.creates {
		if c.lag > 0 && !c.quiet && c.chance(0.01) {
			c.lost++
			continue
		}
		c.created = append(c.created, c.newPod(node, w))
	}
	c.deleted = append(c.deleted, o.deletes...)
	if o.rest.Status != nil {
		ds.Status = *o.rest.Status.DeepCopy()
	}
	if o.rest.BumpCollision {
		ds.Status.CollisionCount = &o.collisions
	}
	if s.Backoff = o.rest.Backoff; ds.Status.ObservedGeneration != observed {
		s.Backoff = nil // the key of an entry holds the observed generation (E8)
	}
}

// claim carries out adoptions, releases and relabelling.
func (c *cluster) claim(o *outcome) {
	hash := map[string]string{}
	for _, label := range o.rest.LabelPods {
		hash[label.Name] = label.Hash
	}
	for _, p := range c.state.Pods {
		if p.Namespace == c.state.DaemonSet.Namespace {
			c.own(p, o.rest.AdoptPods, o.rest.ReleasePods)
			if label, found := hash[p.Name]; found {
				metav1.SetMetaDataLabel(&p.ObjectMeta, hashLabel, label)
			}
		}
	}
	for _, r := range c.state.ControllerRevisions {
		c.own(r, o.rest.AdoptRevisions, o.rest.ReleaseRevisions)
	}
}

func (c *cluster) own(object metav1.Object, adopt, release []string) {
	if slices.Contains(release, object.GetName()) {
		object.SetOwnerReferences(slices.DeleteFunc(slices.Clone(object.GetOwnerReferences()),
			func(o metav1.OwnerReference) bool { return o.UID == c.state.DaemonSet.UID }))
	}
	if slices.Contains(adopt, object.GetName()) {
		object.SetOwnerReferences(append(slices.Clone(object.GetOwnerReferences()),
			*metav1.NewControllerRef(c.state.DaemonSet, controllerKind)))
	}
}

var controllerKind = apps.SchemeGroupVersion.WithKind("DaemonSet")

// revise carries out what is done to revisions.
func (c *cluster) revise(o *outcome, w *way) {
	s := c.state
	for _, write := range o.rest.UpdateRevisions {
		for _, r := range s.ControllerRevisions {
			if r.Name == write.Name {
				r.Revision = write.Revision
				metav1.SetMetaDataLabel(&r.ObjectMeta, hashLabel, write.Hash)
			}
		}
	}
	s.ControllerRevisions = slices.DeleteFunc(s.ControllerRevisions,
		func(r *apps.ControllerRevision) bool { return slices.Contains(o.rest.DeleteRevisions, r.Name) })
	if o.rest.CreateRevision != nil {
		revision := w.runs[0].newRevision.DeepCopy()
		revision.UID = types.UID(c.newName("rev"))
		s.ControllerRevisions = append(s.ControllerRevisions, revision)
	}
}

// newPod is what the API server makes of a create. Whose it is and what it looks like are the controller's; only the
// node may be another one, where that is a choice.
func (c *cluster) newPod(node string, w *way) *v1.Pod {
	var p *v1.Pod
	for _, run := range w.runs {
		for at, made := range run.created {
			if p == nil || at == node {
				p = made
			}
		}
	}
	p = p.DeepCopy()
	p.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms[0].MatchFields[0].
		Values[0] = node
	p.Name, p.GenerateName = c.newName(strings.TrimSuffix(p.GenerateName, "-")), ""
	p.Namespace, p.UID = c.state.DaemonSet.Namespace, types.UID(p.Name)
	p.CreationTimestamp = metav1.NewTime(c.state.Now.Truncate(time.Second))
	p.Status.Phase = v1.PodPending
	return p
}

// newName ends in letters that are drawn, so that names do not follow the order of creation.
func (c *cluster) newName(base string) string {
	c.names++
	return fmt.Sprintf("%s-%c%c%d", base, 'a'+rune(c.IntN(26)), 'a'+rune(c.IntN(26)), c.names)
}

// hashOfTemplate is the hash of a template with the present collision count.
func (c *cluster) hashOfTemplate(t *v1.PodTemplateSpec) string {
	return controller.ComputeHash(t, c.state.DaemonSet.Status.CollisionCount)
}
