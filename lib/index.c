/* SPDX-License-Identifier: Apache-2.0 */
/* index.c (L0): see index.h. */
#include "index.h"

#include <string.h>

enum { FIRST_BUCKETS = 16 };

static dset_hook **make(dset_pool *pool, size_t count) {
  if (count > SIZE_MAX / sizeof(dset_hook *)) return NULL;
  dset_hook **buckets = dset_pool_allocate(pool, count * sizeof *buckets);
  if (buckets != NULL) memset(buckets, 0, count * sizeof *buckets);
  return buckets;
}

bool dset_index_init(dset_index *index, dset_pool *pool) {
  *index = (dset_index){.buckets = make(pool, FIRST_BUCKETS), .mask = FIRST_BUCKETS - 1};
  return index->buckets != NULL;
}

dset_hook *dset_index_find(const dset_index *index, uint64_t hash,
                           bool (*equal)(const dset_hook *hook, const void *key), const void *key) {
  for (dset_hook *hook = index->buckets[hash & index->mask]; hook != NULL; hook = hook->next) {
    if (hook->hash == hash && equal(hook, key)) return hook;
  }
  return NULL;
}

static void link_in(dset_hook **buckets, size_t mask, dset_hook *hook) {
  dset_hook **bucket = &buckets[hook->hash & mask];
  hook->next = *bucket;
  *bucket = hook;
}

/* Without the memory it stays as it is: slower, and right. */
static void grow(dset_index *index, dset_pool *pool) {
  size_t count = (index->mask + 1) * 2;
  dset_hook **buckets = make(pool, count);
  if (buckets == NULL) return;
  for (size_t i = 0; i <= index->mask; i++) {
    for (dset_hook *hook = index->buckets[i], *next; hook != NULL; hook = next) {
      next = hook->next;
      link_in(buckets, count - 1, hook);
    }
  }
  dset_index_clear(index, pool);
  index->buckets = buckets;
  index->mask = count - 1;
}

void dset_index_add(dset_index *index, dset_pool *pool, dset_hook *hook, uint64_t hash) {
  if (index->count > index->mask) grow(index, pool);
  hook->hash = hash;
  link_in(index->buckets, index->mask, hook);
  index->count++;
}

void dset_index_remove(dset_index *index, dset_hook *hook) {
  dset_hook **at = &index->buckets[hook->hash & index->mask];
  while (*at != hook) at = &(*at)->next;
  *at = hook->next;
  index->count--;
}

dset_hook *dset_index_next(const dset_index *index, const dset_hook *hook) {
  if (hook != NULL && hook->next != NULL) return hook->next;
  for (size_t i = hook == NULL ? 0 : (hook->hash & index->mask) + 1; i <= index->mask; i++) {
    if (index->buckets[i] != NULL) return index->buckets[i];
  }
  return NULL;
}

void dset_index_clear(dset_index *index, dset_pool *pool) {
  dset_pool_release(pool, index->buckets, (index->mask + 1) * sizeof(dset_hook *));
  index->buckets = NULL;
}
