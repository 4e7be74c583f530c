/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place.c (L5): lines and columns, and the search for many places in one walk, see place.h.
 *
 * Places are sorted by their steps, so that those through one value are neighbours, and binary search finds those
 * through one of its parts:
 *
 *   spec                                 ends here
 *   spec, args, [0]                 ─┐
 *   spec, args, [3]                  ├─ range of "args" ─► of [3]
 *   spec, args, [3], name           ─┘
 *   spec, name
 *
 * When a part is found, so are all places through it, until a deeper part is. A key may stand a million times in an
 * object, with thousands of places below it: to write each time into each place would take as long as one times the
 * other. So what is found is noted for a range at once, in a segment tree whose leaves are `mark` and whose inner nodes
 * are `cover`: O(log count). As marks only grow, the largest on the way from a leaf to the root is the last one told.
 */
#include "place.h"

#include <stdlib.h>
#include <string.h>

/* ---- lines and columns ---- */

dset_cursor dset_cursor_at(const dset_slice *slice) {
  return (dset_cursor){
      .at = slice->text + slice->begin, .end = slice->text + slice->end, .line = slice->line, .column = slice->column};
}

void dset_cursor_move(dset_cursor *cursor, enum dset_unit unit, size_t mark) {
  while (cursor->passed[unit] < mark && cursor->at < cursor->end) {
    const char *character = cursor->at++;
    while (cursor->at < cursor->end && ((unsigned char)*cursor->at & 0xC0) == 0x80) cursor->at++;
    cursor->passed[DSET_UNIT_BYTES] += (size_t)(cursor->at - character);
    cursor->passed[DSET_UNIT_CHARACTERS]++;
    cursor->column++;
    if (*character != '\n') continue;
    cursor->line++;
    cursor->column = 1;
  }
}

/* ---- order ---- */

static int compare_sizes(size_t a, size_t b) {
  return a < b ? -1 : a > b;
}

static int compare_index(const void *index, const dset_step *step) {
  return step->key != NULL ? -1 : compare_sizes(*(const size_t *)index, step->index);
}

static int compare_steps(const dset_step *a, const dset_step *b) {
  if (a->key == NULL) return compare_index(&a->index, b);
  return b->key == NULL ? 1 : strcmp(a->key, b->key);
}

/* By steps; indexes stand in front of keys, and a path in front of those that go on from it. */
static int compare_paths(const void *left, const void *right) {
  const dset_place *a = left, *b = right;
  for (size_t i = 0; i < a->step_count && i < b->step_count; i++) {
    int order = compare_steps(&a->steps[i], &b->steps[i]);
    if (order != 0) return order;
  }
  return compare_sizes(a->step_count, b->step_count);
}

static int compare_marks(const void *left, const void *right) {
  const dset_place *a = left, *b = right;
  return compare_sizes(a->mark, b->mark);
}

dset_range dset_search_begin(dset_search *search, dset_place *places, size_t count) {
  *search = (dset_search){places, count};
  for (size_t i = 0; i < count; i++) {
    places[i].mark = places[i].cover = 0;
    places[i].number = i;
  }
  if (count > 1) qsort(places, count, sizeof *places, compare_paths);
  return (dset_range){0, count, 0};
}

/* ---- ranges ---- */

/* The first place of the range whose next step is not in front of `part`; with `behind`, the first behind it. */
static size_t find_bound(const dset_search *search, dset_range range, dset_step_compare *compare, const void *part,
                         bool behind) {
  while (!dset_range_empty(range)) {
    size_t middle = range.first + (range.end - range.first) / 2;
    int order = compare(part, &search->places[middle].steps[range.depth]);
    if (behind ? order >= 0 : order > 0) {
      range.first = middle + 1;
    } else {
      range.end = middle;
    }
  }
  return range.first;
}

/* The range of those that take no step behind `range.depth` is in front. */
static size_t skip_ended(const dset_search *search, dset_range range) {
  while (!dset_range_empty(range)) {
    size_t middle = range.first + (range.end - range.first) / 2;
    if (search->places[middle].step_count == range.depth) {
      range.first = middle + 1;
    } else {
      range.end = middle;
    }
  }
  return range.first;
}

/* All indexes are one part, and stand in front of all keys. */
static int compare_kind(const void *part, const dset_step *step) {
  (void)part;
  return step->key != NULL ? -1 : 0;
}

dset_range dset_search_parts(const dset_search *search, dset_range range, bool keys) {
  range.first = skip_ended(search, range);
  size_t first_key = find_bound(search, range, compare_kind, NULL, true);
  if (keys) {
    range.first = first_key;
  } else {
    range.end = first_key;
  }
  return range;
}

dset_range dset_search_key(const dset_search *search, dset_range parts, dset_step_compare *compare, const void *key) {
  dset_range found = parts;
  found.first = find_bound(search, parts, compare, key, false);
  parts.first = found.first;
  found.end = find_bound(search, parts, compare, key, true);
  found.depth++;
  return found;
}

dset_range dset_search_item(const dset_search *search, dset_range parts, size_t index) {
  return dset_search_key(search, parts, compare_index, &index);
}

/* ---- marks ---- */

/* Node `i` of the segment tree, 1 to 2 × count - 1. Its parent is node i / 2; the leaves are the last `count`. */
static size_t *node_at(const dset_search *search, size_t i) {
  return i < search->count ? &search->places[i].cover : &search->places[i - search->count].mark;
}

void dset_search_found(const dset_search *search, dset_range range, size_t mark) {
  size_t first = range.first + search->count, end = range.end + search->count;
  for (; first < end; first /= 2, end /= 2) {
    if (first % 2 == 1) *node_at(search, first++) = mark;
    if (end % 2 == 1) *node_at(search, --end) = mark;
  }
}

static void give_to_leaves(const dset_search *search) {
  for (size_t i = 2; i < 2 * search->count; i++) {
    size_t *node = node_at(search, i), parent = *node_at(search, i / 2);
    if (parent > *node) *node = parent;
  }
}

static void restore_order(const dset_search *search) {
  for (size_t i = 0; i < search->count; i++) {
    while (search->places[i].number != i) {
      dset_place moved = search->places[i];
      search->places[i] = search->places[moved.number];
      search->places[moved.number] = moved;
    }
  }
}

void dset_search_end(const dset_search *search, const dset_slice *slice, enum dset_unit unit) {
  give_to_leaves(search);
  if (search->count > 1) qsort(search->places, search->count, sizeof *search->places, compare_marks);
  dset_cursor cursor = dset_cursor_at(slice);
  for (size_t i = 0; i < search->count; i++) {
    dset_cursor_move(&cursor, unit, search->places[i].mark);
    search->places[i].line = cursor.line;
    search->places[i].column = cursor.column;
  }
  restore_order(search);
}
