/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream_table.h (L5): which members of a list of nodes or pods are read, and where they go. The types and kinds are
 * those of Kubernetes' schema (schema.h); tests/unit/test_stream.c holds one against the other.
 */
#ifndef DSET_LIB_STREAM_TABLE_H
#define DSET_LIB_STREAM_TABLE_H

#include "decode.h"

/* The objects of JSON that are looked into. */
enum dset_shape {
  DSET_SHAPE_LIST,
  DSET_SHAPE_ITEM, /* of which it is not known yet what it is */
  DSET_SHAPE_OTHER,
  DSET_SHAPE_NODE,
  DSET_SHAPE_POD,
  DSET_SHAPE_METADATA,
  DSET_SHAPE_OWNER,
  DSET_SHAPE_NODE_SPEC,
  DSET_SHAPE_TAINT,
  DSET_SHAPE_POD_SPEC,
  DSET_SHAPE_AFFINITY,
  DSET_SHAPE_NODE_AFFINITY,
  DSET_SHAPE_NODE_SELECTOR,
  DSET_SHAPE_TERM,
  DSET_SHAPE_REQUIREMENT,
  DSET_SHAPE_POD_STATUS,
  DSET_SHAPE_CONDITION,
  DSET_SHAPES
};

/* What a member is, and what is written to `to`. A member that is null is as good as none. */
enum dset_row_kind {
  DSET_ROW_TEXT,    /* const char *: a string of its own, as names and uids are */
  DSET_ROW_SHARED,  /* const char *: a string that comes again in other objects */
  DSET_ROW_BOOL,    /* bool */
  DSET_ROW_TIME,    /* int64_t */
  DSET_ROW_IS_SET,  /* bool: a time is there */
  DSET_ROW_INTEGER, /* int64_t */
  DSET_ROW_LABELS,  /* const dset_label *, and `count` */
  DSET_ROW_STRINGS, /* a map of strings that is checked and not kept */
  DSET_ROW_TEXTS,   /* const char *const *, and `count` */
  DSET_ROW_LIST,    /* an array of objects of `shape`, and `count` */
  DSET_ROW_INSIDE,  /* an object of `shape`, whose members go to the struct at `to` */
  DSET_ROW_TERMS,   /* const dset_terms *: an object of `shape` */
  DSET_ROW_ITEMS    /* the items of the list */
};

typedef struct dset_row {
  const char *name;
  uint8_t length; /* of the name */
  uint8_t kind;   /* enum dset_row_kind */
  uint8_t shape;  /* enum dset_shape */
  uint16_t to;    /* offset in the struct of the shape it stands in */
  uint16_t count; /* the same of the size_t that counts */
} dset_row;

typedef struct dset_shape_rows {
  const dset_row *rows;
  uint8_t count;
  uint8_t item_bytes;   /* of its struct, when it stands in lists */
  uint16_t schema_type; /* of schema.h; of LIST, ITEM and OTHER none */
} dset_shape_rows;

extern const dset_shape_rows dset_shapes[DSET_SHAPES];

/* The struct of LIST, and of ITEM, OTHER, NODE, POD and POD_STATUS. */
typedef struct dset_stream_list {
  const char *api_version;
  const char *kind;
} dset_stream_list;

typedef struct dset_stream_item {
  const char *api_version;
  const char *kind;
  enum dset_shape shape;
  dset_metadata meta;
  dset_node node;
  dset_pod pod;
  const char *phase;
  const dset_condition *conditions;
  size_t condition_count;
} dset_stream_item;

#endif
