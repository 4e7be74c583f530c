/* SPDX-License-Identifier: Apache-2.0 */
/* taint.h (L2): tolerations of a daemon pod, and which taints they leave. */
#ifndef DSET_LIB_TAINT_H
#define DSET_LIB_TAINT_H

#include "reasons.h"

/* What tells most tolerations apart from a taint, before their texts are compared. */
typedef struct dset_toleration_mark {
  size_t key_bytes; /* the length of the key; 0: any key */
  int effect;       /* what taints of its effect permit, as enum dset_verdict; see taint.c for other effects */
} dset_toleration_mark;

typedef struct dset_tolerations {
  dset_toleration *items;      /* strings in the arena */
  dset_toleration_mark *marks; /* of each */
  size_t count;
  bool compare; /* gate TaintTolerationComparisonOperators (C16) */
} dset_tolerations;

/* The template's tolerations with the automatic ones merged in (C2, C3). False when an allocation fails. */
bool dset_tolerations_of(dset_arena *arena, const dset_daemonset *daemonset, bool compare, dset_tolerations *to);

/* What the untolerated taints of a node permit (C4), as enum dset_verdict. `reasons` may be NULL. */
int dset_taints_permit(const dset_tolerations *tolerations, const dset_node *node, dset_reasons *reasons);

#endif
