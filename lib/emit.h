/* SPDX-License-Identifier: Apache-2.0 */
/* emit.h (L5): writing JSON the way Kubernetes writes it, byte for byte (G5), and RFC 3339 times. */
#ifndef DSET_LIB_EMIT_H
#define DSET_LIB_EMIT_H

#include <jansson.h>

#include "text.h"

/* How a tree is written. */
enum dset_emit_style {
  DSET_EMIT_AS_IS, /* members in the tree's order */
  DSET_EMIT_SORTED /* members by key */
};

/* A string with its quotes; NULL is "". */
void dset_emit_string(dset_buffer *buffer, const char *text);

/* `"key":"value"` behind a comma, unless `value` is NULL. */
void dset_emit_member(dset_buffer *buffer, const char *key, const char *value);

/* A tree without white space. */
void dset_emit_tree(dset_buffer *buffer, const json_t *tree, enum dset_emit_style style);

/* An RFC 3339 time in UTC, with milliseconds where there are any; times beyond the year 9999 are written as its end. */
void dset_emit_time(dset_buffer *buffer, int64_t time_ms);

#endif
