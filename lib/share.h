/* SPDX-License-Identifier: Apache-2.0 */
/*
 * share.h (L3): what one node adds to the sums that status and rollout decide by. A plan from a snapshot adds up all of
 * them; a cluster keeps the sums, and takes a node's old share away before it adds its new one.
 *
 *   share of a node ──►(+) sums ──► counters of the status (H2), budget of the rollout (F6, F10)
 *   its old share   ──►(-)
 */
#ifndef DSET_LIB_SHARE_H
#define DSET_LIB_SHARE_H

#include "census.h"

/* What a node adds to the status (H2): 0 or 1 each. */
typedef struct dset_share {
  int8_t desired;
  int8_t current;
  int8_t misscheduled;
  int8_t ready;
  int8_t updated;
  int8_t available;
} dset_share;

typedef struct dset_shares {
  int32_t desired;
  int32_t current;
  int32_t misscheduled;
  int32_t ready;
  int32_t updated;
  int32_t available;
} dset_shares;

/* What the rollout does with the outdated pod of a node; the rows of the tables in rollout.c. */
enum dset_rolling {
  DSET_ROLLING_NOTHING,
  DSET_ROLLING_REPLACE,          /* without surge: unavailable, goes at once; A of F6 */
  DSET_ROLLING_CANDIDATE,        /* without surge: available; C of F6 */
  DSET_ROLLING_BESIDE,           /* surge: unavailable, create beside it at once; X of F10 */
  DSET_ROLLING_BESIDE_CANDIDATE, /* surge: available; Y of F10 */
  DSET_ROLLING_REPLACED,         /* surge: the new one is available, it goes */
  DSET_ROLLING_LEAVES,           /* surge: unavailable on a node it must leave, it goes */
  DSET_ROLLING_MAY_LEAVE,        /* surge: available on a node it must leave; Z of F10 */
  DSET_ROLLING_GONE,             /* surge: its node vanished (F14) */
  DSET_ROLLING_COUNT
};

/* What a node adds to the rolling budget: 0 or 1 each. */
typedef struct dset_roll_share {
  int8_t rolling;     /* enum dset_rolling */
  int8_t unavailable; /* U of F6 */
  int8_t surging;     /* S of F10 */
  int8_t available;   /* V of F10 */
} dset_roll_share;

typedef struct dset_roll_shares {
  int64_t unavailable;
  int64_t surging;
  int64_t available;
  int64_t rolling[DSET_ROLLING_COUNT];
} dset_roll_shares;

/* What a cluster keeps, for stages that then need not look at every entry. */
typedef struct dset_kept {
  dset_shares status;
  dset_roll_shares rollout;       /* for the branch, with surge or without, that the budget takes (F5) */
  int64_t next_available_ms;      /* DSET_NEVER: no ready pod is on its way to be available (J4) */
  const dset_entry *const *rolls; /* the first `burst` entries of each row of enum dset_rolling, by node */
  size_t roll_count;
} dset_kept;

#endif
