/* SPDX-License-Identifier: Apache-2.0 */
/* moments.c (L0): see moments.h. */
#include "moments.h"

#include <string.h>

bool dset_moments_reserve(dset_moments *moments, dset_pool *pool, size_t total) {
  if (total <= moments->capacity) return true;
  size_t capacity = moments->capacity == 0 ? 8 : moments->capacity * 2;
  if (capacity < total) capacity = total;
  if (capacity > SIZE_MAX / sizeof *moments->heap) return false;
  dset_moment **heap = dset_pool_allocate(pool, capacity * sizeof *heap);
  if (heap == NULL) return false;
  if (moments->count != 0) memcpy(heap, moments->heap, moments->count * sizeof *heap);
  dset_pool_release(pool, moments->heap, moments->capacity * sizeof *heap);
  moments->heap = heap;
  moments->capacity = capacity;
  return true;
}

static void stand(dset_moments *moments, dset_moment *moment, size_t place) {
  moments->heap[place - 1] = moment;
  moment->place = place;
}

static void rise(dset_moments *moments, dset_moment *moment, size_t place) {
  for (; place > 1; place /= 2) {
    dset_moment *parent = moments->heap[place / 2 - 1];
    if (parent->at_ms <= moment->at_ms) break;
    stand(moments, parent, place);
  }
  stand(moments, moment, place);
}

static void sink(dset_moments *moments, dset_moment *moment, size_t place) {
  for (;;) {
    size_t child = place * 2;
    if (child > moments->count) break;
    if (child < moments->count && moments->heap[child]->at_ms < moments->heap[child - 1]->at_ms) child++;
    if (moments->heap[child - 1]->at_ms >= moment->at_ms) break;
    stand(moments, moments->heap[child - 1], place);
    place = child;
  }
  stand(moments, moment, place);
}

void dset_moments_set(dset_moments *moments, dset_moment *moment, int64_t at_ms) {
  bool later = moment->place != 0 && at_ms > moment->at_ms;
  moment->at_ms = at_ms;
  if (later) {
    sink(moments, moment, moment->place);
  } else {
    rise(moments, moment, moment->place != 0 ? moment->place : ++moments->count);
  }
}

void dset_moments_remove(dset_moments *moments, dset_moment *moment) {
  size_t place = moment->place;
  if (place == 0) return;
  dset_moment *last = moments->heap[--moments->count];
  moment->place = 0;
  if (last == moment) return;
  rise(moments, last, place);
  sink(moments, last, last->place);
}

dset_moment *dset_moments_first(const dset_moments *moments) {
  return moments->count == 0 ? NULL : moments->heap[0];
}

void dset_moments_clear(dset_moments *moments, dset_pool *pool) {
  dset_pool_release(pool, moments->heap, moments->capacity * sizeof *moments->heap);
  *moments = (dset_moments){0};
}
