/* SPDX-License-Identifier: Apache-2.0 */
/* rollout.h (L3): replacing outdated pods within the budget. */
#ifndef DSET_LIB_ROLLOUT_H
#define DSET_LIB_ROLLOUT_H

#include "census.h"
#include "work.h"

typedef struct dset_rolled {
  dset_work work;
  dset_rollout facts;
  int problem;              /* enum dset_problem_code, or 0; then there is no work */
  bool problem_absent;      /* the amount is absent */
  const char *problem_part; /* the amount that cannot be scaled, or the node that vanished */
} dset_rolled;

/* One step of a rolling update (section F). False when an allocation fails. */
bool dset_roll_out(const dset_sync *sync, const dset_census *census, const char *hash, dset_rolled *rolled);

#endif
