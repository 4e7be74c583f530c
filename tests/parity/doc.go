// SPDX-License-Identifier: Apache-2.0

// Command parity compares libdaemonset with the DaemonSet controller of Kubernetes, in one process.
//
//	               ┌─► caches ─► real controller, fake client ─► what it did ──┐
//	seed ─► state ─┤                                                           ├─► judge ─► counts, failures
//	               └─► C structs (or JSON) ─► dset_plan_compute ─► the plan ───┘
//
// The controller is used as published; nothing of it is copied. Its informers are never started: their stores are
// filled with the state. Its client records every call, its clock stands still.
//
//	main run travelled           the command line; workers, the two halves of a run, totals
//	state choice                 the form of a state and of an answer; sets of which any k may be taken
//	family parts pods revisions dice    random states
//	upstream server caches backoff      one sync of the real controller
//	memory fill library answer          one plan of the library, through its structs and through JSON
//	rules expect cut             which other choices the controller could have made (F18 to F24)
//	admit                        the library as the judge of the controller
//	judge wake                   one side held against the other; now, and just before the next check
//	verdict                      may a node run the pod: both sides, pair by pair
//	trajectory carry changes     one cluster through hundreds of syncs; its host; what people do to it
//	simulator scenario view      that cluster: the library's simulator, what it is like, what it shows
//	coverage rules_coverage facts       how often each rule mattered
//	shrink                       the smallest state that still differs
//	bench*                       make bench: what both sides take for it, instead of what they say
package main
