/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.h (L0): memory for objects that come and go. What is given back waits in a list of its size for the next piece
 * of that size, so that after a warm-up nothing asks the allocator.
 *
 *   slab ─► [given out······|current ...]     slabs double up to a megabyte, or have the size that was asked for
 *   slab ─► [given out····|spare ...]         what was left of an earlier slab
 *   free[ 16] ─► piece ─► piece               16, 32, ... 512, then four sizes to each doubling
 *   free[ 32] ─► piece
 *
 * dset_pool_reserve() makes the calls that follow infallible: it is how an event is either taken in whole or refused.
 */
#ifndef DSET_LIB_POOL_H
#define DSET_LIB_POOL_H

#include "daemonset/base.h"

enum { DSET_POOL_SMALL_SIZES = 32, DSET_POOL_SIZES = DSET_POOL_SMALL_SIZES + 4 * 54 };

typedef struct dset_pool_slab dset_pool_slab;
typedef struct dset_pool_piece dset_pool_piece;

typedef struct dset_pool {
  dset_allocator allocator;
  dset_pool_slab *slabs;
  char *current;
  char *current_end;
  char *spare;
  char *spare_end;
  size_t slab_bytes; /* of the next slab */
  dset_pool_piece *free[DSET_POOL_SIZES];
} dset_pool;

/* Sets up an empty pool; the allocator is copied. */
void dset_pool_init(dset_pool *pool, const dset_allocator *allocator);

/* How much of a reservation a piece of so many bytes takes; SIZE_MAX when there is no such piece. */
size_t dset_pool_room(size_t bytes);

/* Makes sure that pieces whose rooms add up to `room` can be taken. False when an allocation fails. */
bool dset_pool_reserve(dset_pool *pool, size_t room);

/* A piece of memory, aligned for any type; NULL when an allocation fails. */
void *dset_pool_take(dset_pool *pool, size_t bytes);

/* Gives back what was taken with the same `bytes`; NULL is allowed. */
void dset_pool_give(dset_pool *pool, void *piece, size_t bytes);

/* Asks the allocator itself, for what is large and grows; the caller releases it. */
void *dset_pool_allocate(dset_pool *pool, size_t bytes);
void dset_pool_release(dset_pool *pool, void *memory, size_t bytes);

/* Releases all slabs. */
void dset_pool_clear(dset_pool *pool);

#endif
