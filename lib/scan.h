/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scan.h (L5): goes through a JSON text part by part, for a reader that knows what it wants. Functions go on from `at`,
 * where no blanks stand, and leave it behind what they took; or they return false.
 */
#ifndef DSET_LIB_SCAN_H
#define DSET_LIB_SCAN_H

#include "text.h"

typedef struct dset_scan {
  const char *at; /* of no meaning once a value was refused */
  const char *end;
  dset_buffer
      unescaped; /* the string that was taken last, when it held escapes; its `failed` says that memory ran out */
} dset_scan;

/* A string of the text, or without its escapes, until the next one is taken. */
typedef struct dset_scan_string {
  const char *bytes;
  size_t length;
} dset_scan_string;

/* The members of an object or the items of an array, one after the other. */
typedef struct dset_scan_parts {
  char close;
  bool begun;
  bool ended; /* there is no further one, and all are good so far */
} dset_scan_parts;

/* Takes the word when it stands here. */
bool dset_scan_word(dset_scan *scan, const char *word);

/* Takes any value, in which no more than `levels` arrays and objects are open at once. */
bool dset_scan_skip(dset_scan *scan, size_t levels);

bool dset_scan_take_string(dset_scan *scan, dset_scan_string *string);
bool dset_scan_integer(dset_scan *scan, int64_t *integer);

/* Takes the bracket `open` and counts it off the levels that are left. */
bool dset_scan_open(dset_scan *scan, dset_scan_parts *parts, char open, size_t *levels);

/* Whether there is one more item; it stands here then. */
bool dset_scan_next(dset_scan *scan, dset_scan_parts *parts);

/* The same for members: takes the key; the value stands here. */
bool dset_scan_next_member(dset_scan *scan, dset_scan_parts *parts, dset_scan_string *key);

#endif
