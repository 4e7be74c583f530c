/* SPDX-License-Identifier: Apache-2.0 */
/* backoff.c (L3): the back-off of nodes with failed pods (E8). */
#include "backoff.h"

#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "text.h"

bool dset_backoffs_begin(dset_backoffs *backoffs, const dset_sync *sync) {
  size_t count = sync->snapshot->backoff_count;
  *backoffs = (dset_backoffs){.sync = sync, .count = count, .capacity = count};
  backoffs->items = dset_arena_alloc(sync->scratch, count, sizeof *backoffs->items);
  if (backoffs->items == NULL) return false;
  if (count != 0) memcpy(backoffs->items, sync->snapshot->backoffs, count * sizeof *backoffs->items);
  return true;
}

size_t dset_backoffs_find(const dset_backoffs *backoffs, const char *node) {
  return dset_table_find(&backoffs->sync->backoffs, node, "");
}

/* How long ago the entry was last advanced. */
static int64_t age_of(const dset_backoffs *backoffs, size_t place) {
  int64_t last_ms = backoffs->items[place].last_ms;
  return dset_time_add(backoffs->sync->snapshot->now_ms, last_ms == INT64_MIN ? INT64_MAX : -last_ms);
}

static bool expired(const dset_backoffs *backoffs, size_t place) {
  int64_t max_ms = backoffs->sync->options.backoff_max_ms;
  return age_of(backoffs, place) > dset_time_add(max_ms, max_ms);
}

bool dset_backoffs_active(const dset_backoffs *backoffs, size_t place) {
  if (place == DSET_TABLE_NONE || expired(backoffs, place)) return false;
  return age_of(backoffs, place) < backoffs->items[place].delay_ms;
}

int64_t dset_backoffs_end(const dset_backoffs *backoffs, size_t place) {
  const dset_backoff *backoff = &backoffs->items[place];
  int64_t now_ms = backoffs->sync->snapshot->now_ms;
  int64_t max_ms = backoffs->sync->options.backoff_max_ms;
  int64_t end_ms = dset_time_add(backoff->last_ms < now_ms ? backoff->last_ms : now_ms, backoff->delay_ms);
  int64_t expires_ms = dset_time_add(dset_time_add(backoff->last_ms, dset_time_add(max_ms, max_ms)), 1);
  return end_ms < expires_ms ? end_ms : expires_ms;
}

bool dset_backoffs_advance(dset_backoffs *backoffs, const char *node, size_t *place) {
  const dset_options *options = &backoffs->sync->options;
  int64_t delay_ms = options->backoff_initial_ms;
  if (*place == DSET_TABLE_NONE) {
    dset_backoff *items =
        dset_arena_grow(backoffs->sync->scratch, backoffs->items, backoffs->count, &backoffs->capacity, sizeof *items);
    if (items == NULL) return false;
    backoffs->items = items;
    *place = backoffs->count++;
  } else if (!expired(backoffs, *place)) {
    delay_ms = dset_time_add(backoffs->items[*place].delay_ms, backoffs->items[*place].delay_ms);
    if (delay_ms > options->backoff_max_ms) delay_ms = options->backoff_max_ms;
  }
  backoffs->items[*place] = (dset_backoff){node, delay_ms, backoffs->sync->snapshot->now_ms};
  return true;
}

static int compare_nodes(const void *a, const void *b) {
  const dset_backoff *left = a;
  const dset_backoff *right = b;
  return strcmp(left->node, right->node);
}

void dset_backoff_sort(dset_backoff *items, size_t count) {
  if (count > 1) qsort(items, count, sizeof *items, compare_nodes);
}

void dset_backoffs_finish(dset_backoffs *backoffs) {
  dset_backoff_sort(backoffs->items, backoffs->count);
}

size_t dset_backoff_bytes(const dset_backoff *items, size_t count) {
  size_t bytes = count * sizeof *items;
  for (size_t i = 0; i < count; i++) bytes += dset_text_size(items[i].node);
  return bytes;
}

dset_backoff *dset_backoff_place(const dset_backoff *items, size_t count, void *memory) {
  dset_backoff *copy = memory;
  char *at = (char *)(copy + count);
  for (size_t i = 0; i < count; i++) {
    copy[i] = items[i];
    copy[i].node = dset_text_place(items[i].node, &at);
  }
  return copy;
}
