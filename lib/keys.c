/* SPDX-License-Identifier: Apache-2.0 */
/* keys.c (L2): see keys.h. */
#include "keys.h"

static uint64_t bit_of(const char *key) {
  return UINT64_C(1) << ((unsigned char)key[0] & 63);
}

bool dset_keys_add(dset_keys *keys, dset_arena *arena, const char *key, size_t *slot) {
  for (*slot = 0; *slot < keys->count; ++*slot) {
    if (dset_text_same(keys->items[*slot], key)) return true;
  }
  if (*slot == DSET_KEYS_NO_SLOT) return true;
  const char **items = dset_arena_grow(arena, keys->items, keys->count, &keys->capacity, sizeof *items);
  if (items == NULL) return false;
  keys->items = items;
  items[keys->count++] = key;
  keys->first_bytes |= bit_of(key);
  return true;
}

bool dset_keys_find(const dset_keys *keys, const dset_label *labels, size_t count, dset_key_values *values) {
  values->labels = labels;
  values->label_count = count;
  size_t at = 0;
  while (at < count && (keys->first_bytes & bit_of(dset_text_or_empty(labels[at].key))) == 0) at++;
  for (size_t i = 0; i < keys->count; i++) values->by_slot[i] = NULL;
  if (at == count) return false;
  size_t missing = keys->count;
  for (; at < count && missing > 0; at++) {
    const char *key = dset_text_or_empty(labels[at].key);
    if ((keys->first_bytes & bit_of(key)) == 0) continue;
    for (size_t i = 0; i < keys->count; i++) {
      if (values->by_slot[i] != NULL || !dset_text_same(keys->items[i], key)) continue;
      values->by_slot[i] = dset_text_or_empty(labels[at].value);
      missing--;
      break;
    }
  }
  return missing != keys->count;
}
