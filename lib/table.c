/* SPDX-License-Identifier: Apache-2.0 */
/* table.c (L0): see table.h. The hash is the same in every process, because plans must be; it does not resist keys that
 * were chosen to collide. */
#include "table.h"

#include <string.h>

#include "prefetch.h"
#include "text.h"

static uint64_t load8(const char *text) {
  uint64_t word;
  memcpy(&word, text, 8);
  return word;
}

static uint64_t load4(const char *text) {
  uint32_t word;
  memcpy(&word, text, 4);
  return word;
}

static uint64_t mix(uint64_t hash, uint64_t word) {
  hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
  return hash ^ (hash >> 32);
}

/*
 * Eight bytes at a time. The last eight overlap those before them, which saves a loop over single bytes; the length
 * tells apart what overlaps differently.
 */
static uint64_t hash_text(uint64_t hash, const char *text) {
  size_t bytes = strlen(text);
  hash ^= (uint64_t)bytes << 56;
  if (bytes >= 8) {
    const char *last = text + bytes - 8;
    for (; text < last; text += 8) hash = mix(hash, load8(text));
    return mix(hash, load8(last));
  }
  if (bytes >= 4) return mix(hash, load4(text) << 32 | load4(text + bytes - 4));
  if (bytes == 0) return hash;
  uint64_t first = (unsigned char)text[0], middle = (unsigned char)text[bytes / 2],
           last = (unsigned char)text[bytes - 1];
  return mix(hash, first | middle << 8 | last << 16);
}

uint64_t dset_table_hash(uint64_t hash, const char *text) {
  return hash_text(hash, text);
}

static uint64_t hash_key(const char *first, const char *second) {
  uint64_t hash = hash_text(UINT64_C(0xCBF29CE484222325), first);
  return mix(second[0] == '\0' ? hash : hash_text(hash, second), 0);
}

bool dset_table_init(dset_table *table, dset_arena *arena, size_t count) {
  if (count > (size_t)1 << 30) return false;
  size_t slots = 4;
  while (slots < count * 2) slots *= 2;
  if (slots > (SIZE_MAX - sizeof *table->slots) / sizeof *table->slots->items) return false;
  table->slots = dset_arena_alloc(arena, 1, sizeof *table->slots + slots * sizeof *table->slots->items);
  table->entries = dset_arena_alloc(arena, count, sizeof *table->entries);
  table->count = 0;
  if (table->slots == NULL || table->entries == NULL) return false;
  table->slots->mask = slots - 1;
  table->slots->filled = false;
  return true;
}

/* The slot that holds the key, or the empty one where it belongs. */
static dset_table_slot *slot_of(const dset_table *table, const char *first, const char *second, uint64_t hash) {
  size_t mask = table->slots->mask;
  for (size_t at = (size_t)hash & mask;; at = (at + 1) & mask) {
    dset_table_slot *slot = &table->slots->items[at];
    if (slot->entry == 0) return slot;
    if (slot->hash != (uint32_t)(hash >> 32)) continue;
    const dset_table_entry *entry = &table->entries[slot->entry - 1];
    if (dset_text_same(entry->first, first) && dset_text_same(entry->second, second)) return slot;
  }
}

static void fill_slots(const dset_table *table) {
  memset(table->slots->items, 0, (table->slots->mask + 1) * sizeof *table->slots->items);
  table->slots->filled = true;
  for (uint32_t i = 0; i < table->count; i++) {
    const dset_table_entry *entry = &table->entries[i];
    uint64_t hash = hash_key(entry->first, entry->second);
    *slot_of(table, entry->first, entry->second, hash) = (dset_table_slot){(uint32_t)(hash >> 32), i + 1};
  }
}

size_t dset_table_insert_slot(dset_table *table, const dset_table_entry *entry) {
  if (!table->slots->filled) fill_slots(table);
  uint64_t hash = hash_key(entry->first, entry->second);
  dset_table_slot *slot = slot_of(table, entry->first, entry->second, hash);
  if (slot->entry != 0) return table->entries[slot->entry - 1].index;
  table->entries[table->count++] = *entry;
  *slot = (dset_table_slot){(uint32_t)(hash >> 32), table->count};
  return DSET_TABLE_NONE;
}

size_t dset_table_find(const dset_table *table, const char *first, const char *second) {
  if (!table->slots->filled) fill_slots(table);
  first = dset_text_or_empty(first);
  second = dset_text_or_empty(second);
  const dset_table_slot *slot = slot_of(table, first, second, hash_key(first, second));
  return slot->entry == 0 ? DSET_TABLE_NONE : table->entries[slot->entry - 1].index;
}

void dset_table_find_batch(const dset_table *table, const char *const *names, size_t count, size_t *found) {
  uint64_t hashes[DSET_TABLE_BATCH];
  const dset_table_slots *slots = table->slots;
  if (count != 0 && !slots->filled) fill_slots(table);
  for (size_t i = 0; i < count; i++) {
    hashes[i] = hash_key(names[i], "");
    dset_prefetch(&slots->items[(size_t)hashes[i] & slots->mask]);
  }
  for (size_t i = 0; i < count; i++) {
    uint32_t entry = slots->items[(size_t)hashes[i] & slots->mask].entry;
    if (entry != 0) dset_prefetch(&table->entries[entry - 1]);
  }
  for (size_t i = 0; i < count; i++) {
    uint32_t entry = slots->items[(size_t)hashes[i] & slots->mask].entry;
    if (entry != 0) dset_prefetch(table->entries[entry - 1].first);
  }
  for (size_t i = 0; i < count; i++) {
    const dset_table_slot *slot = slot_of(table, names[i], "", hashes[i]);
    found[i] = slot->entry == 0 ? DSET_TABLE_NONE : table->entries[slot->entry - 1].index;
  }
}
