/* SPDX-License-Identifier: Apache-2.0 */
/*
 * taken.h (L3): the actions of one sync, found by what was done to what. It is how the stages learn what another
 * controller chose where Kubernetes leaves a choice (F18): they then walk in the order in which that controller must
 * have walked, and the plan that comes out is the admissible one nearest to its actions.
 */
#ifndef DSET_LIB_TAKEN_H
#define DSET_LIB_TAKEN_H

#include "daemonset/plan.h"
#include "table.h"

typedef struct dset_taken {
  const dset_action *const *actions;
  size_t count;
  dset_table table; /* type name and subject to the index of the first such action */
} dset_taken;

/* Borrows `actions`. False when an allocation fails. */
bool dset_taken_begin(dset_taken *taken, dset_arena *arena, const dset_action *const *actions, size_t count);

/* What tells one action of a type from another: its node, pod, revision, or message. */
const char *dset_action_subject(const dset_action *action);

/* The index of the first action of that type and subject, or DSET_TABLE_NONE. */
size_t dset_taken_find(const dset_taken *taken, int type, const char *subject);

/* Whether there is one; with NULL there is none. */
bool dset_taken_has(const dset_taken *taken, int type, const char *subject);

#endif
