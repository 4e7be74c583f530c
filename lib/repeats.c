/* SPDX-License-Identifier: Apache-2.0 */
/* repeats.c (L5): keys that stand again in one object, see repeats.h. */
#include "repeats.h"

#include <stdlib.h>

void dset_trail_member(dset_trail *trail, const char *key, size_t length) {
  trail->key = key;
  trail->length = length;
  trail->kept = NULL;
}

void dset_trail_item(dset_trail *trail, size_t index) {
  trail->key = NULL;
  trail->index = index;
}

/* The steps to where the trail stands, in the arena. */
static const dset_step *copy_steps(dset_arena *arena, dset_trail *trail, size_t *count) {
  size_t depth = 0;
  for (const dset_trail *at = trail; at != NULL; at = at->parent) depth++;
  dset_step *steps = dset_arena_zalloc(arena, depth, sizeof *steps);
  if (steps == NULL) return NULL;
  *count = depth;
  for (dset_trail *at = trail; at != NULL; at = at->parent) {
    depth--;
    if (at->key == NULL) {
      steps[depth].index = at->index;
      continue;
    }
    if (at->kept == NULL) at->kept = dset_arena_copy(arena, at->key, at->length);
    if (at->kept == NULL) return NULL;
    steps[depth].key = at->kept;
  }
  return steps;
}

bool dset_repeats_add(dset_repeats *repeats, dset_trail *trail, size_t mark) {
  size_t number = repeats->total++;
  if (number >= repeats->limit) return true;
  dset_repeat record = {.mark = mark, .number = number};
  record.steps = copy_steps(repeats->arena, trail, &record.step_count);
  if (record.steps == NULL) return false;
  dset_repeat *records =
      dset_arena_grow(repeats->arena, repeats->records, repeats->count, &repeats->capacity, sizeof *records);
  if (records == NULL) return false;
  repeats->records = records;
  records[repeats->count++] = record;
  return true;
}

/* By mark. A key of an anchored mapping may be a repetition in several that merge it. */
static int compare_records(const void *left, const void *right) {
  const dset_repeat *a = left, *b = right;
  if (a->mark != b->mark) return a->mark < b->mark ? -1 : 1;
  return a->number < b->number ? -1 : a->number > b->number;
}

void dset_repeats_locate(dset_repeats *repeats, const dset_slice *slice, enum dset_unit unit) {
  dset_repeat *records = repeats->records;
  size_t added = repeats->count - repeats->located;
  if (added > 1) qsort(records + repeats->located, added, sizeof *records, compare_records);
  dset_cursor cursor = dset_cursor_at(slice);
  for (; repeats->located < repeats->count; repeats->located++) {
    dset_repeat *record = &records[repeats->located];
    dset_cursor_move(&cursor, unit, record->mark);
    record->line = cursor.line;
    record->column = cursor.column;
  }
}
