/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table.h (L0): a hash table from text (one or two parts) to an index; open addressing, linear probing, at most half
 * full, memory from an arena. Keys are borrowed. There is no deletion.
 *
 *   slots: [hash|entry] [empty] [hash|entry] ...     8 bytes each, so that a miss seldom leaves the cache
 *                  │                     │
 *   entries: [first|second|index] [first|second|index] ...       in the order of insertion
 *
 * Keys that are inserted in ascending order, as lists from an API server come, are known to differ: the slots are
 * filled by the first key that does not ascend, or that is looked up.
 */
#ifndef DSET_LIB_TABLE_H
#define DSET_LIB_TABLE_H

#include "arena.h"
#include "daemonset/base.h"
#include "text.h"

#define DSET_TABLE_NONE SIZE_MAX

typedef struct dset_table_slot {
  uint32_t hash;
  uint32_t entry; /* its place plus 1; 0: empty */
} dset_table_slot;

typedef struct dset_table_entry {
  const char *first;
  const char *second; /* "" for keys of one part */
  size_t index;
} dset_table_entry;

typedef struct dset_table_slots {
  bool filled; /* all entries are in slots */
  size_t mask;
  dset_table_slot items[];
} dset_table_slots;

typedef struct dset_table {
  dset_table_slots *slots; /* not a part of what the table holds: looking up may fill them */
  dset_table_entry *entries;
  uint32_t count;
} dset_table;

/* Room for `count` entries; false when an allocation fails or there are more than 2^30. */
bool dset_table_init(dset_table *table, dset_arena *arena, size_t count);

/* Inserts by way of the slots; as dset_table_insert(). */
size_t dset_table_insert_slot(dset_table *table, const dset_table_entry *entry);

static inline bool dset_table_ascends(const dset_table_entry *a, const dset_table_entry *b) {
  int order = a->first == b->first ? 0 : strcmp(a->first, b->first);
  return order < 0 || (order == 0 && strcmp(a->second, b->second) < 0);
}

/* Inserts, or returns the index that is there already; DSET_TABLE_NONE when it was inserted. */
static inline size_t dset_table_insert(dset_table *table, const char *first, const char *second, size_t index) {
  const dset_table_entry entry = {dset_text_or_empty(first), dset_text_or_empty(second), index};
  bool in_order =
      !table->slots->filled && (table->count == 0 || dset_table_ascends(&table->entries[table->count - 1], &entry));
  if (!in_order) return dset_table_insert_slot(table, &entry);
  table->entries[table->count++] = entry;
  return DSET_TABLE_NONE;
}

/* The index, or DSET_TABLE_NONE. */
size_t dset_table_find(const dset_table *table, const char *first, const char *second);

/*
 * Many look-ups at a time, up to DSET_TABLE_BATCH: `names` to their indices in `found`. Each step asks for the memory
 * that the next one reads, which is faster than one look-up after the other where the table is large.
 */
enum { DSET_TABLE_BATCH = 32 };
void dset_table_find_batch(const dset_table *table, const char *const *names, size_t count, size_t *found);

/* A hash of `hash` and a text, as the table has it. */
uint64_t dset_table_hash(uint64_t hash, const char *text);

#endif
