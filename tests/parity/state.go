// SPDX-License-Identifier: Apache-2.0

// The form of a vector: one state per line, and what one sync did with it. Both sides read the same objects.

package main

import (
	"bytes"
	"encoding/json"
	"time"

	apps "k8s.io/api/apps/v1"
	v1 "k8s.io/api/core/v1"
)

// State is the question. Times that are not part of Kubernetes objects may carry fractions of a second.
type State struct {
	Name                string                     `json:"name"`
	Now                 time.Time                  `json:"now"`
	Options             Options                    `json:"options"`
	DaemonSet           *apps.DaemonSet            `json:"daemonSet"`
	Nodes               []*v1.Node                 `json:"nodes"`
	Pods                []*v1.Pod                  `json:"pods"`
	ControllerRevisions []*apps.ControllerRevision `json:"controllerRevisions"`
	Backoff             []Backoff                  `json:"backoff,omitempty"`
	InFlight            *InFlight                  `json:"inFlight,omitempty"`
	Expect              *Expect                    `json:"expect,omitempty"`
}

// Options are those of a planning question, and the feature gate of C16, which is the process's own upstream.
type Options struct {
	Burst                 int     `json:"burst,omitempty"`
	RevisionHash          string  `json:"revisionHash,omitempty"`
	BackoffInitialSeconds float64 `json:"backoffInitialSeconds,omitempty"`
	BackoffMaxSeconds     float64 `json:"backoffMaxSeconds,omitempty"`
	CompareTolerations    bool    `json:"compareTolerations,omitempty"`
}

type Backoff struct {
	Node         string    `json:"node"`
	DelaySeconds float64   `json:"delaySeconds"`
	Last         time.Time `json:"last"`
}

// InFlight counts calls whose effect has not been observed. Since is when they were sent; absent, they never count as
// lost.
type InFlight struct {
	Creates int        `json:"creates"`
	Deletes int        `json:"deletes"`
	Since   *time.Time `json:"since,omitempty"`
}

// Expect is the answer of the real controller.
type Expect struct {
	CreatePods          Choice                `json:"createPods"`
	DeletePods          Choice                `json:"deletePods"`
	CreatedPod          *v1.Pod               `json:"createdPod,omitempty"`
	AdoptPods           []string              `json:"adoptPods,omitempty"`
	ReleasePods         []string              `json:"releasePods,omitempty"`
	LabelPods           []PodLabel            `json:"labelPods,omitempty"`
	CreateRevision      *RevisionWrite        `json:"createRevision,omitempty"`
	UpdateRevisions     []RevisionWrite       `json:"updateRevisions,omitempty"`
	DeleteRevisions     []string              `json:"deleteRevisions,omitempty"`
	AdoptRevisions      []string              `json:"adoptRevisions,omitempty"`
	ReleaseRevisions    []string              `json:"releaseRevisions,omitempty"`
	BumpCollision       bool                  `json:"bumpCollision,omitempty"`
	Status              *apps.DaemonSetStatus `json:"status,omitempty"`
	Error               string                `json:"error,omitempty"`
	Events              []Event               `json:"events,omitempty"`
	Backoff             []Backoff             `json:"backoff,omitempty"`
	RequeueAfterSeconds []float64             `json:"requeueAfterSeconds,omitempty"`
	Unstable            []string              `json:"unstable,omitempty"`
}

type PodLabel struct {
	Name string `json:"name"`
	Hash string `json:"hash"`
}

type RevisionWrite struct {
	Name     string `json:"name"`
	Revision int64  `json:"revision"`
	Hash     string `json:"hash"`
}

type Event struct {
	Type    string `json:"type"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

// decode reads a state. Revision data are compared by their bytes (G3), and a state may come through writers with
// other habits of spacing and escaping; so the bytes are brought to the habits of the API server, in the order the
// members have.
func decode(text []byte) (*State, error) {
	s := &State{}
	if err := json.Unmarshal(text, s); err != nil {
		return nil, err
	}
	for _, revision := range s.ControllerRevisions {
		var compact, escaped bytes.Buffer
		if err := json.Compact(&compact, revision.Data.Raw); err != nil {
			return nil, err
		}
		json.HTMLEscape(&escaped, compact.Bytes())
		revision.Data.Raw = escaped.Bytes()
	}
	return s, nil
}

// reread makes the state what a reader of its text gets, so that nothing hides in Go values that the text does not
// carry.
func reread(s *State) *State {
	text, err := json.Marshal(s)
	must(err)
	again, err := decode(text)
	must(err)
	return again
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
