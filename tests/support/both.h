/* SPDX-License-Identifier: Apache-2.0 */
/* both.h: a text read both ways, as a large list without a tree (stream.h) and by way of a tree, and held together. */
#ifndef DSET_TEST_BOTH_H
#define DSET_TEST_BOTH_H

#include <stddef.h>

enum both_outcome {
  BOTH_READ,      /* the same objects */
  BOTH_LEFT,      /* left to the way by a tree, which reads it */
  BOTH_REFUSED,   /* left to the way by a tree, which refuses it */
  BOTH_DIFFERENT, /* `why` says where */
  BOTH_OUTCOMES
};

/*
 * `text` is read from a copy of just that size, behind which a sanitizer watches. The way by a tree is the public call:
 * it takes it for a text shorter than DSET_STREAM_BYTES, and for one with a blank in front. `max_depth`: 0 is the
 * default.
 */
enum both_outcome both_read(const char *text, size_t bytes, size_t max_depth, char why[200]);

#endif
