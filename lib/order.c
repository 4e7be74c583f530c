/* SPDX-License-Identifier: Apache-2.0 */
/* order.c (L0): see order.h for the picture. */
#include "order.h"

#include <string.h>

#include "table.h"

size_t dset_order_room(void) {
  return dset_pool_room(sizeof(dset_rank));
}

static void link_in(dset_order *order, dset_rank *rank, dset_rank *before, dset_rank *next) {
  rank->before = before;
  rank->next = next;
  *(before == NULL ? &order->first : &before->next) = rank;
  if (next != NULL) next->before = rank;
}

bool dset_order_add(dset_order *order, dset_pool *pool, const char *name, void *item) {
  dset_rank *rank = dset_pool_take(pool, sizeof *rank);
  if (rank == NULL) return false;
  *rank = (dset_rank){.name = name, .item = item, .weight = dset_table_hash(0, name)};
  dset_rank *before = NULL;
  dset_rank *next = NULL;
  dset_rank **at = &order->root;
  while (*at != NULL && (*at)->weight >= rank->weight) {
    bool right = strcmp((*at)->name, name) < 0;
    *(right ? &before : &next) = *at;
    at = right ? &(*at)->right : &(*at)->left;
  }
  /* What stood here is split by the name into the two sides of the new one. */
  dset_rank **left = &rank->left;
  dset_rank **right = &rank->right;
  for (dset_rank *part = *at; part != NULL;) {
    if (strcmp(part->name, name) < 0) {
      before = *left = part;
      left = &part->right;
      part = *left;
    } else {
      next = *right = part;
      right = &part->left;
      part = *right;
    }
  }
  *left = *right = NULL;
  *at = rank;
  link_in(order, rank, before, next);
  order->count++;
  return true;
}

static dset_rank **place_of(dset_rank **at, const char *name) {
  while (*at != NULL) {
    int order = strcmp(name, (*at)->name);
    if (order == 0) break;
    at = order < 0 ? &(*at)->left : &(*at)->right;
  }
  return at;
}

void *dset_order_find(const dset_order *order, const char *name) {
  dset_rank *root = order->root;
  const dset_rank *rank = *place_of(&root, name);
  return rank == NULL ? NULL : rank->item;
}

void dset_order_remove(dset_order *order, dset_pool *pool, const char *name) {
  dset_rank **at = place_of(&order->root, name);
  dset_rank *rank = *at;
  dset_rank *left = rank->left;
  dset_rank *right = rank->right;
  while (left != NULL && right != NULL) {
    if (left->weight >= right->weight) {
      *at = left;
      at = &left->right;
      left = *at;
    } else {
      *at = right;
      at = &right->left;
      right = *at;
    }
  }
  *at = left != NULL ? left : right;
  *(rank->before == NULL ? &order->first : &rank->before->next) = rank->next;
  if (rank->next != NULL) rank->next->before = rank->before;
  dset_pool_give(pool, rank, sizeof *rank);
  order->count--;
}
