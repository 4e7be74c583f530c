/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libdaemonset: decides what a DaemonSet controller should do. Facts in, decisions out: nothing here opens a file,
 * reads a clock, starts a thread or keeps a global. This umbrella includes the headers in reading order; each can also
 * be included alone.
 *
 *   base.h    errors, allocators, versions           read first
 *   model.h   nodes, pods, a DaemonSet, revisions    what you fill in
 *   match.h   may this node run the daemon pod, and why not
 *   plan.h    what to create, delete, adopt, record  the library's main function
 *   cluster.h what changed, and what follows         plans whose cost follows what changed
 *   host.h    carry plans out, remember what is in flight   slow start, crashes, writes that finish later
 *   simulate.h a cluster in a bottle                 a rollout before it happens, faults, invariants
 *   admit.h   could Kubernetes have done this        the plan as a judge of other controllers
 *   validate.h  would an API server take it          and what else is likely to be wrong
 *   codec.h   the same from and to JSON and YAML     needs jansson and libyaml; those above need libc alone
 *
 * Rule numbers such as "E9" are those of the semantics that this library follows, the DaemonSet controller of
 * Kubernetes 1.37.2; RULES.md has a line for each.
 */
#ifndef DAEMONSET_H
#define DAEMONSET_H

#include "daemonset/base.h"
#include "daemonset/model.h"
#include "daemonset/match.h"
#include "daemonset/plan.h"
#include "daemonset/cluster.h"
#include "daemonset/host.h"
#include "daemonset/simulate.h"
#include "daemonset/admit.h"
#include "daemonset/validate.h"
#include "daemonset/codec.h"

#endif
