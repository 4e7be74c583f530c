/* SPDX-License-Identifier: Apache-2.0 */
/* cluster_case.h: what tests of a cluster share: a cluster that holds what a world holds. */
#ifndef TESTS_SUPPORT_CLUSTER_CASE_H
#define TESTS_SUPPORT_CLUSTER_CASE_H

#include "daemonset/cluster.h"
#include "support/build.h"

/* Puts everything the world holds. */
void case_put_world(dset_cluster *c, dset_world *w);

/* A world of such nodes and pods (build.h), in a cluster; and the end of both. */
dset_cluster *case_new(dset_world *w, const char *nodes, const char *pods);
void case_end(dset_cluster *c, dset_world *w);

/* The plan of a DaemonSet, which must succeed. */
const dset_plan *case_plan(dset_cluster *c, const char *ns, const char *name, int64_t now_ms);

/* The plan of the world's DaemonSet, which must be the one of the world. */
const dset_plan *case_expect_plan(const char *row, dset_cluster *c, dset_world *w);

/* The dirty ones as "ns/name ns/name". */
const char *case_dirty(dset_cluster *c, dset_world *w, int64_t now_ms);
void case_expect_dirty(const char *row, dset_cluster *c, dset_world *w, int64_t now_ms, const char *expected);

uint64_t case_events(const dset_cluster *c);

/* Another DaemonSet like the world's. */
dset_daemonset case_like(const dset_world *w, const char *ns, const char *name);
void case_put_like(dset_cluster *c, const dset_world *w, const char *ns, const char *name);

#endif
