/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intern.h (L5): one copy of each text, however often it comes: the labels and owners of ten thousand pods are few.
 *
 *   slots: [hash|entry] [empty] [hash|entry] ...    open addressing, at most half full
 *                  │
 *   entries: [text|length|seen] [text|length|seen] ...
 *
 * The hash is the same in every process. Texts that were chosen to collide are refused, not looked through.
 */
#ifndef DSET_LIB_INTERN_H
#define DSET_LIB_INTERN_H

#include "arena.h"

typedef struct dset_interned {
  const char *text;
  uint32_t length;
  uint32_t seen; /* the caller's: where it was last seen; 0 at first */
} dset_interned;

typedef struct dset_intern {
  dset_arena *texts;   /* of the copies */
  dset_arena *scratch; /* of the table */
  struct dset_intern_slot *slots;
  dset_interned *entries;
  size_t slot_count; /* a power of two; 0: nothing is there yet */
  size_t count;
  bool failed; /* an allocation did */
} dset_intern;

/* The copy of text[0..length), until the next call. NULL: an allocation failed, or too many collide. */
dset_interned *dset_intern_text(dset_intern *intern, const char *text, size_t length);

#endif
