/* SPDX-License-Identifier: Apache-2.0 */
/* table.c (L0): see table.h. The hash is the same in every process, because plans must be; it does not resist keys that
 * were chosen to collide. */
#include "table.h"

#include <string.h>

#include "text.h"

/* Mixes eight bytes at a time; the length closes the gap between keys that differ in trailing zero bytes. */
static uint64_t hash_text(uint64_t hash, const char *text) {
  size_t bytes = strlen(text);
  size_t left = bytes;
  for (; left >= 8; left -= 8, text += 8) {
    uint64_t word;
    memcpy(&word, text, 8);
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    hash ^= hash >> 32;
  }
  uint64_t word = 0;
  memcpy(&word, text, left);
  hash = (hash ^ word ^ ((uint64_t)bytes << 56)) * UINT64_C(0x9E3779B97F4A7C15);
  return hash ^ (hash >> 29);
}

static uint64_t hash_key(const char *first, const char *second) {
  return hash_text(hash_text(UINT64_C(0xCBF29CE484222325), first), second);
}

bool dset_table_init(dset_table *table, dset_arena *arena, size_t count) {
  if (count > SIZE_MAX / 4) return false;
  size_t slots = 4;
  while (slots < count * 2) slots *= 2;
  table->slots = dset_arena_alloc(arena, slots, sizeof *table->slots);
  if (table->slots == NULL) return false;
  for (size_t i = 0; i < slots; i++) table->slots[i].index = DSET_TABLE_NONE;
  table->mask = slots - 1;
  return true;
}

/* The slot that holds the key, or the empty one where it belongs. */
static dset_table_slot *slot_of(const dset_table *table, const char *first, const char *second, uint64_t hash) {
  size_t at = (size_t)hash & table->mask;
  for (;; at = (at + 1) & table->mask) {
    dset_table_slot *slot = &table->slots[at];
    if (slot->index == DSET_TABLE_NONE) return slot;
    if (slot->hash == hash && strcmp(slot->first, first) == 0 && strcmp(slot->second, second) == 0) return slot;
  }
}

size_t dset_table_insert(dset_table *table, const char *first, const char *second, size_t index) {
  first = dset_text_or_empty(first);
  second = dset_text_or_empty(second);
  uint64_t hash = hash_key(first, second);
  dset_table_slot *slot = slot_of(table, first, second, hash);
  if (slot->index != DSET_TABLE_NONE) return slot->index;
  *slot = (dset_table_slot){first, second, hash, index};
  return DSET_TABLE_NONE;
}

size_t dset_table_find(const dset_table *table, const char *first, const char *second) {
  first = dset_text_or_empty(first);
  second = dset_text_or_empty(second);
  return slot_of(table, first, second, hash_key(first, second))->index;
}
