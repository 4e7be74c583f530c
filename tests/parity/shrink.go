// SPDX-License-Identifier: Apache-2.0

// The smallest state that still differs in the same way: parts of its JSON are taken away, one after the other, as
// long as both sides, asked again, still differ in the same members of the plan.

package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// shrink returns the small state with the controller's answer, as a vector.
func shrink(b *bench, s *State, v verdictOn) *State {
	want, tree := kinds(v.faults), treeOf(s)
	best, bestVerdict := s, b.compare(s, v.asText)
	if kinds(bestVerdict.faults) != want {
		return s // it shows in a trajectory only
	}
	for smaller := true; smaller; {
		smaller = false
		for _, path := range paths(tree, nil) {
			if !removable(path) {
				continue
			}
			candidate, ok := without(tree, path)
			if !ok {
				continue
			}
			state, verdict := tryTree(b, candidate, s, v.asText)
			if state != nil && kinds(verdict.faults) == want {
				tree, best, bestVerdict, smaller = candidate, state, verdict, true
			}
		}
	}
	out := *best
	if bestVerdict.way != nil {
		out.Expect = &bestVerdict.way.expect
	}
	return &out
}

// tryTree compares a state that was made smaller; nil when it is none any more.
func tryTree(b *bench, tree any, whole *State, asText bool) (state *State, v verdictOn) {
	defer func() {
		if recover() != nil {
			state = nil // not every part can be missing: the harness relies on a few
		}
	}()
	text, err := json.Marshal(tree)
	must(err)
	if state, err = decode(text); err != nil || state.DaemonSet.Spec.RevisionHistoryLimit == nil {
		return nil, v
	}
	state.Name = whole.Name
	restoreData(state, whole)
	return state, b.compare(state, asText)
}

// restoreData gives revisions their bytes again, which a tree does not keep (G3); those of the current template
// follow it.
func restoreData(state, whole *State) {
	current, follows := revisionData(whole.DaemonSet), revisionData(state.DaemonSet)
	for _, r := range state.ControllerRevisions {
		for _, original := range whole.ControllerRevisions {
			if r.Namespace != original.Namespace || r.Name != original.Name {
				continue
			}
			if r.Data.Raw = original.Data.Raw; bytes.Equal(original.Data.Raw, current) {
				r.Data.Raw = follows
			}
		}
	}
	if state.Options.RevisionHash != "" {
		state.Options.RevisionHash = ownHash(state)
	}
}

func treeOf(s *State) (tree any) {
	question := *s
	question.Expect = nil
	text, err := json.Marshal(&question)
	must(err)
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber() // 64 bits stay 64 bits
	must(decoder.Decode(&tree))
	return tree
}

// paths lists all members and elements, the big ones first, elements from the end.
func paths(value any, prefix []any) (out [][]any) {
	var steps []any
	switch v := value.(type) {
	case map[string]any:
		for key := range v {
			steps = append(steps, key)
		}
		slices.SortFunc(steps, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
	case []any:
		for i := range v {
			steps = append(steps, len(v)-1-i)
		}
	}
	for _, step := range steps {
		out = append(out, append(slices.Clone(prefix), step))
	}
	for _, step := range steps {
		out = append(out, paths(at(value, step), append(slices.Clone(prefix), step))...)
	}
	return out
}

func at(value, step any) any {
	switch v := value.(type) {
	case map[string]any:
		return v[step.(string)]
	case []any:
		if i := step.(int); i < len(v) {
			return v[i]
		}
	}
	return nil
}

// kept are members without which a state is none, or that only make sense as they are.
var kept = []any{"name", "namespace", "uid", "metadata", "spec", "status", "now", "daemonSet", "nodes", "pods",
	"options",
	"controllerRevisions", "revisionHash", "compareTolerations", "revisionHistoryLimit", "template", "containers",
	"data"}

func removable(path []any) bool {
	return !slices.Contains(kept, path[len(path)-1]) && !slices.Contains(path, any("data")) &&
		!slices.Contains(path, any("containers"))
}

// without copies a tree except for what a path leads to; ok says that it was there.
func without(value any, path []any) (out any, ok bool) {
	switch v := value.(type) {
	case map[string]any:
		key := path[0].(string)
		member, found := v[key]
		if !found {
			return nil, false
		}
		copied := map[string]any{}
		for k, other := range v {
			copied[k] = other
		}
		if len(path) == 1 {
			delete(copied, key)
			return copied, true
		}
		copied[key], ok = without(member, path[1:])
		return copied, ok
	case []any:
		i := path[0].(int)
		if i >= len(v) {
			return nil, false
		}
		if len(path) == 1 {
			return slices.Delete(slices.Clone(v), i, i+1), true
		}
		copied := slices.Clone(v)
		copied[i], ok = without(v[i], path[1:])
		return copied, ok
	}
	return nil, false
}
