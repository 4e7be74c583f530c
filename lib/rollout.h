/* SPDX-License-Identifier: Apache-2.0 */
/* rollout.h (L3): replacing outdated pods within the budget. */
#ifndef DSET_LIB_ROLLOUT_H
#define DSET_LIB_ROLLOUT_H

#include "share.h"
#include "work.h"

typedef struct dset_rolled {
  dset_work work;
  dset_rollout facts;
  int problem;              /* enum dset_problem_code, or 0; then there is no work */
  bool problem_absent;      /* the amount is absent */
  const char *problem_part; /* the amount that cannot be scaled, or the node that vanished */
} dset_rolled;

/* How the pods of a node are seen (F6, F10). */
typedef struct dset_roller {
  const dset_sync *sync;
  const char *hash;
  bool surge; /* the branch with surge (F5) */
} dset_roller;

/* What an entry adds, and its outdated pod, if there is exactly one. */
dset_roll_share dset_roll_share_of(const dset_roller *roller, const dset_entry *entry, const dset_pod **old);

/* Adds a share, or takes it away when `sign` is -1. */
void dset_roll_shares_add(dset_roll_shares *sums, const dset_roll_share *share, int sign);

/* The budget for so many eligible nodes (F5), into rolled->facts, all else of which is cleared. False: an amount cannot
 * be scaled, which is then rolled->problem. */
bool dset_roll_budget(const dset_sync *sync, int64_t desired, dset_rolled *rolled);

/* What the sums leave of the budget (F8, F11, F12): the rest of the facts, and the room in rolled->work. */
void dset_roll_spend(dset_rolled *rolled, const dset_roll_shares *sums);

/* One step of a rolling update (section F). False when an allocation fails. */
bool dset_roll_out(const dset_sync *sync, const dset_census *census, const char *hash, dset_rolled *rolled);

#endif
