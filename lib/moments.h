/* SPDX-License-Identifier: Apache-2.0 */
/*
 * moments.h (L0): what comes first of many moments. A binary heap of moments that stand in other objects and know their
 * place, so that each can be moved or taken out.
 */
#ifndef DSET_LIB_MOMENTS_H
#define DSET_LIB_MOMENTS_H

#include "pool.h"

typedef struct dset_moment {
  int64_t at_ms;
  size_t place; /* in the heap, from 1; 0: not in it */
} dset_moment;

typedef struct dset_moments {
  dset_moment **heap;
  size_t count;
  size_t capacity;
} dset_moments;

/* Makes room for `total` moments in all, those that are in it included. False when an allocation fails. */
bool dset_moments_reserve(dset_moments *moments, dset_pool *pool, size_t total);

/* Puts a moment in, or moves it, to `at_ms`. There must be room. */
void dset_moments_set(dset_moments *moments, dset_moment *moment, int64_t at_ms);

/* Takes a moment out, if it is in. */
void dset_moments_remove(dset_moments *moments, dset_moment *moment);

/* The earliest, or NULL. */
dset_moment *dset_moments_first(const dset_moments *moments);

void dset_moments_clear(dset_moments *moments, dset_pool *pool);

#endif
