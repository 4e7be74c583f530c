/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quantity.h (L5): resource quantities such as "1500m" and "1.5Gi": read, rounded, compared and written as Kubernetes
 * does (A12, A19). Nothing is allocated: the digits of a number that no int64 holds stay in the text it was read from.
 *
 * Kubernetes holds a quantity in one of two forms, and may keep the text that it was read from:
 *
 *   form   when                                        value
 *   small  up to 18 digits, nothing finer than nano    value × 10^scale
 *   big    everything else                             ±digits × 10^exponent, written there as unscaled × 10^-scale
 *
 * A zero-filled quantity is the one that was never set: it is zero, and writes "0".
 */
#ifndef DSET_LIB_QUANTITY_H
#define DSET_LIB_QUANTITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decimal.h"

/* How a quantity is written; Kubernetes' names are dset_quantity_format_name()'s. */
enum dset_quantity_format {
  DSET_QUANTITY_UNSET = 0,
  DSET_QUANTITY_DECIMAL_EXPONENT, /* 12e6 */
  DSET_QUANTITY_BINARY_SI,        /* 12Mi */
  DSET_QUANTITY_DECIMAL_SI        /* 12M */
};

/* (2^63 - 1) × 10^9: what a binary quantity can be at most, in nano. */
enum { DSET_QUANTITY_BINARY_DIGITS = 28 };

typedef struct dset_quantity {
  const char *text; /* as it was read, without spaces around it; borrowed */
  size_t bytes;
  uint8_t format;       /* enum dset_quantity_format */
  bool keeps_text;      /* Kubernetes writes `text` and not the canonical form: it takes the two for the same */
  bool big;             /* the form */
  bool negative;        /* big */
  int32_t scale;        /* small: as above. big: of Kubernetes' big decimal, whose sign is the other way round */
  int64_t value;        /* small */
  dset_decimal decimal; /* big; digits == NULL: they are in `own` */
  char own[DSET_QUANTITY_BINARY_DIGITS];
} dset_quantity;

/*
 * Reads the text of a JSON string or number. NULL when it is a quantity; otherwise why not, in Kubernetes' words. The
 * text must stay until the quantity is no longer needed.
 *
 * Kubernetes reads any number, but needs half a minute to write 1234567890123456789e500000. Where an exponent like that
 * is larger the number is refused here.
 */
const char *dset_quantity_parse(const char *text, size_t bytes, dset_quantity *quantity);

/* Rounds away from zero to 1/1000, as defaulting does in resource lists (A12). */
void dset_quantity_round_up_milli(dset_quantity *quantity);

/* Writes the quantity as Kubernetes stores it. */
void dset_quantity_write(const dset_quantity *quantity, dset_buffer *buffer);

/* By value (A19): less than, equal to, greater than zero. */
int dset_quantity_compare(const dset_quantity *a, const dset_quantity *b);

/* "DecimalExponent", "BinarySI", "DecimalSI"; "" for UNSET. */
const char *dset_quantity_format_name(uint8_t format);

/*
 * The unscaled number of a big quantity, its absolute value, in words of 64 bits, the lowest first, none for 0: what
 * the hash of a template is made of (G6). NULL when an allocation fails.
 */
const uint64_t *dset_quantity_words(const dset_quantity *quantity, dset_arena *arena, size_t *count);

#endif
