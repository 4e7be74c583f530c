/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order.h (L0): a set of items in the order of their names. A treap: a search tree by name that is a heap by a hash of
 * the name, so that its shape follows from its names alone and is balanced but for names chosen against it. A list runs
 * through it:
 *
 *              m
 *            /   \          first ─► c ⇄ f ⇄ m ⇄ p
 *           c     p
 *            \
 *             f
 */
#ifndef DSET_LIB_ORDER_H
#define DSET_LIB_ORDER_H

#include "pool.h"

typedef struct dset_rank {
  struct dset_rank *left;
  struct dset_rank *right;
  struct dset_rank *before;
  struct dset_rank *next;
  const char *name; /* borrowed */
  void *item;
  uint64_t weight;
} dset_rank;

typedef struct dset_order {
  dset_rank *root;
  dset_rank *first;
  size_t count;
} dset_order;

/* What dset_order_add() takes of a reservation. */
size_t dset_order_room(void);

/* Adds an item whose name is not there. False when an allocation fails. */
bool dset_order_add(dset_order *order, dset_pool *pool, const char *name, void *item);

/* The item of that name, or NULL. */
void *dset_order_find(const dset_order *order, const char *name);

/* Takes out the item of that name, which is there. */
void dset_order_remove(dset_order *order, dset_pool *pool, const char *name);

#endif
