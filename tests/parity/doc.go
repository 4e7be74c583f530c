// SPDX-License-Identifier: Apache-2.0

// Command parity compares libdaemonset with the DaemonSet controller of Kubernetes, in one process.
//
//	               ┌─► caches ─► real controller, fake client ─► what it did ──┐
//	seed ─► state ─┤                                                           ├─► judge ─► counts, vectors of failures
//	               └─► C structs (or JSON) ─► dset_plan_compute ─► the plan ───┘
//
// The controller is used as published; nothing of it is copied. Its informers are never started: their stores are filled
// with the state. Its client records every call, its clock stands still.
//
//	main.go run.go              the command line; workers, phases of a run, totals
//	state.go choice.go          the form of a state and of an answer; sets of which any k may be taken
//	family.go parts.go pods.go revisions.go dice.go numbers.go    random states
//	upstream.go server.go caches.go backoff.go                    one sync of the real controller
//	memory.go fill.go library.go answer.go                        one plan of the library, through its structs and through JSON
//	rules.go expect.go cut.go   which other choices the controller could have made (F18 to F24)
//	judge.go wake.go            one side held against the other
//	verdict.go                  may a node run the pod: both sides, pair by pair
//	trajectory.go kubelet.go changes.go    one cluster through hundreds of syncs
//	facts.go rules_coverage.go  how often each rule mattered
//	shrink.go                   the smallest state that still differs
package main
