/* SPDX-License-Identifier: Apache-2.0 */
/*
 * census.h (L3): the claimed pods by node.
 *
 * Where no entry has more than one pod, `pods` points at the claims themselves.
 *
 *   entries: [node 0] [node 1] ... [node n-1] [vanished node] ...
 *               │        │
 *   pods:    [p][p] ... [p] ...                    each entry's pods in pod order (E2)
 */
#ifndef DSET_LIB_CENSUS_H
#define DSET_LIB_CENSUS_H

#include "claim.h"
#include "model.h"

/* A node and its pods, without those that are terminal and deleting (D11). */
typedef struct dset_entry {
  const char *name;
  const dset_pod **pods;
  size_t count;
  int verdict;   /* enum dset_verdict; NEITHER for a vanished node */
  bool vanished; /* pods are for it, but it is not in the snapshot */
} dset_entry;

typedef struct dset_census {
  dset_entry *entries; /* the snapshot's nodes in their order, then vanished ones */
  size_t count;
  size_t node_count;
  size_t most_pods; /* of one entry */
  int64_t desired;  /* nodes with verdict RUN */
  /* NULL: the entries are all there are. Otherwise they are those that manage has something to do with. */
  const struct dset_kept *kept;
} dset_census;

/* Whether a pod counts on its node: not when it is on its last way out (D11). */
static inline bool dset_census_counts(const dset_pod *pod) {
  return !pod->deleting || !dset_pod_terminal(pod);
}

/* False when an allocation fails. */
bool dset_census_take(const dset_sync *sync, const dset_claims *claims, dset_census *census);

#endif
