// SPDX-License-Identifier: Apache-2.0

// One plan of the library, asked through its structs or through JSON.

package main

/*
#cgo CFLAGS: -std=c11 -I${SRCDIR}/../../include
#cgo LDFLAGS: ${SRCDIR}/../../build/libdaemonset.a
#cgo pkg-config: jansson yaml-0.1
#include <stdlib.h>
#include "daemonset.h"
*/
import "C"

import (
	"encoding/json"
	"fmt"
	"unsafe"

	v1 "k8s.io/api/core/v1"
)

// library holds the current question and the memory that it stands in.
type library struct {
	memory  memory
	asked   *C.dset_snapshot
	options *C.dset_options
}

func failure(call string, err *C.dset_error) error {
	return fmt.Errorf("%s: %s: %s: %s", call, C.GoString(C.dset_code_name(err.code)), C.GoString(&err.path[0]),
		C.GoString(&err.text[0]))
}

// plan fills the structs from a state and reads the plan.
func (l *library) plan(s *State) (*outcome, error) {
	l.memory.reset()
	l.asked, l.options = l.memory.snapshot(s), l.memory.options(s.Options)
	return l.compute(l.asked, l.options)
}

func (l *library) compute(snapshot *C.dset_snapshot, options *C.dset_options) (*outcome, error) {
	plan, problem := one[*C.dset_plan](&l.memory), one[C.dset_error](&l.memory)
	if C.dset_plan_compute(snapshot, options, plan, problem) != C.DSET_OK {
		return nil, failure("dset_plan_compute", problem)
	}
	defer C.dset_plan_free(*plan)
	return readPlan(*plan), nil
}

// planOfText asks the same through JSON, and writes the plan as JSON too. The feature gate of C16 has no place in a
// question; it is set beside it.
func (l *library) planOfText(s *State) (*outcome, error) {
	l.memory.reset()
	question := *s
	question.Expect = nil
	text, err := json.Marshal(&question)
	must(err)
	state, problem := one[*C.dset_state](&l.memory), one[C.dset_error](&l.memory)
	if C.dset_state_read((*C.char)(l.memory.data(text)), C.size_t(len(text)), nil, state, problem) != C.DSET_OK {
		return nil, failure("dset_state_read", problem)
	}
	defer C.dset_state_free(*state)
	snapshot, options := C.dset_state_snapshot(*state), one[C.dset_options](&l.memory)
	*options = *C.dset_state_options(*state)
	options.compare_tolerations = C.bool(s.Options.CompareTolerations)

	plan := one[*C.dset_plan](&l.memory)
	if C.dset_plan_compute(snapshot, options, plan, problem) != C.DSET_OK {
		return nil, failure("dset_plan_compute", problem)
	}
	defer C.dset_plan_free(*plan)
	out := readPlan(*plan)
	if out.created, err = l.manifests(*plan, snapshot.daemonset); err != nil {
		return nil, err
	}
	return out, l.compareText(*plan, out)
}

// manifests are the pods that the plan creates, by node.
func (l *library) manifests(plan *C.dset_plan, daemonset *C.dset_daemonset) (map[string]*v1.Pod, error) {
	pods := map[string]*v1.Pod{}
	text, problem := one[*C.dset_text](&l.memory), one[C.dset_error](&l.memory)
	for i := range C.dset_plan_action_count(plan) {
		action := C.dset_plan_action(plan, i)
		if action._type != C.DSET_ACTION_CREATE_POD {
			continue
		}
		if C.dset_pod_json(daemonset, action.node, action.hash, nil, text, problem) != C.DSET_OK {
			return nil, failure("dset_pod_json", problem)
		}
		pod := &v1.Pod{}
		if err := json.Unmarshal([]byte(textOf(*text)), pod); err != nil {
			return nil, err
		}
		pods[C.GoString(action.node)] = pod
	}
	return pods, nil
}

// compareText holds the plan as JSON against the same plan as structs.
func (l *library) compareText(plan *C.dset_plan, structs *outcome) error {
	text, problem := one[*C.dset_text](&l.memory), one[C.dset_error](&l.memory)
	if C.dset_plan_json(plan, nil, text, problem) != C.DSET_OK {
		return failure("dset_plan_json", problem)
	}
	return sameAsText([]byte(textOf(*text)), structs)
}

func textOf(text *C.dset_text) string {
	defer C.dset_text_free(text)
	return C.GoStringN(C.dset_text_bytes(text), C.int(C.dset_text_length(text)))
}

// verdicts asks one DaemonSet about many nodes that stand in memory of their own.
func (l *library) verdicts(daemonset *C.dset_daemonset, nodes []*C.dset_node, compare bool, out []int) error {
	options, matcher := one[C.dset_match_options](&l.memory), one[*C.dset_matcher](&l.memory)
	options.size, options.compare_tolerations = C.size_t(unsafe.Sizeof(*options)), C.bool(compare)
	problem := one[C.dset_error](&l.memory)
	if C.dset_matcher_new(daemonset, options, matcher, problem) != C.DSET_OK {
		return failure("dset_matcher_new", problem)
	}
	defer C.dset_matcher_free(*matcher)
	for i, node := range nodes {
		out[i] = int(C.dset_matcher_verdict(*matcher, node))
	}
	return nil
}
