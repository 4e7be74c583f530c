/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backoff.h (L3): how long a node waits before a failed pod is replaced once more (E8).
 *
 *   entry                          | active | advancing it gives
 *   none                           | no     | the initial delay
 *   now - last > 2 × maximum       | no     | the initial delay
 *   now - last < delay             | yes    | twice the delay, at most the maximum
 *   otherwise                      | no     | twice the delay, at most the maximum
 */
#ifndef DSET_LIB_BACKOFF_H
#define DSET_LIB_BACKOFF_H

#include "sync.h"

/* The snapshot's entries, then those of nodes that had none. */
typedef struct dset_backoffs {
  const dset_sync *sync;
  dset_backoff *items;
  size_t count;
  size_t capacity;
} dset_backoffs;

/* False when an allocation fails. */
bool dset_backoffs_begin(dset_backoffs *backoffs, const dset_sync *sync);

/* The place of a node's entry, or DSET_TABLE_NONE. */
size_t dset_backoffs_find(const dset_backoffs *backoffs, const char *node);

bool dset_backoffs_active(const dset_backoffs *backoffs, size_t place);

/* When an active entry ends, or expires: a delay may be above a maximum that was lowered. One that was advanced after
 * now, because a clock was off, counts from now (E10). */
int64_t dset_backoffs_end(const dset_backoffs *backoffs, size_t place);

/* Advances the entry at `place`, or makes one; `place` becomes its place. False when an allocation fails. */
bool dset_backoffs_advance(dset_backoffs *backoffs, const char *node, size_t *place);

/* Sorts the entries by node. Places are void afterwards. */
void dset_backoffs_finish(dset_backoffs *backoffs);

/* Sorts entries by node. */
void dset_backoff_sort(dset_backoff *items, size_t count);

/* What a copy of entries takes, the names of their nodes included; copies them into so much memory. */
size_t dset_backoff_bytes(const dset_backoff *items, size_t count);
dset_backoff *dset_backoff_place(const dset_backoff *items, size_t count, void *memory);

#endif
