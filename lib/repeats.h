/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repeats.h (L5): keys that stand again in one object. Loaders tell of each; the first `limit` are kept, all counted.
 *
 * Memory: a record for each that is kept, its steps, and the keys on its way, which records with the same way share.
 */
#ifndef DSET_LIB_REPEATS_H
#define DSET_LIB_REPEATS_H

#include "arena.h"
#include "path.h"
#include "place.h"

typedef struct dset_repeat {
  const dset_step *steps; /* to the key, which is the last one */
  size_t step_count;
  size_t line; /* of the key, from 1 */
  size_t column;
  size_t mark;   /* of the key in its document */
  size_t number; /* from 0, in the order in which the loader told them */
} dset_repeat;

/* Set `arena` and `limit`, leave the rest zero. The records of each document are in the order of its text. */
typedef struct dset_repeats {
  dset_arena *arena;
  size_t limit;
  size_t total; /* those beyond the limit included */
  dset_repeat *records;
  size_t count;
  size_t capacity;
  size_t located; /* records in front of it have line and column */
} dset_repeats;

/* Where a loader stands: a chain of frames on the C stack, one for each collection that is open. */
typedef struct dset_trail {
  struct dset_trail *parent;
  const char *key; /* of the member, not terminated; NULL: an item */
  size_t length;
  size_t index;
  const char *kept; /* a copy of the key in the arena, once a record needed it; NULL when the key changes */
} dset_trail;

/* The member `key` or the item `index` of the collection comes now. */
void dset_trail_member(dset_trail *trail, const char *key, size_t length);
void dset_trail_item(dset_trail *trail, size_t index);

/* The key where `trail` stands is there already; it stands again at `mark`. False when an allocation fails. */
bool dset_repeats_add(dset_repeats *repeats, dset_trail *trail, size_t mark);

/* Fills line and column of the records of a document that was just loaded, in one pass over its text. */
void dset_repeats_locate(dset_repeats *repeats, const dset_slice *slice, enum dset_unit unit);

#endif
