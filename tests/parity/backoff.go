// SPDX-License-Identifier: Apache-2.0

// Memory of the controller that a sync starts with and leaves behind: the back-off of failed pods, keyed by UID,
// observed generation and node (E8), and the age of its expectations (E20). Their members are unexported as well.

package main

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
	"unsafe"

	"k8s.io/client-go/util/flowcontrol"
	"k8s.io/kubernetes/pkg/controller"
	clocktesting "k8s.io/utils/clock/testing"
)

func newBackoff(s *State) (*flowcontrol.Backoff, reflect.Value) {
	initial, longest := time.Second, 15*time.Minute
	if s.Options.BackoffInitialSeconds > 0 {
		initial = seconds(s.Options.BackoffInitialSeconds)
	}
	if s.Options.BackoffMaxSeconds > 0 {
		longest = seconds(s.Options.BackoffMaxSeconds)
	}
	backoff := flowcontrol.NewFakeBackOff(initial, longest, clocktesting.NewFakeClock(s.Now))
	entries := reflect.ValueOf(backoff).Elem().FieldByName("perItemBackoff")
	for _, b := range s.Backoff {
		backoff.Next(backoffPrefix(s)+b.Node, s.Now)
		delay, last := entryOf(entries.MapIndex(reflect.ValueOf(backoffPrefix(s) + b.Node)))
		*delay, *last = seconds(b.DelaySeconds), b.Last
	}
	return backoff, entries
}

func entryOf(entry reflect.Value) (*time.Duration, *time.Time) {
	delay, last := entry.Elem().FieldByName("backoff"), entry.Elem().FieldByName("lastUpdate")
	return (*time.Duration)(unsafe.Pointer(delay.UnsafeAddr())), (*time.Time)(unsafe.Pointer(last.UnsafeAddr()))
}

func readBackoff(entries reflect.Value, s *State) (out []Backoff) {
	for _, key := range entries.MapKeys() {
		delay, last := entryOf(entries.MapIndex(key))
		out = append(out, Backoff{strings.TrimPrefix(key.String(), backoffPrefix(s)), delay.Seconds(), last.UTC()})
	}
	slices.SortFunc(out, func(a, b Backoff) int { return strings.Compare(a.Node, b.Node) })
	return out
}

func backoffPrefix(s *State) string {
	return fmt.Sprintf("%s/%d/", s.DaemonSet.UID, s.DaemonSet.Status.ObservedGeneration)
}

// age sets back the time at which the expectations of a key were recorded.
func age(expectations *controller.ControllerExpectations, key string, by time.Duration) {
	record, exists, err := expectations.GetExpectations(key)
	must(err)
	if !exists {
		panic("expectations were not recorded")
	}
	at := reflect.ValueOf(record).Elem().FieldByName("timestamp")
	stamp := (*time.Time)(unsafe.Pointer(at.UnsafeAddr()))
	*stamp = stamp.Add(-by)
}
