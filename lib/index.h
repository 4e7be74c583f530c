/* SPDX-License-Identifier: Apache-2.0 */
/*
 * index.h (L0): a hash table of objects that come and go. The objects carry the link; the table holds only the ends.
 *
 *   buckets: [ ]──► hook ──► hook
 *            [ ]
 *            [ ]──► hook            at most as many hooks as buckets, unless memory to grow was refused
 */
#ifndef DSET_LIB_INDEX_H
#define DSET_LIB_INDEX_H

#include "pool.h"

/* Part of each object, at best its first member. */
typedef struct dset_hook {
  struct dset_hook *next;
  uint64_t hash;
} dset_hook;

typedef struct dset_index {
  dset_hook **buckets;
  size_t mask; /* how many buckets, less one */
  size_t count;
} dset_index;

/* False when an allocation fails. */
bool dset_index_init(dset_index *index, dset_pool *pool);

/* The first hook of that hash that `equal` accepts, or NULL. */
dset_hook *dset_index_find(const dset_index *index, uint64_t hash,
                           bool (*equal)(const dset_hook *hook, const void *key), const void *key);

/* Adds an object that is not there; cannot fail. */
void dset_index_add(dset_index *index, dset_pool *pool, dset_hook *hook, uint64_t hash);

/* Takes out an object that is there. */
void dset_index_remove(dset_index *index, dset_hook *hook);

/* The hook behind `hook`, or the first one for NULL, in no order that means anything; NULL at the end. */
dset_hook *dset_index_next(const dset_index *index, const dset_hook *hook);

/* Releases the table, not the objects. */
void dset_index_clear(dset_index *index, dset_pool *pool);

#endif
