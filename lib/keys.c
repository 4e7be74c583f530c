/* SPDX-License-Identifier: Apache-2.0 */
/* keys.c (L2): see keys.h. */
#include "keys.h"

bool dset_keys_add(dset_keys *keys, dset_arena *arena, const char *key, size_t *slot) {
  for (*slot = 0; *slot < keys->count; ++*slot) {
    if (dset_text_same(keys->items[*slot], key)) return true;
  }
  if (*slot == DSET_KEYS_NO_SLOT) return true;
  const char **items = dset_arena_grow(arena, keys->items, keys->count, &keys->capacity, sizeof *items);
  if (items == NULL) return false;
  keys->items = items;
  items[keys->count++] = key;
  keys->begins[(unsigned char)key[0]] = true;
  return true;
}

void dset_keys_find(const dset_keys *keys, const dset_label *labels, size_t count, dset_key_values *values) {
  values->labels = labels;
  values->label_count = count;
  for (size_t i = 0; i < keys->count; i++) values->by_slot[i] = NULL;
  size_t missing = keys->count;
  for (size_t i = 0; i < count && missing > 0; i++) {
    const char *key = dset_text_or_empty(labels[i].key);
    if (!keys->begins[(unsigned char)key[0]]) continue;
    for (size_t j = 0; j < keys->count; j++) {
      if (values->by_slot[j] != NULL || !dset_text_same(keys->items[j], key)) continue;
      values->by_slot[j] = dset_text_or_empty(labels[i].value);
      missing--;
      break;
    }
  }
}
