/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.h (L0): a hash table from text (one or two parts) to an index; open addressing, linear probing, at most half
 * full, memory from an arena. Keys are borrowed. There is no deletion.
 *
 *   slots: [hash|index] [empty] [hash|index] ...      keys are kept by the caller and compared through `first`/`second`
 */
#ifndef DSET_LIB_TABLE_H
#define DSET_LIB_TABLE_H

#include "arena.h"
#include "daemonset/base.h"

#define DSET_TABLE_NONE SIZE_MAX

typedef struct dset_table_slot {
  const char *first;
  const char *second; /* "" for keys of one part */
  uint64_t hash;
  size_t index; /* DSET_TABLE_NONE: empty */
} dset_table_slot;

typedef struct dset_table {
  dset_table_slot *slots;
  size_t mask;
} dset_table;

/* Room for `count` entries; false when an allocation fails. */
bool dset_table_init(dset_table *table, dset_arena *arena, size_t count);

/* Inserts, or returns the index that is there already; DSET_TABLE_NONE when it was inserted. */
size_t dset_table_insert(dset_table *table, const char *first, const char *second, size_t index);

/* The index, or DSET_TABLE_NONE. */
size_t dset_table_find(const dset_table *table, const char *first, const char *second);

#endif
