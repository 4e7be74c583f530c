// SPDX-License-Identifier: Apache-2.0

// Draws. Values are few, so that they meet: labels with selectors, taints with tolerations, times with limits.

package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

type dice struct{ *rand.Rand }

func (d dice) chance(p float64) bool { return d.Float64() < p }

// between draws from lo to hi, both included.
func (d dice) between(lo, hi int) int { return lo + d.IntN(hi-lo+1) }

func oneOf[T any](d dice, of ...T) T { return of[d.IntN(len(of))] }

var (
	start      = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	labelKeys  = []string{"disk", "gpu", "zone", "rank", "kubernetes.io/os", "example.com/size"}
	labelTexts = []string{"a", "b", "", "1", "2", "10", "007", "-3", "1.5", "ssd", "x_y", "9223372036854775807",
		"9223372036854775808"}
	oddTexts  = []string{"+3", "-6", " 5", "1e3", "bad value!", "é", "-9223372036854775808"}
	taintKeys = []string{"cordon", "gpu", "rank", "", "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable",
		"node.kubernetes.io/disk-pressure", "node.kubernetes.io/memory-pressure", "node.kubernetes.io/pid-pressure",
		"node.kubernetes.io/unschedulable", "node.kubernetes.io/network-unavailable"}
)

func (d dice) text(odd float64) string {
	if d.chance(odd) {
		return oneOf(d, oddTexts...)
	}
	return oneOf(d, labelTexts...)
}

func (d dice) labels(most int, odd float64) map[string]string {
	var out map[string]string // nil when empty, as after reading
	for range d.IntN(most + 1) {
		if out == nil {
			out = map[string]string{}
		}
		out[oneOf(d, labelKeys...)] = d.text(odd)
	}
	return out
}

func (d dice) texts(most int, odd float64) (out []string) {
	for range d.IntN(most + 1) {
		out = append(out, d.text(odd))
	}
	return out
}

func (d dice) effect() v1.TaintEffect {
	if d.chance(0.06) {
		return oneOf[v1.TaintEffect](d, "", "Odd")
	}
	return oneOf(d, v1.TaintEffectNoSchedule, v1.TaintEffectNoExecute, v1.TaintEffectNoSchedule,
		v1.TaintEffectPreferNoSchedule)
}

// number draws the value of a taint or of a toleration that compares (C15): canonical or nearly so.
func (d dice) number() string {
	return oneOf(d, "0", "1", "2", "5", "10", "-1", "-0", "05", "+1", "1.5", "", "a", "9223372036854775807",
		"9223372036854775808", "-9223372036854775808", " 1")
}

func (d dice) taints(most int, comparison float64) (out []v1.Taint) {
	for range d.IntN(most + 1) {
		taint := v1.Taint{Key: oneOf(d, taintKeys...), Value: oneOf(d, "", "a", "1", "5", "-1"), Effect: d.effect()}
		if d.chance(comparison) {
			taint.Key, taint.Value = oneOf(d, "rank", "rank", "gpu"), d.number()
		}
		out = append(out, taint)
	}
	return out
}

func (d dice) tolerations(most int, comparison float64) (out []v1.Toleration) {
	for range d.IntN(most + 1) {
		t := v1.Toleration{Key: oneOf(d, taintKeys...), Effect: d.effect(),
			Operator: oneOf(d, v1.TolerationOpExists, v1.TolerationOpEqual, "", "Gt", "Lt", v1.TolerationOpExists, "Odd")}
		if t.Operator != v1.TolerationOpExists || d.chance(0.1) {
			t.Value = oneOf(d, "", "a", "1", "5", "-1", "3")
		}
		if d.chance(0.1) { // equal to an automatic one (C3)
			t = v1.Toleration{Key: v1.TaintNodeNotReady, Operator: v1.TolerationOpExists, Effect: v1.TaintEffectNoExecute}
		}
		if d.chance(comparison) {
			t.Key, t.Value = oneOf(d, "rank", "rank", "gpu"), d.number()
			t.Operator, t.Effect = oneOf[v1.TolerationOperator](d, "Gt", "Lt", "Equal"), ""
		}
		if d.chance(0.2) {
			t.Effect = ""
		}
		if d.chance(0.2) {
			seconds := int64(d.between(-1, 300))
			t.TolerationSeconds = &seconds
		}
		out = append(out, t)
	}
	return out
}

func (d dice) expressions(most int, odd float64) (out []v1.NodeSelectorRequirement) {
	for range d.IntN(most + 1) {
		r := v1.NodeSelectorRequirement{Key: oneOf(d, labelKeys...)}
		r.Operator = oneOf[v1.NodeSelectorOperator](d, "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")
		switch r.Operator {
		case "In", "NotIn":
			r.Values = append([]string{d.text(odd)}, d.texts(2, odd)...)
		case "Gt", "Lt":
			r.Values = []string{oneOf(d, "0", "1", "5", "007", "1.5", "9223372036854775807", "9223372036854775808", "-6", "+6")}
		}
		if d.chance(odd) {
			switch d.IntN(4) {
			case 0:
				r.Key = oneOf(d, "", "bad key!", "a/b/c", "/x")
			case 1:
				r.Operator = oneOf[v1.NodeSelectorOperator](d, "", "in", "Odd")
			default:
				r.Values = d.texts(2, 0.5)
			}
		}
		out = append(out, r)
	}
	return out
}

func (d dice) fields(most int, odd float64, nodes int) (out []v1.NodeSelectorRequirement) {
	for range d.IntN(most + 1) {
		r := v1.NodeSelectorRequirement{Key: "metadata.name", Operator: oneOf(d, v1.NodeSelectorOpIn, v1.NodeSelectorOpNotIn),
			Values: []string{nodeName(d.IntN(nodes + 1))}}
		if d.chance(odd) {
			switch d.IntN(4) {
			case 0:
				r.Key = oneOf(d, "metadata.namespace", "", "spec.nodeName")
				r.Values = oneOf(d, []string{""}, []string{"x"})
			case 1:
				r.Operator = oneOf[v1.NodeSelectorOperator](d, "Exists", "Gt", "Odd")
			case 2:
				r.Values = nil
			default:
				r.Values = append(r.Values, nodeName(d.IntN(nodes+1)))
			}
		}
		out = append(out, r)
	}
	return out
}

func (d dice) nodeAffinity(odd float64, nodes int) *v1.Affinity {
	out := &v1.Affinity{}
	if d.chance(0.08) {
		return out
	}
	out.NodeAffinity = &v1.NodeAffinity{}
	if d.chance(0.3) {
		out.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution = []v1.PreferredSchedulingTerm{
			{Weight: 1, Preference: v1.NodeSelectorTerm{MatchExpressions: d.expressions(2, 0)}}}
	}
	if d.chance(0.9) {
		required := &v1.NodeSelector{NodeSelectorTerms: []v1.NodeSelectorTerm{}}
		for range oneOf(d, 0, 1, 1, 2, 2, 3) {
			required.NodeSelectorTerms = append(required.NodeSelectorTerms, v1.NodeSelectorTerm{
				MatchExpressions: d.expressions(2, odd), MatchFields: d.fields(oneOf(d, 0, 0, 1, 2), odd, nodes)})
		}
		out.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution = required
	}
	return out
}

// budget draws a number or a percentage that is valid, unless odd strikes.
func (d dice) budget(odd float64) *intstr.IntOrString {
	v := intstr.FromInt32(int32(oneOf(d, 1, 1, 2, 3, 5, 100)))
	switch {
	case d.chance(odd):
		v = oneOf(d, intstr.FromString("5"), intstr.FromString("%"), intstr.FromString("x%"), intstr.FromString("-30%"),
			intstr.FromString("+30%"), intstr.FromString("007%"), intstr.FromString("150%"), intstr.FromInt32(-1),
			intstr.FromInt32(0), intstr.FromString("0%"), intstr.FromString(""))
	case d.chance(0.5):
		v = intstr.FromString(oneOf(d, "1%", "10%", "25%", "33%", "50%", "51%", "99%", "100%"))
	}
	return &v
}

func zeroBudget() *intstr.IntOrString { v := intstr.FromInt32(0); return &v }

// moment draws a time of whole seconds, as stored objects have, mostly near now minus the given seconds.
func (d dice) moment(now time.Time, back int) metav1.Time {
	at := now.Truncate(time.Second).Add(-time.Duration(back) * time.Second)
	return metav1.NewTime(at.Add(time.Duration(oneOf(d, 0, 0, -1, 1, -5, -100, 100)) * time.Second))
}

func nodeName(i int) string { return fmt.Sprintf("n%d", i) }
