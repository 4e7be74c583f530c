/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys.h (L2): the label keys that rules name, so that one walk over the labels of an object finds all their values.
 *
 *   rules:   zone In [a]   class NotIn [x]   zone NotIn [b]           keys: [zone] [class]
 *               slot 0         slot 1            slot 0             values: [a]    [NULL: no such label]
 *
 * Keys beyond the first DSET_KEYS_MOST have no slot and are looked up one by one.
 */
#ifndef DSET_LIB_KEYS_H
#define DSET_LIB_KEYS_H

#include "model.h"

enum { DSET_KEYS_MOST = 32, DSET_KEYS_NO_SLOT = DSET_KEYS_MOST };

/* Valid when zero-filled. */
typedef struct dset_keys {
  const char **items; /* borrowed */
  size_t count;
  size_t capacity;
  bool
      begins[256]; /* by first byte, whether keys begin with it: most labels are no key, and most of them differ here */
} dset_keys;

/* The slot of a key, which is added when it is new. False when an allocation fails. */
bool dset_keys_add(dset_keys *keys, dset_arena *arena, const char *key, size_t *slot);

/* What the labels of one object say about the keys. */
typedef struct dset_key_values {
  const dset_label *labels;
  size_t label_count;
  const char *by_slot[DSET_KEYS_MOST]; /* by slot */
} dset_key_values;

/* False when a look at the first bytes tells that none of the labels has one of the keys. */
static inline bool dset_keys_maybe(const dset_keys *keys, const dset_label *labels, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (keys->begins[(unsigned char)dset_text_or_empty(labels[i].key)[0]]) return true;
  }
  return false;
}

void dset_keys_find(const dset_keys *keys, const dset_label *labels, size_t count, dset_key_values *values);

/* As dset_label_value(), for a key and its slot. */
static inline const char *dset_key_value(const dset_key_values *values, size_t slot, const char *key) {
  return slot < DSET_KEYS_MOST ? values->by_slot[slot] : dset_label_value(values->labels, values->label_count, key);
}

#endif
