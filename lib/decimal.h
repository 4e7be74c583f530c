/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decimal.h (L5): decimal numbers of any length, whose digits stay in the text they were read from:
 *
 *   text       0012.3400      digits ─► "12.34", count 4, point 2, exponent -2
 *   rounded    up to 10^-1    digits ─► "12.3", count 3, up: 12.4
 */
#ifndef DSET_LIB_DECIMAL_H
#define DSET_LIB_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "text.h"

/*
 * Digits without leading and trailing zeros, times 10^exponent. With `up` the last digit counts one more, and is not 9;
 * no digits are then the number 1. Without it no digits are 0.
 */
typedef struct dset_decimal {
  const char *digits;
  size_t count;
  size_t point; /* so many digits stand before a '.' that is to be passed over; it need not be there */
  int64_t exponent;
  bool up;
} dset_decimal;

/* The number of `digits`, `whole` before the point if there is one and `fraction` behind it, times 10^exponent. */
dset_decimal dset_decimal_make(const char *digits, size_t whole, size_t fraction, int64_t exponent);

bool dset_decimal_is_zero(const dset_decimal *decimal);

/* How many digits stand before the point; 0 and less: the number is smaller than 1. Not for zero. */
int64_t dset_decimal_magnitude(const dset_decimal *decimal);

/* Digit `index` as a number, 0 behind the last. */
int dset_decimal_digit(const dset_decimal *decimal, size_t index);

/* Rounds up to a multiple of 10^exponent. */
void dset_decimal_round_up(dset_decimal *decimal, int64_t exponent);

/* Less than, equal to, greater than zero. */
int dset_decimal_compare(const dset_decimal *a, const dset_decimal *b);

/* Writes the digits; "0" for zero. */
void dset_decimal_write(const dset_decimal *decimal, dset_buffer *buffer);

/*
 * The number × 10^shift, which must be whole, in words of 64 bits, the lowest first, none for 0. NULL when an
 * allocation fails.
 */
const uint64_t *dset_decimal_words(const dset_decimal *decimal, int64_t shift, dset_arena *arena, size_t *count);

#endif
