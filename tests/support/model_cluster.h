/* SPDX-License-Identifier: Apache-2.0 */
/*
 * model_cluster.h: what a cluster is, told as simply as possible: lists of the objects that were put last. A plan is
 * dset_plan_compute() of everything. Objects are borrowed: they live as long as the script whose events put them.
 */
#ifndef DSET_TEST_MODEL_CLUSTER_H
#define DSET_TEST_MODEL_CLUSTER_H

#include "script.h"

typedef struct model_daemonset {
  const dset_daemonset *object;
  const char *revision_hash;
  const dset_backoff *backoffs;
  size_t backoff_count;
  int64_t creates;
  int64_t deletes;
  int64_t since_ms;
} model_daemonset;

typedef struct model_cluster {
  dset_options options;
  int64_t now_ms;
  const dset_node **nodes;
  size_t node_count;
  const dset_pod **pods;
  size_t pod_count;
  const dset_revision **revisions;
  size_t revision_count;
  model_daemonset *daemonsets;
  size_t daemonset_count;
} model_cluster;

void model_init(model_cluster *m, const dset_options *options);
void model_clear(model_cluster *m);

/* NULL and "" are the same. */
bool model_same(const char *a, const char *b);

const dset_node *model_node(const model_cluster *m, const char *name);
const dset_pod *model_pod(const model_cluster *m, const char *ns, const char *name);
const dset_revision *model_revision(const model_cluster *m, const char *ns, const char *name);
model_daemonset *model_find(const model_cluster *m, const char *ns, const char *name);

/* Does what the event says and returns the code that the call for it must return; then nothing has changed. */
int model_apply(model_cluster *m, const script_event *event);

/* The event that would put the object that `event` is about as it is now; false: it is not there. */
bool model_present(const model_cluster *m, const script_event *event, script_event *present);

/* Fills a snapshot that is valid until the model changes. */
void model_snapshot(const model_cluster *m, const model_daemonset *daemonset, dset_snapshot *snapshot);

/* The plan of a DaemonSet; the caller frees it. */
dset_plan *model_plan(const model_cluster *m, const model_daemonset *daemonset);

/*
 * Whether an event may make a DaemonSet's plan differ by the table COST of cluster.h: its verdict on the node changes,
 * the pod is its own or has no controller, the revision stands in its namespace, it is the DaemonSet itself. To be
 * asked before the event is applied.
 */
bool model_touches(const model_cluster *m, const script_event *event, const model_daemonset *daemonset);

#endif
