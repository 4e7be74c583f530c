/* SPDX-License-Identifier: Apache-2.0 */
/* pool.c (L0): see pool.h for the picture. */
#include "pool.h"

enum { GRAIN = 16, SMALL_BYTES = GRAIN * DSET_POOL_SMALL_SIZES, FIRST_SLAB_BYTES = 4096, LAST_SLAB_BYTES = 1 << 20 };

struct dset_pool_slab {
  dset_pool_slab *older;
  size_t bytes; /* header included */
  max_align_t payload[];
};

struct dset_pool_piece {
  dset_pool_piece *next;
};

void dset_pool_init(dset_pool *pool, const dset_allocator *allocator) {
  *pool = (dset_pool){.allocator = *allocator, .slab_bytes = FIRST_SLAB_BYTES};
}

/*
 * The list of a size, and how many bytes its pieces have:
 *
 *   1 .. 16       0     16
 *   17 .. 32      1     32
 *   ...
 *   497 .. 512    31    512
 *   513 .. 640    32    640
 *   641 .. 768    33    768
 *   ...                 four to each doubling
 */
static size_t list_of(size_t bytes, size_t *room) {
  if (bytes <= SMALL_BYTES) {
    size_t list = bytes == 0 ? 0 : (bytes - 1) / GRAIN;
    *room = (list + 1) * GRAIN;
    return list;
  }
  size_t base = SMALL_BYTES;
  size_t list = DSET_POOL_SMALL_SIZES;
  while (bytes > base * 2) {
    base *= 2;
    list += 4;
  }
  size_t step = base / 4;
  size_t steps = (bytes - base + step - 1) / step;
  *room = base + steps * step;
  return list + steps - 1;
}

size_t dset_pool_room(size_t bytes) {
  if (bytes > SIZE_MAX / 4) return SIZE_MAX;
  size_t room;
  list_of(bytes, &room);
  return room;
}

void *dset_pool_allocate(dset_pool *pool, size_t bytes) {
  return pool->allocator.allocate(pool->allocator.context, bytes);
}

void dset_pool_release(dset_pool *pool, void *memory, size_t bytes) {
  if (memory != NULL) pool->allocator.release(pool->allocator.context, memory, bytes);
}

static size_t left(const char *from, const char *end) {
  return (size_t)(end - from);
}

/* The longer rest of the slabs before stays of use. */
static void keep_rest(dset_pool *pool) {
  if (left(pool->current, pool->current_end) <= left(pool->spare, pool->spare_end)) return;
  pool->spare = pool->current;
  pool->spare_end = pool->current_end;
}

bool dset_pool_reserve(dset_pool *pool, size_t room) {
  if (left(pool->current, pool->current_end) >= room) return true;
  size_t payload = room > pool->slab_bytes ? room : pool->slab_bytes;
  if (payload > SIZE_MAX / 2) return false;
  dset_pool_slab *slab = dset_pool_allocate(pool, sizeof *slab + payload);
  if (slab == NULL) return false;
  *slab = (dset_pool_slab){.older = pool->slabs, .bytes = sizeof *slab + payload};
  pool->slabs = slab;
  if (pool->slab_bytes < LAST_SLAB_BYTES) pool->slab_bytes *= 2;
  keep_rest(pool);
  pool->current = (char *)slab->payload;
  pool->current_end = pool->current + payload;
  return true;
}

static void *cut(char **from, const char *end, size_t room) {
  if (left(*from, end) < room) return NULL;
  void *piece = *from;
  *from += room;
  return piece;
}

void *dset_pool_take(dset_pool *pool, size_t bytes) {
  if (bytes > SIZE_MAX / 4) return NULL;
  size_t room;
  dset_pool_piece **list = &pool->free[list_of(bytes, &room)];
  dset_pool_piece *piece = *list;
  if (piece != NULL) {
    *list = piece->next;
    return piece;
  }
  void *memory = cut(&pool->spare, pool->spare_end, room);
  if (memory != NULL) return memory;
  return dset_pool_reserve(pool, room) ? cut(&pool->current, pool->current_end, room) : NULL;
}

void dset_pool_give(dset_pool *pool, void *piece, size_t bytes) {
  if (piece == NULL) return;
  size_t room;
  dset_pool_piece **list = &pool->free[list_of(bytes, &room)];
  dset_pool_piece *given = piece;
  given->next = *list;
  *list = given;
}

void dset_pool_clear(dset_pool *pool) {
  while (pool->slabs != NULL) {
    dset_pool_slab *slab = pool->slabs;
    pool->slabs = slab->older;
    pool->allocator.release(pool->allocator.context, slab, slab->bytes);
  }
}
