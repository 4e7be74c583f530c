/* SPDX-License-Identifier: Apache-2.0 */
/* decimal.c (L5): decimal numbers of any length, see decimal.h. */
#include "decimal.h"

#include <string.h>

static char character(const dset_decimal *decimal, size_t index) {
  return decimal->digits[index < decimal->point ? index : index + 1];
}

/* Moves what `last` is at the end of the digits to the exponent. */
static void strip(dset_decimal *decimal, char last) {
  while (decimal->count > 0 && character(decimal, decimal->count - 1) == last) {
    decimal->count--;
    decimal->exponent++;
  }
}

dset_decimal dset_decimal_make(const char *digits, size_t whole, size_t fraction, int64_t exponent) {
  dset_decimal decimal = {digits, whole + fraction, whole, exponent - (int64_t)fraction, false};
  while (decimal.count > 0 && character(&decimal, 0) == '0') {
    decimal.digits++;
    decimal.count--;
    if (decimal.point > 0) decimal.point--;
  }
  strip(&decimal, '0');
  return decimal;
}

bool dset_decimal_is_zero(const dset_decimal *decimal) {
  return decimal->count == 0 && !decimal->up;
}

int64_t dset_decimal_magnitude(const dset_decimal *decimal) {
  return (int64_t)(decimal->count == 0 ? 1 : decimal->count) + decimal->exponent;
}

int dset_decimal_digit(const dset_decimal *decimal, size_t index) {
  if (index >= decimal->count) return index == 0 && decimal->up ? 1 : 0;
  return character(decimal, index) - '0' + (decimal->up && index + 1 == decimal->count ? 1 : 0);
}

void dset_decimal_round_up(dset_decimal *decimal, int64_t exponent) {
  if (dset_decimal_is_zero(decimal) || decimal->exponent >= exponent) return;
  uint64_t cut = (uint64_t)(exponent - decimal->exponent); /* not all zeros, as there are none at the end */
  decimal->count = cut < decimal->count ? decimal->count - (size_t)cut : 0;
  decimal->exponent = exponent;
  decimal->up = true;
  strip(decimal, '9'); /* one more carries over */
}

int dset_decimal_compare(const dset_decimal *a, const dset_decimal *b) {
  if (dset_decimal_is_zero(a) || dset_decimal_is_zero(b)) {
    return dset_decimal_is_zero(b) - dset_decimal_is_zero(a);
  }
  int64_t difference = dset_decimal_magnitude(a) - dset_decimal_magnitude(b);
  if (difference != 0) return difference < 0 ? -1 : 1;
  size_t count = a->count > b->count ? a->count : b->count;
  for (size_t i = 0; i <= count; i++) { /* digit 0 is there even without any, when a 1 was rounded up to */
    int order = dset_decimal_digit(a, i) - dset_decimal_digit(b, i);
    if (order != 0) return order;
  }
  return 0;
}

void dset_decimal_write(const dset_decimal *decimal, dset_buffer *buffer) {
  size_t last = decimal->count == 0 ? 0 : decimal->count - 1; /* written alone, as it may count one more */
  size_t whole = last < decimal->point ? last : decimal->point;
  dset_buffer_add(buffer, decimal->digits, whole);
  if (last > whole) dset_buffer_add(buffer, decimal->digits + whole + 1, last - whole);
  dset_buffer_add(buffer, &"0123456789"[dset_decimal_digit(decimal, last)], 1);
}

/* words × factor + more; the product needs no more than `count` words. */
static void multiply_add(uint64_t *words, size_t count, uint32_t factor, uint32_t more) {
  uint64_t carry = more;
  for (size_t i = 0; i < count; i++) {
    uint64_t low = (words[i] & UINT32_MAX) * factor + carry;
    uint64_t high = (words[i] >> 32) * factor + (low >> 32);
    words[i] = high << 32 | (low & UINT32_MAX);
    carry = high >> 32;
  }
}

const uint64_t *dset_decimal_words(const dset_decimal *decimal, int64_t shift, dset_arena *arena, size_t *count) {
  enum { CHUNK = 9, DIGITS_IN_WORD = 19 }; /* 10^9 fits in 32 bits, 10^19 in 64 */
  size_t digits = dset_decimal_is_zero(decimal) ? 0 : (size_t)(dset_decimal_magnitude(decimal) + shift);
  uint64_t *words = dset_arena_zalloc(arena, digits / DIGITS_IN_WORD + 1, sizeof *words);
  if (words == NULL) return NULL;
  *count = 0;
  for (size_t i = 0; i < digits;) {
    uint32_t factor = 1, chunk = 0;
    for (size_t k = 0; k < CHUNK && i < digits; k++, i++) {
      factor *= 10;
      chunk = chunk * 10 + (uint32_t)dset_decimal_digit(decimal, i);
    }
    *count = i / DIGITS_IN_WORD + 1; /* what the digits so far may need */
    multiply_add(words, *count, factor, chunk);
  }
  while (*count > 0 && words[*count - 1] == 0) --*count;
  return words;
}
