/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster.h: a naive cluster around a trial: it does what a plan says, and then a little time passes. It knows nothing
 * of how plans are made; its own reading of selectors and owners is an oracle for the library's.
 */
#ifndef DSET_TEST_CLUSTER_H
#define DSET_TEST_CLUSTER_H

#include "trial.h"

/* Whether a selector that can be parsed matches (D1). */
bool cluster_selects(const dset_selector *selector, const dset_label *labels, size_t count);

/* Whether the DaemonSet claims the pod, by D4. */
bool cluster_claims(const trial *t, const dset_pod *pod);

/* The same for a revision, by G1. */
bool cluster_claims_revision(const trial *t, const dset_revision *revision);

/* The node a pod is bound or pinned to (D10); NULL when it cannot be told. */
const char *cluster_target(const dset_pod *pod);

dset_pod *cluster_pod(const trial *t, const char *name); /* in the DaemonSet's namespace; NULL = none */
const dset_node *cluster_node(const trial *t, const char *name);
dset_revision *cluster_revision(const trial *t, const char *name); /* as cluster_pod() */

/*
 * One step: time passes, then the plan is carried out. What a step does shows in the next plan:
 *
 *   writes in flight             are observed
 *   pods that were deleting      are gone
 *   a healthy cluster            binds pods that are pinned to a node, and drops those bound to a node that vanished;
 *                                pods that are bound, not terminal and not deleting are Running and Ready
 *   CreatePod                    a pending pod, bound (every other one) or pinned
 *   DeletePod                    the pod is deleting for one step; one that was not bound is gone at once
 *   back-off                     is carried over, unless the status has observed another generation (E8)
 *   BumpCollisionCount           a host that computes hashes itself computes another
 *   time                         one second on; after a plan without actions, to its next check
 */
void cluster_step(trial *t, const dset_plan *plan, bool healthy, size_t step);

#endif
