/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cluster.h: plans whose cost follows what changed. A cluster keeps copies of nodes, pods, DaemonSets and revisions;
 * the host tells it each change, and it plans as if it looked at everything:
 *
 *   dset_cluster *cluster;
 *   if (dset_cluster_new(NULL, &cluster, &error) != DSET_OK) return fail(&error);
 *   dset_cluster_put_daemonset(cluster, &agent, NULL, &error);
 *   for (size_t i = 0; i < count; i++) dset_cluster_put_node(cluster, nodes[i], &error);
 *   for (;;) {
 *     dset_key key;
 *     while (dset_cluster_dirty(cluster, now_ms(), &key, 1) > 0) {
 *       const dset_plan *plan;
 *       if (dset_cluster_plan(cluster, key.ns, key.name, now_ms(), &plan, &error) != DSET_OK) return fail(&error);
 *       dset_cluster_put_backoffs(cluster, key.ns, key.name, dset_plan_backoff(plan, 0), dset_plan_backoff_count(plan),
 *                                 &error);
 *       carry_out(plan); // and put what has changed by it: pods, revisions, the DaemonSet with its new status
 *     }
 *     wait_until(dset_cluster_next_check(cluster)); // or for a change, which is then put
 *   }
 *
 * A plan takes its DaemonSet off the list of dirty ones. A host that could not carry it out remembers that by itself,
 * and plans again later.
 *
 * THE LAW. dset_cluster_plan() gives what dset_plan_compute() gives for the snapshot of the same nodes, pods,
 * revisions, back-offs and writes in flight: the same actions, texts, status, back-offs and next check, byte for byte.
 *
 * COST. With n nodes and d DaemonSets, after the cluster's memory has grown to its size:
 *
 *   a node appears, changes or goes   the DaemonSets whose verdict on it changes; of the others d bytes are compared
 *   a pod appears, changes or goes    its own DaemonSet; a pod without controller: the DaemonSets of its namespace
 *   a revision appears, changes, goes the DaemonSets of its namespace are looked through
 *   a DaemonSet's status changes      nothing but itself
 *   its template, revision, strategy  its own nodes and pods, once
 *   its placement rules               one verdict for each class of nodes (see below), once
 *   a plan                            what changed since the last one, its actions, and the nodes with Failed or
 *                                     Succeeded pods or a back-off; time that moves back: its own nodes and pods
 *
 * Nodes that agree on every label that some DaemonSet names, and on their taints, form a class; verdicts are kept for
 * classes. A DaemonSet that names nodes (C5, C13) is asked about each node.
 *
 * What is passed in is copied and can be changed or released afterwards. A call that fails changes nothing. A cluster
 * may be used by one thread at a time; plans it returned may be read by others meanwhile.
 *
 * Every item is since 0.1.
 */
#ifndef DAEMONSET_CLUSTER_H
#define DAEMONSET_CLUSTER_H

#include "daemonset/base.h"
#include "daemonset/model.h"
#include "daemonset/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A cluster kept up to date change by change. */
typedef struct dset_cluster dset_cluster;

/* The name of an object in its namespace. Final. */
typedef struct dset_key {
  const char *ns;
  const char *name;
} dset_key;

/*
 * The work a cluster has done since it was made; all only grow. They are for tests, benchmarks and monitoring: unlike
 * time they are the same on every machine.
 */
typedef struct dset_cluster_counters {
  size_t size;
  uint64_t events;            /* calls that put or removed something, and changed something that is read */
  uint64_t verdicts_computed; /* placement rules evaluated against a node, or a class of nodes */
  uint64_t verdicts_reused;   /* answered by what was known: what rescanning would have evaluated as well */
  uint64_t claims_decided;    /* pods held against a selector (D4) */
  uint64_t nodes_visited;     /* pairs of DaemonSet and node that a plan judged anew */
  uint64_t plans;             /* plans made */
  uint64_t allocations;       /* calls of the allocator */
} dset_cluster_counters;

/*
 * Makes an empty cluster, to be released with dset_cluster_free(). `options` apply to all its plans, NULL means all
 * defaults; `revision_hash` must be NULL in it, as it is a matter of each DaemonSet.
 * Errors: DSET_ERR_INVALID (`cluster` is NULL, a negative duration, a `revision_hash`, half an allocator),
 * DSET_ERR_ABI, DSET_ERR_NOMEM.
 */
DSET_API int dset_cluster_new(const dset_options *options, dset_cluster **cluster, dset_error *error);

/* Releases a cluster with all its plans; NULL is allowed. */
DSET_API void dset_cluster_free(dset_cluster *cluster);

/*
 * Adds a node, or replaces the one of that name.
 * Errors: DSET_ERR_INVALID (an argument is NULL, the name is empty, a list has a count but no items), DSET_ERR_ABI,
 * DSET_ERR_NOMEM.
 */
DSET_API int dset_cluster_put_node(dset_cluster *cluster, const dset_node *node, dset_error *error);

/* Adds a pod, or replaces the one of that namespace and name. Errors as dset_cluster_put_node(). */
DSET_API int dset_cluster_put_pod(dset_cluster *cluster, const dset_pod *pod, dset_error *error);

/* Adds a revision, or replaces the one of that namespace and name. Errors as dset_cluster_put_node(). */
DSET_API int dset_cluster_put_revision(dset_cluster *cluster, const dset_revision *revision, dset_error *error);

/*
 * Adds a DaemonSet, or replaces the one of that namespace and name. `revision_hash` is what dset_options.revision_hash
 * is for one plan; NULL means dset_revision_hash(). What is in flight stays as it is; back-offs too, unless the uid or
 * the observed generation of the status changes: then they are dropped (E8). With another uid it is another object:
 * nothing is in flight either (I14). Errors as dset_cluster_put_node(), and DSET_ERR_INVALID for a `revision_hash` that
 * is not at most 63 lower-case letters and digits.
 */
DSET_API int dset_cluster_put_daemonset(dset_cluster *cluster, const dset_daemonset *daemonset,
                                        const char *revision_hash, dset_error *error);

/* Removes an object; one that is not there is no error, nor is a NULL name, which means "". Errors: DSET_ERR_INVALID
 * (`cluster` is NULL). */
DSET_API int dset_cluster_remove_node(dset_cluster *cluster, const char *name, dset_error *error);
DSET_API int dset_cluster_remove_pod(dset_cluster *cluster, const char *ns, const char *name, dset_error *error);
DSET_API int dset_cluster_remove_revision(dset_cluster *cluster, const char *ns, const char *name, dset_error *error);

/* Removes a DaemonSet with its back-offs, what is in flight, and its plan. Its pods stay. Errors: DSET_ERR_INVALID. */
DSET_API int dset_cluster_remove_daemonset(dset_cluster *cluster, const char *ns, const char *name, dset_error *error);

/*
 * Sets the writes of a DaemonSet that are in flight: the members of dset_snapshot of these names.
 * Errors: DSET_ERR_INVALID (`cluster` is NULL; `name`: there is no such DaemonSet).
 */
DSET_API int dset_cluster_put_in_flight(dset_cluster *cluster, const char *ns, const char *name, int64_t creates,
                                        int64_t deletes, int64_t since_ms, dset_error *error);

/*
 * Sets the back-offs of a DaemonSet, in any order, in place of those it had: those of its last plan, or of another
 * process. Those of a plan are put before the status that it computed: with a new observed generation they are dropped
 * (E8). `backoffs` may point into a plan of the cluster. Errors: DSET_ERR_INVALID (`cluster` is NULL; `name`: there is
 * no such DaemonSet; `backoffs`: a count but no items, a node's name is empty, a negative delay), DSET_ERR_DUPLICATE
 * (two of one node), DSET_ERR_NOMEM.
 */
DSET_API int dset_cluster_put_backoffs(dset_cluster *cluster, const char *ns, const char *name,
                                       const dset_backoff *backoffs, size_t count, dset_error *error);

/*
 * Plans one DaemonSet into `*plan`, which belongs to the cluster and is valid until the next plan of this DaemonSet,
 * its removal, or dset_cluster_free(); it must not be given to dset_plan_free(). Planning changes no facts: back-offs
 * that the plan advances count once they are put. Errors: DSET_ERR_INVALID (an argument is NULL; `name`: there is no
 * such DaemonSet), DSET_ERR_NOMEM: then the last plan of the DaemonSet is gone, too, and it is dirty.
 */
DSET_API int dset_cluster_plan(dset_cluster *cluster, const char *ns, const char *name, int64_t now_ms,
                               const dset_plan **plan, dset_error *error);

/*
 * The DaemonSets that may decide something else than in their last plan: something they depend on has changed, or their
 * next check has come. The others decide the same at every moment from that of their last plan to `now_ms`. Writes the
 * first `capacity` of them to `keys`, which may be NULL when it is 0, and returns how many there are. Order: as they
 * became dirty; those that one call made dirty by namespace and name; at last those whose next check has come, by that
 * moment, then namespace and name. A plan takes its DaemonSet off the list. The strings are valid until the DaemonSet
 * is removed. Allocates nothing.
 */
DSET_API size_t dset_cluster_dirty(dset_cluster *cluster, int64_t now_ms, dset_key *keys, size_t capacity);

/* The earliest next check of the last plans of all DaemonSets, dirty ones too, or DSET_NEVER. */
DSET_API int64_t dset_cluster_next_check(const dset_cluster *cluster);

/* What the cluster has done; valid as long as the cluster, changed by every call. */
DSET_API const dset_cluster_counters *dset_cluster_counters_of(const dset_cluster *cluster);

#ifdef __cplusplus
}
#endif

#endif
