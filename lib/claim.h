/* SPDX-License-Identifier: Apache-2.0 */
/* claim.h (L3): whose pods and revisions these are. */
#ifndef DSET_LIB_CLAIM_H
#define DSET_LIB_CLAIM_H

#include "sync.h"

enum dset_claim_result { DSET_CLAIM_IGNORE, DSET_CLAIM_KEEP, DSET_CLAIM_ADOPT, DSET_CLAIM_RELEASE };

/* The decision on one object (D4). */
enum dset_claim_result dset_claim_decide(bool has_controller, bool ours, bool matches, bool deleting);

/* The decision on a pod of the DaemonSet's namespace (D2 to D4). */
enum dset_claim_result dset_claim_of(const dset_sync *sync, const dset_pod *pod);

/* The node a pod is for (D10); NULL: cannot be derived. */
const char *dset_claim_target(const dset_pod *pod);

/* A pod that belongs to the DaemonSet, and the node it is for (D10). */
typedef struct dset_claim {
  const dset_pod *pod;
  const char *target; /* NULL: cannot be derived */
  size_t node;        /* index of the target in the snapshot, or DSET_TABLE_NONE */
} dset_claim;

typedef struct dset_claims {
  bool owner_incomplete; /* the DaemonSet lacks namespace, name or uid: nothing is claimed (D2) */
  dset_claim *items;
  size_t count;
  size_t stray_count;     /* of them are for a node that is not in the snapshot */
  const dset_pod **adopt; /* by name; they are among the items (D9) */
  size_t adopt_count;
  size_t adopt_capacity;
  const dset_pod **release; /* by name */
  size_t release_count;
  size_t release_capacity;
} dset_claims;

/* Claims pods (D2 to D10). False when an allocation fails. */
bool dset_claim_pods(const dset_sync *sync, dset_claims *claims);

/* The hashes that claimed pods with a known target node carry (G17). False when an allocation fails. */
bool dset_claim_hashes(const dset_sync *sync, const dset_claims *claims, dset_table *live);

#endif
