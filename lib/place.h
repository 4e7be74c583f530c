/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place.h (L5): where things stand in a text: marks, lines and columns, and the search for many places in one walk.
 *
 * A mark counts from the start of a slice, in bytes (json.c) or in characters (yaml.c, as libyaml counts them).
 */
#ifndef DSET_LIB_PLACE_H
#define DSET_LIB_PLACE_H

#include "daemonset/base.h"
#include "path.h"

/* text[begin..end), of valid UTF-8. */
typedef struct dset_slice {
  const char *text;
  size_t begin;
  size_t end;
  size_t line; /* of text[begin], from 1 */
  size_t column;
} dset_slice;

enum dset_unit { DSET_UNIT_BYTES, DSET_UNIT_CHARACTERS };

/* Goes over a slice once, from its start to its end, and counts lines and columns, both from 1. */
typedef struct dset_cursor {
  const char *at;
  const char *end;
  size_t passed[2]; /* by unit */
  size_t line;
  size_t column; /* in characters */
} dset_cursor;

dset_cursor dset_cursor_at(const dset_slice *slice);

/* Goes on to `mark`, which must not lie behind. */
void dset_cursor_move(dset_cursor *cursor, enum dset_unit unit, size_t mark);

/* A path that leads into a document, and where its end stands. Set `steps` and `step_count`; the rest is filled. */
typedef struct dset_place {
  const dset_step *steps;
  size_t step_count;
  size_t line; /* from 1 */
  size_t column;
  size_t mark;   /* of the deepest part that was found */
  size_t cover;  /* while it is searched for, see place.c */
  size_t number; /* its place in the order of the caller */
} dset_place;

/*
 * A walk over a text looks for all places at once. It holds a range of places, those that lead through the value it
 * stands at, and takes of it what leads on into each part; a part where that is nothing is skipped.
 */
typedef struct dset_search {
  dset_place *places;
  size_t count;
} dset_search;

typedef struct dset_range {
  size_t first;
  size_t end;
  size_t depth; /* steps taken so far, the same in all of them */
} dset_range;

/* Starts a search; gives the range of all places. They are put in another order until the search ends. */
dset_range dset_search_begin(dset_search *search, dset_place *places, size_t count);

/* Those of the range that lead on by a key, or those that lead on by an index. */
dset_range dset_search_parts(const dset_search *search, dset_range range, bool keys);

/* Those of the parts that lead to item `index`; to the key at which `compare` gives 0, as strcmp(key, step->key). */
typedef int dset_step_compare(const void *key, const dset_step *step);
dset_range dset_search_item(const dset_search *search, dset_range parts, size_t index);
dset_range dset_search_key(const dset_search *search, dset_range parts, dset_step_compare *compare, const void *key);

/* What the range leads to stands at `mark`. Marks must be told in the order of the text: the last one counts. */
void dset_search_found(const dset_search *search, dset_range range, size_t mark);

/* Ends a search: fills lines and columns in one pass over the slice, and puts the places back in order. */
void dset_search_end(const dset_search *search, const dset_slice *slice, enum dset_unit unit);

static inline bool dset_range_empty(dset_range range) {
  return range.first == range.end;
}

#endif
