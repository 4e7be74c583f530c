/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quantity.c (L5): quantities are read, rounded, compared and written. A12 is what Kubernetes does with them; what it
 * also does, and one would not think:
 *
 *   text                 becomes     because
 *   "+5" "005" "1.500"   the same    a small form that needs no new suffix keeps its text
 *   "+" "." "k" "e1"     "0"         a number without digits is zero, if the form is small
 *   "1000E"              "1"         there is no suffix above E, and none is written then
 *   "1e4294967296"       the same    an exponent counts modulo 2^32
 *   "1P" "1Pi"           small, big  binary suffixes from Pi on are always big
 *   "1n" "0.1n"          "1n" both   nothing is finer than nano; rounding is away from zero
 *   "8Ei" "16Ei"         2^63 - 1    the cap is for binary suffixes alone
 *   "9E" "90E"           as given    which is why a decimal can have any number of digits
 */
#include "quantity.h"

#include <inttypes.h>
#include <string.h>

static const char wrong_format[] =
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
static const char wrong_number[] = "unable to parse numeric part of quantity";
static const char wrong_suffix[] = "unable to parse quantity's suffix";
static const char too_large[] = "the number is too large";

enum { NANO = -9, MILLI = -3 };
enum { SMALL_DIGITS = 18, SMALL_ROOM = 20 }; /* what the small form holds of a text; what an int64 needs at most */
enum { LARGEST_EXPONENT = 500000 };          /* of a big quantity, see the header */

/* ---- the forms ---- */

static uint64_t absolute(int64_t value) {
  return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

/* The quantity as a decimal; `room` is for the digits of the small form. */
static dset_decimal decimal_of(const dset_quantity *quantity, char room[SMALL_ROOM]) {
  if (quantity->big) {
    dset_decimal decimal = quantity->decimal;
    if (decimal.digits == NULL) decimal.digits = quantity->own;
    return decimal;
  }
  char *first = room + SMALL_ROOM;
  for (uint64_t rest = absolute(quantity->value); rest > 0; rest /= 10) *--first = (char)('0' + rest % 10);
  return dset_decimal_make(first, (size_t)(room + SMALL_ROOM - first), 0, quantity->scale);
}

static bool is_negative(const dset_quantity *quantity) {
  return quantity->big ? quantity->negative : quantity->value < 0;
}

/* Numbers of Go's type int32 go round when they grow too large. */
static int32_t go_int32(int64_t number) {
  uint32_t low = (uint32_t)(uint64_t)number;
  return low <= INT32_MAX ? (int32_t)low : -(int32_t)(UINT32_MAX - low) - 1;
}

/* ---- reading: the parts of the text ---- */

typedef struct parts {
  bool negative;
  bool has_digit;
  const char *digits; /* without leading zeros */
  size_t whole;       /* how many of them stand before the point, and behind it */
  size_t fraction;
  const char *suffix;
  size_t suffix_bytes;
} parts;

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *at, const char *end) {
  while (at < end && is_digit(*at)) at++;
  return at;
}

/* False when the text does not have the form of a quantity. Whether there is such a suffix is not seen here. */
static bool split(const char *text, size_t bytes, parts *p) {
  static const char letters[] = "eEinumkKMGTP";
  const char *at = text;
  const char *end = text + bytes;
  *p = (parts){.negative = at < end && *at == '-'};
  if (at < end && (*at == '+' || *at == '-')) at++;
  const char *number = at;
  while (at < end && *at == '0') at++;
  p->digits = at;
  at = skip_digits(at, end);
  p->whole = (size_t)(at - p->digits);
  p->has_digit = at > number;
  if (at < end && *at == '.') {
    const char *point = at++;
    at = skip_digits(at, end);
    p->fraction = (size_t)(at - point) - 1;
    p->has_digit = p->has_digit || p->fraction > 0;
  }
  p->suffix = at;
  while (at < end && memchr(letters, *at, sizeof letters - 1) != NULL) at++;
  if (at < end && (*at == '+' || *at == '-')) at++;
  at = skip_digits(at, end);
  p->suffix_bytes = (size_t)(end - p->suffix);
  return at == end;
}

typedef struct suffix {
  char text[3];
  uint8_t format;
  int32_t exponent; /* of 10, or of 2 when the format is binary */
} suffix;

static const suffix suffixes[] = {
    {"", DSET_QUANTITY_DECIMAL_SI, 0},   {"n", DSET_QUANTITY_DECIMAL_SI, -9}, {"u", DSET_QUANTITY_DECIMAL_SI, -6},
    {"m", DSET_QUANTITY_DECIMAL_SI, -3}, {"k", DSET_QUANTITY_DECIMAL_SI, 3},  {"M", DSET_QUANTITY_DECIMAL_SI, 6},
    {"G", DSET_QUANTITY_DECIMAL_SI, 9},  {"T", DSET_QUANTITY_DECIMAL_SI, 12}, {"P", DSET_QUANTITY_DECIMAL_SI, 15},
    {"E", DSET_QUANTITY_DECIMAL_SI, 18}, {"Ki", DSET_QUANTITY_BINARY_SI, 10}, {"Mi", DSET_QUANTITY_BINARY_SI, 20},
    {"Gi", DSET_QUANTITY_BINARY_SI, 30}, {"Ti", DSET_QUANTITY_BINARY_SI, 40}, {"Pi", DSET_QUANTITY_BINARY_SI, 50},
    {"Ei", DSET_QUANTITY_BINARY_SI, 60},
};

enum { SUFFIXES = sizeof suffixes / sizeof suffixes[0] };

static bool find_suffix(const char *text, size_t bytes, suffix *found) {
  for (size_t i = 0; i < SUFFIXES; i++) {
    if (strlen(suffixes[i].text) == bytes && memcmp(suffixes[i].text, text, bytes) == 0) {
      *found = suffixes[i];
      return true;
    }
  }
  int64_t exponent;
  if (bytes < 2 || (text[0] != 'e' && text[0] != 'E')) return false;
  if (!dset_text_to_int64(text + 1, bytes - 1, &exponent)) return false;
  *found = (suffix){.format = DSET_QUANTITY_DECIMAL_EXPONENT, .exponent = go_int32(exponent)};
  return true;
}

/* What to append for a power, "" when there is no such suffix. */
static const char *suffix_for(uint8_t format, int32_t exponent) {
  for (size_t i = 0; i < SUFFIXES; i++) {
    if (suffixes[i].format == format && suffixes[i].exponent == exponent) return suffixes[i].text;
  }
  return "";
}

/* ---- reading: the two forms ---- */

/* False when the number needs the big form. */
static bool read_small(const parts *p, const suffix *s, dset_quantity *quantity) {
  bool binary = s->format == DSET_QUANTITY_BINARY_SI;
  size_t digits = (p->whole == 0 ? 1 : p->whole) + p->fraction;
  if (digits > SMALL_DIGITS) return false;
  if (binary && (p->fraction > 0 || digits + (size_t)s->exponent * 3 / 10 > 14)) return false;
  int32_t scale = binary ? 0 : go_int32((int64_t)s->exponent - (int64_t)p->fraction);
  if (scale < NANO) return false;
  int64_t number = 0;
  for (const char *at = p->digits; at < p->suffix; at++) {
    if (*at != '.') number = number * 10 + (*at - '0');
  }
  int64_t factor = binary ? (int64_t)1 << s->exponent : 1;
  quantity->value = p->negative ? -number * factor : number * factor;
  quantity->scale = scale;
  quantity->keeps_text = binary ? number % 8 != 0 : scale % 3 == 0 && number % 1000 != 0 && p->whole > 0;
  return true;
}

/*
 * The multiplication by 2^60 at most, digit by digit:
 *
 *   WHOLE: 19 that the number may have, 19 more of the product | NANO_DIGITS | the rest of 69
 *
 * A digit behind the 69th cannot change the nano digits but by rounding up: its share of the product lies below
 * 10^-69 × 2^60, and in steps of that size the product of the digits before it reaches each multiple of 10^-9.
 */
enum { WHOLE = 38, NANO_DIGITS = 9, FRACTION = 69, PRODUCT = WHOLE + FRACTION };
enum { LEADING = WHOLE + NANO_DIGITS - DSET_QUANTITY_BINARY_DIGITS }; /* digits that are 0 below the cap */

/* Puts the digits in their places. True when some had no place behind the last. */
static bool place(const dset_decimal *decimal, char product[PRODUCT]) {
  memset(product, 0, PRODUCT);
  int64_t first = WHOLE - dset_decimal_magnitude(decimal);
  for (size_t i = 0; i < decimal->count; i++) {
    if (first + (int64_t)i >= PRODUCT) return true;
    product[first + (int64_t)i] = (char)dset_decimal_digit(decimal, i);
  }
  return false;
}

static void multiply_1024(char product[PRODUCT]) {
  int carry = 0;
  for (size_t i = PRODUCT; i-- > 0;) {
    carry += product[i] * 1024;
    product[i] = (char)(carry % 10);
    carry /= 10;
  }
}

/* Rounds up to nano. */
static void round_product(char product[PRODUCT], bool more) {
  for (size_t i = WHOLE + NANO_DIGITS; i < PRODUCT; i++) more = more || product[i] != 0;
  for (size_t i = WHOLE + NANO_DIGITS; more && i-- > 0;) {
    more = product[i] == 9;
    product[i] = (char)(more ? 0 : product[i] + 1);
  }
}

/* decimal × 2^exponent, capped. */
static void read_binary(dset_decimal decimal, int32_t exponent, dset_quantity *quantity) {
  static const char zeros[LEADING];
  static const char most[DSET_QUANTITY_BINARY_DIGITS + 1] = "9223372036854775807000000000";
  char product[PRODUCT];
  bool capped = dset_decimal_magnitude(&decimal) > 19;
  if (!capped) {
    bool more = place(&decimal, product);
    for (int32_t i = 0; i < exponent; i += 10) multiply_1024(product);
    round_product(product, more);
    for (size_t i = 0; i < DSET_QUANTITY_BINARY_DIGITS; i++) quantity->own[i] = (char)('0' + product[LEADING + i]);
    capped = memcmp(product, zeros, LEADING) != 0 || memcmp(quantity->own, most, sizeof quantity->own) > 0;
  }
  if (capped) memcpy(quantity->own, most, sizeof quantity->own);
  decimal = dset_decimal_make(quantity->own, sizeof quantity->own, 0, NANO);
  if (dset_decimal_magnitude(&decimal) <= 0) quantity->format = DSET_QUANTITY_DECIMAL_SI;
  memmove(quantity->own, decimal.digits, decimal.count);
  decimal.digits = NULL;
  quantity->decimal = decimal;
  quantity->scale = capped ? 0 : -NANO;
}

static const char *read_big(const parts *p, const suffix *s, dset_quantity *quantity) {
  if (!p->has_digit) return wrong_number;
  bool binary = s->format == DSET_QUANTITY_BINARY_SI;
  dset_decimal decimal = dset_decimal_make(p->digits, p->whole, p->fraction, binary ? 0 : s->exponent);
  quantity->big = true;
  quantity->decimal = decimal;
  if (dset_decimal_is_zero(&decimal)) {
    quantity->scale = go_int32((int64_t)p->fraction - (binary ? 0 : (int64_t)s->exponent));
    return NULL;
  }
  quantity->negative = p->negative;
  if (binary) {
    read_binary(decimal, s->exponent, quantity);
    return NULL;
  }
  if (decimal.exponent > LARGEST_EXPONENT) return too_large;
  dset_decimal_round_up(&quantity->decimal, NANO);
  quantity->scale = -NANO;
  return NULL;
}

/*
 * The bytes of a space at the start of a text, 0 when there is none. Those that JSON writes with a backslash are
 * missing: Kubernetes looks at the text as JSON has it, where a backslash is no part of a quantity.
 */
static size_t space(const char *text, size_t bytes) {
  static const char *const spaces[] = {
      " ",
      "\xC2\x85",
      "\xC2\xA0",
      "\xE1\x9A\x80",
      "\xE2\x80\x80",
      "\xE2\x80\x81",
      "\xE2\x80\x82",
      "\xE2\x80\x83",
      "\xE2\x80\x84",
      "\xE2\x80\x85",
      "\xE2\x80\x86",
      "\xE2\x80\x87",
      "\xE2\x80\x88",
      "\xE2\x80\x89",
      "\xE2\x80\x8A",
      "\xE2\x80\xAF",
      "\xE2\x81\x9F",
      "\xE3\x80\x80",
  };
  for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
    size_t length = strlen(spaces[i]);
    if (length <= bytes && memcmp(text, spaces[i], length) == 0) return length;
  }
  return 0;
}

static void trim(const char **text, size_t *bytes) {
  for (size_t length; (length = space(*text, *bytes)) > 0; *bytes -= length) *text += length;
  for (size_t length = 1; length <= 3 && length <= *bytes; length++) {
    if (space(*text + *bytes - length, length) != length) continue;
    *bytes -= length;
    length = 0;
  }
}

const char *dset_quantity_parse(const char *text, size_t bytes, dset_quantity *quantity) {
  trim(&text, &bytes);
  *quantity = (dset_quantity){.text = text, .bytes = bytes, .format = DSET_QUANTITY_DECIMAL_SI};
  if (bytes == 0) return wrong_format;
  if (bytes == 1 && text[0] == '0') {
    quantity->keeps_text = true;
    return NULL;
  }
  parts p;
  suffix s;
  if (!split(text, bytes, &p)) return wrong_format;
  if (!find_suffix(p.suffix, p.suffix_bytes, &s)) return wrong_suffix;
  quantity->format = s.format;
  return read_small(&p, &s, quantity) ? NULL : read_big(&p, &s, quantity);
}

/* ---- rounding, comparing, writing ---- */

void dset_quantity_round_up_milli(dset_quantity *quantity) {
  if (quantity->big) {
    bool own = quantity->decimal.digits == NULL;
    if (own) quantity->decimal.digits = quantity->own;
    dset_decimal_round_up(&quantity->decimal, MILLI);
    if (own) quantity->decimal.digits = NULL;
    quantity->scale = -MILLI;
    return;
  }
  if (quantity->scale >= MILLI) return;
  int64_t away = quantity->value < 0 ? -1 : 1;
  bool exact = true;
  for (; quantity->scale < MILLI; quantity->scale++) {
    exact = exact && quantity->value % 10 == 0;
    quantity->value /= 10;
  }
  if (!exact) quantity->value += away;
  quantity->keeps_text = false;
}

int dset_quantity_compare(const dset_quantity *a, const dset_quantity *b) {
  char room_a[SMALL_ROOM], room_b[SMALL_ROOM];
  dset_decimal left = decimal_of(a, room_a);
  dset_decimal right = decimal_of(b, room_b);
  if (is_negative(a) != is_negative(b)) return is_negative(a) ? -1 : 1;
  return is_negative(a) ? dset_decimal_compare(&right, &left) : dset_decimal_compare(&left, &right);
}

/* The number with the largest suffix, or exponent, that leaves it whole. Exponents are multiples of 3. */
static void write_decimal(const dset_decimal *decimal, uint8_t format, dset_buffer *buffer) {
  int32_t exponent = go_int32(decimal->exponent);
  int32_t zeros = exponent % 3 < 0 ? exponent % 3 + 3 : exponent % 3;
  exponent = go_int32((int64_t)exponent - zeros);
  dset_decimal_write(decimal, buffer);
  dset_buffer_add(buffer, "00", (size_t)zeros);
  if (format != DSET_QUANTITY_DECIMAL_EXPONENT) {
    dset_buffer_string(buffer, suffix_for(DSET_QUANTITY_DECIMAL_SI, exponent));
  } else if (exponent != 0) {
    dset_buffer_format(buffer, "e%" PRId32, exponent);
  }
}

/* False when the number is to be written as a decimal: it has a fraction, or is smaller than 1Ki. */
static bool write_binary(const dset_decimal *decimal, dset_buffer *buffer) {
  if (decimal->exponent < 0) return false;
  uint64_t number = 0;
  size_t digits = (size_t)dset_decimal_magnitude(decimal);
  for (size_t i = 0; i < digits; i++) number = number * 10 + (uint64_t)dset_decimal_digit(decimal, i);
  if (number < 1024) return false;
  int32_t exponent = 0;
  for (; number % 1024 == 0; number /= 1024) exponent += 10;
  dset_buffer_format(buffer, "%" PRIu64 "%s", number, suffix_for(DSET_QUANTITY_BINARY_SI, exponent));
  return true;
}

void dset_quantity_write(const dset_quantity *quantity, dset_buffer *buffer) {
  char room[SMALL_ROOM];
  dset_decimal decimal = decimal_of(quantity, room);
  if (quantity->keeps_text) {
    dset_buffer_add(buffer, quantity->text, quantity->bytes);
    return;
  }
  if (dset_decimal_is_zero(&decimal)) {
    dset_decimal_write(&decimal, buffer);
    return;
  }
  if (is_negative(quantity)) dset_buffer_string(buffer, "-");
  if (quantity->format == DSET_QUANTITY_BINARY_SI && write_binary(&decimal, buffer)) return;
  write_decimal(&decimal, quantity->format, buffer);
}

/* ---- the hash ---- */

const char *dset_quantity_format_name(uint8_t format) {
  static const char *const names[] = {"", "DecimalExponent", "BinarySI", "DecimalSI"};
  return names[format];
}

const uint64_t *dset_quantity_words(const dset_quantity *quantity, dset_arena *arena, size_t *count) {
  char room[SMALL_ROOM];
  dset_decimal decimal = decimal_of(quantity, room);
  return dset_decimal_words(&decimal, quantity->scale, arena, count);
}
