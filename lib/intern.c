/* SPDX-License-Identifier: Apache-2.0 */
/* intern.c (L5): one copy of each text, see intern.h. */
#include "intern.h"

#include <string.h>

enum { FIRST_SLOTS = 1024, MAX_PROBES = 128 };

struct dset_intern_slot {
  uint32_t hash;
  uint32_t entry; /* its place plus 1; 0: empty */
};

typedef struct dset_intern_slot slot;

/* Eight bytes at a time; the length closes the gap between texts that differ in zero bytes at the end. */
static uint32_t hash_of(const char *text, size_t length) {
  uint64_t hash = UINT64_C(0xCBF29CE484222325) ^ length, word;
  for (; length >= 8; length -= 8, text += 8) {
    memcpy(&word, text, 8);
    hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
    hash ^= hash >> 32;
  }
  word = 0;
  memcpy(&word, text, length);
  hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
  return (uint32_t)(hash >> 32);
}

/* The slot that holds the text, or the empty one where it belongs; NULL: too many collide. */
static slot *find(const dset_intern *intern, uint32_t hash, const char *text, size_t length) {
  size_t mask = intern->slot_count - 1;
  for (size_t i = 0; i < MAX_PROBES; i++) {
    slot *at = &intern->slots[(hash + i) & mask];
    if (at->entry == 0) return at;
    if (at->hash != hash) continue;
    const dset_interned *entry = &intern->entries[at->entry - 1];
    if (entry->length == length && memcmp(entry->text, text, length) == 0) return at;
  }
  return NULL;
}

/* Twice the room, or the first. False when an allocation fails. */
static bool grow(dset_intern *intern) {
  size_t count = intern->slot_count == 0 ? FIRST_SLOTS : intern->slot_count * 2;
  slot *slots = dset_arena_zalloc(intern->scratch, count, sizeof *slots);
  dset_interned *entries = dset_arena_alloc(intern->scratch, count / 2, sizeof *entries);
  if (slots == NULL || entries == NULL) return false;
  if (intern->count != 0) memcpy(entries, intern->entries, intern->count * sizeof *entries);
  for (size_t i = 0; i < intern->slot_count; i++) {
    slot old = intern->slots[i];
    if (old.entry == 0) continue;
    size_t at = old.hash & (count - 1);
    while (slots[at].entry != 0) at = (at + 1) & (count - 1);
    slots[at] = old;
  }
  intern->slots = slots;
  intern->entries = entries;
  intern->slot_count = count;
  return true;
}

dset_interned *dset_intern_text(dset_intern *intern, const char *text, size_t length) {
  if (length > UINT32_MAX || intern->count >= UINT32_MAX / 2) return NULL;
  if (intern->count * 2 >= intern->slot_count && !grow(intern)) {
    intern->failed = true;
    return NULL;
  }
  uint32_t hash = hash_of(text, length);
  slot *at = find(intern, hash, text, length);
  if (at == NULL) return NULL;
  if (at->entry != 0) return &intern->entries[at->entry - 1];
  char *copy = dset_arena_copy(intern->texts, text, length);
  if (copy == NULL) {
    intern->failed = true;
    return NULL;
  }
  dset_interned *entry = &intern->entries[intern->count++];
  *entry = (dset_interned){copy, (uint32_t)length, 0};
  *at = (slot){hash, (uint32_t)intern->count};
  return entry;
}
