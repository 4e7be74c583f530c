/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reasons.h (L2): where matching puts its reasons. The matcher is one piece of code for both questions: asked with a
 * list it collects every reason, asked with NULL it stops at the first "no".
 */
#ifndef DSET_LIB_REASONS_H
#define DSET_LIB_REASONS_H

#include "arena.h"
#include "daemonset/match.h"

typedef struct dset_reasons {
  dset_arena *arena; /* of the reasons and their strings */
  dset_reason *items;
  size_t count;
  size_t capacity;
  bool failed; /* an allocation failed */
} dset_reasons;

/* Appends a copy of `reason` and of its strings; NULL ones become "", but a NULL text is a failed allocation. */
void dset_reasons_add(dset_reasons *reasons, const dset_reason *reason);

#endif
