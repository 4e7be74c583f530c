/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scalar.c (L5): what the text of a scalar means, see scalar.h.
 *
 * An untyped YAML scalar is the first of these that its text is (YAML 1.1 as Kubernetes' parser reads it):
 *
 *   a word            null ~ (empty) | true yes on y | false no off n | .inf +.inf -.inf .nan, each in three spellings
 *   an integer        [+-] 123, 0x7B, 0b1111011, 0o173, 0173; 0b may have the sign behind it; within int64, or uint64
 *   a real            [+-] digits with a point or an exponent; also integers that are none of the above ("08")
 *   a string          all else: "1:30", "2001-01-01", "1e999", "0x"
 *
 * Numbers may hold underscores anywhere behind the first character; those that start with a point only between digits.
 */
#include "scalar.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define END (-1)

static bool is_digit(int c) {
  return c >= '0' && c <= '9';
}

/* ---- reals ---- */

/* More digits than any double needs to be told from its neighbours (767); whether others follow is still told. */
#define MAX_DIGITS 800

/*
 * strtod() reads the locale's decimal point. To be free of it, the digits are given to it without their point, and the
 * exponent is moved to make up for that: 12.5e3 is 125e2.
 */
bool dset_scalar_real(const char *text, size_t bytes, double *value) {
  char number[MAX_DIGITS + 32];
  size_t used = 0, i = 0;
  long long exponent = 0, written = 0;
  bool point = false, more = false;
  if (bytes > 0 && text[0] == '-') number[used++] = '-';
  size_t first = used;
  for (; i < bytes && text[i] != 'e' && text[i] != 'E'; i++) {
    if (text[i] == '.') point = true;
    if (!is_digit(text[i])) continue;
    if (point) exponent--;
    if (used == first && text[i] == '0') continue;
    if (used - first < MAX_DIGITS) {
      number[used++] = text[i];
    } else {
      exponent++;
      more = more || text[i] != '0';
    }
  }
  if (more) {
    number[used++] = '1';
    exponent--;
  }
  if (used == first) number[used++] = '0';
  bool negative = false;
  for (; i < bytes; i++) {
    if (text[i] == '-') negative = true;
    if (is_digit(text[i]) && written < 1000000000) written = written * 10 + (text[i] - '0');
  }
  snprintf(number + used, sizeof number - used, "e%lld", exponent + (negative ? -written : written));
  *value = strtod(number, NULL);
  return *value >= -DBL_MAX && *value <= DBL_MAX;
}

/* The fewest digits that still are `real`, or with `single` that are its float: ±0.DIGITS × 10^exponent. */
static void shortest(double real, bool single, char digits[20], int *exponent) {
  char text[48];
  double wanted = single ? (double)(float)real : real;
  for (int precision = 0; precision < 17; precision++) {
    snprintf(text, sizeof text, "%.*e", precision, wanted);
    double back = strtod(text, NULL);
    if ((single ? (double)(float)back : back) == wanted) break;
  }
  size_t used = 0;
  const char *c = text;
  for (; *c != 'e'; c++) { /* the decimal point is the locale's */
    if (is_digit(*c)) digits[used++] = *c;
  }
  while (used > 1 && digits[used - 1] == '0') used--;
  digits[used] = '\0';
  *exponent = atoi(c + 1) + 1;
}

bool dset_scalar_whole(double real, int64_t *integer) {
  if (!(real > -9223372036854775808.0 && real < 9223372036854775808.0)) return false;
  *integer = (int64_t)real;
  if ((double)*integer != real) return false;
  /* Go writes the shortest digits and then zeros, which above 2^53 need not be the integer that the double is. */
  char digits[20];
  int exponent;
  shortest(real, false, digits, &exponent);
  uint64_t magnitude = 0;
  for (int i = 0, count = (int)strlen(digits); i < exponent; i++) {
    magnitude = magnitude * 10 + (uint64_t)(i < count ? digits[i] - '0' : 0);
  }
  if (magnitude > INT64_MAX) return false;
  *integer = real < 0 ? -(int64_t)magnitude : (int64_t)magnitude;
  return true;
}

void dset_scalar_text(double real, char text[48]) {
  const char *sign = signbit(real) ? "-" : "";
  char digits[20];
  int point; /* the digits in front of it; negative: zeros behind it */
  if (real == 0) {
    snprintf(text, 48, "%s0", sign);
    return;
  }
  shortest(fabs(real), false, digits, &point);
  int count = (int)strlen(digits);
  if (point < -5 || point > 21) {
    snprintf(text, 48, "%s%c%s%se%+d", sign, digits[0], count > 1 ? "." : "", digits + 1, point - 1);
  } else if (point <= 0) {
    snprintf(text, 48, "%s0.%.*s%s", sign, -point, "00000", digits);
  } else if (point >= count) {
    snprintf(text, 48, "%s%s%.*s", sign, digits, point - count, "00000000000000000000");
  } else {
    snprintf(text, 48, "%s%.*s.%s", sign, point, digits, digits + point);
  }
}

/* As Go's FormatFloat(real, 'g', -1, 32), which is what makes keys of reals. */
static void real_key(double real, char key[32]) {
  if (isnan(real)) {
    memcpy(key, ".nan", sizeof ".nan");
    return;
  }
  const char *sign = signbit(real) ? "-" : "";
  if (isinf((float)real)) {
    snprintf(key, 32, "%s.inf", sign);
    return;
  }
  char digits[20];
  int point;
  shortest(fabs(real), true, digits, &point);
  int count = (int)strlen(digits);
  if (point < -3 || point > 6) {
    snprintf(key, 32, "%s%c%s%se%c%02d", sign, digits[0], count > 1 ? "." : "", digits + 1, point > 0 ? '+' : '-',
             abs(point - 1) % 100); /* a float has two digits there */
  } else if (point <= 0) {
    snprintf(key, 32, "%s0.%.*s%s", sign, -point, "000", digits);
  } else if (point >= count) {
    snprintf(key, 32, "%s%s%.*s", sign, digits, point - count, "00000");
  } else {
    snprintf(key, 32, "%s%.*s.%s", sign, point, digits, digits + point);
  }
}

bool dset_scalar_key(const dset_scalar *scalar, char key[32]) {
  switch (scalar->kind) {
    case DSET_SCALAR_BOOLEAN: snprintf(key, 32, "%s", scalar->boolean ? "true" : "false"); return true;
    case DSET_SCALAR_INTEGER: snprintf(key, 32, "%lld", (long long)scalar->integer); return true;
    case DSET_SCALAR_REAL: real_key(scalar->real, key); return true;
    default: return false;
  }
}

size_t dset_scalar_identity(const dset_scalar *scalar, char identity[DSET_SCALAR_IDENTITY]) {
  dset_scalar same = *scalar;
  if (same.real == 0) same.real = 0; /* -0 */
  if (isnan(same.real) || !dset_scalar_key(&same, identity + DSET_SCALAR_PREFIX)) return 0;
  identity[0] = '\xFF';
  identity[1] = (char)same.kind;
  memcpy(identity + 2, &same.real, sizeof same.real);
  return DSET_SCALAR_PREFIX + strlen(identity + DSET_SCALAR_PREFIX);
}

bool dset_scalar_is_identity(const char *bytes) {
  return bytes[0] == '\xFF';
}

/* ---- untyped scalars ---- */

/* A number's text; underscores are not seen. */
typedef struct cursor {
  const char *at;
  const char *end;
} cursor;

static int peek(cursor *c) {
  while (c->at < c->end && *c->at == '_') c->at++;
  return c->at < c->end ? (unsigned char)*c->at : END;
}

static int take(cursor *c) {
  int taken = peek(c);
  if (taken != END) c->at++;
  return taken;
}

static int digit_value(int c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

/* At least `least` digits of `base` up to the end; false when there is another character or uint64 overflows. */
static bool take_magnitude(cursor *c, int base, int least, uint64_t *magnitude) {
  int count = 0;
  for (*magnitude = 0; peek(c) != END; count++) {
    uint64_t digit = (uint64_t)digit_value(take(c));
    if (digit >= (uint64_t)base || *magnitude > (UINT64_MAX - digit) / (uint64_t)base) return false;
    *magnitude = *magnitude * (uint64_t)base + digit;
  }
  return count >= least;
}

static bool as_integer(const char *text, size_t bytes, dset_scalar *scalar) {
  cursor c = {text, text + bytes};
  int sign = peek(&c) == '-' || peek(&c) == '+' ? take(&c) : 0;
  int base = 10, least = 1;
  if (peek(&c) == '0') {
    take(&c);
    int letter = peek(&c);
    if (letter == 'x' || letter == 'X') base = 16;
    if (letter == 'b' || letter == 'B') base = 2;
    if (letter == 'o' || letter == 'O') base = 8;
    if (base != 10) {
      take(&c);
      if (letter == 'b' && sign == 0 && (peek(&c) == '-' || peek(&c) == '+')) sign = take(&c);
    } else {
      base = 8;
      least = 0;
    }
  }
  uint64_t magnitude;
  if (!take_magnitude(&c, base, least, &magnitude)) return false;
  scalar->kind = DSET_SCALAR_INTEGER;
  if (magnitude <= INT64_MAX) {
    scalar->integer = sign == '-' ? -(int64_t)magnitude : (int64_t)magnitude;
    return true;
  }
  if (sign == '-' && magnitude == (uint64_t)INT64_MAX + 1) {
    scalar->integer = INT64_MIN;
    return true;
  }
  scalar->kind = DSET_SCALAR_HUGE;
  scalar->real = (double)magnitude;
  return sign == 0;
}

static size_t take_digits(cursor *c) {
  size_t count = 0;
  for (; is_digit(peek(c)); count++) take(c);
  return count;
}

/* In a number that starts with a point an underscore stands between two digits. */
static bool underscores_separate(const char *text, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) {
    if (text[i] != '_') continue;
    if (i == 0 || i + 1 == bytes || !is_digit(text[i - 1]) || !is_digit(text[i + 1])) return false;
  }
  return true;
}

static bool as_real(const char *text, size_t bytes, dset_scalar *scalar) {
  cursor c = {text, text + bytes};
  if (peek(&c) == '-' || peek(&c) == '+') take(&c);
  size_t digits = take_digits(&c);
  if (peek(&c) == '.') {
    take(&c);
    digits += take_digits(&c);
  }
  if (digits == 0) return false;
  if (peek(&c) == 'e' || peek(&c) == 'E') {
    take(&c);
    if (peek(&c) == '-' || peek(&c) == '+') take(&c);
    if (take_digits(&c) == 0) return false;
  }
  if (peek(&c) != END || (text[0] == '.' && !underscores_separate(text, bytes))) return false;
  scalar->kind = DSET_SCALAR_REAL;
  return dset_scalar_real(text, bytes, &scalar->real);
}

static bool is_one_of(const char *words, const char *text, size_t bytes) {
  for (const char *word = words; *word != '\0'; word += strlen(word) + 1) {
    if (strlen(word) == bytes && memcmp(word, text, bytes) == 0) return true;
  }
  return false;
}

static bool as_word(const char *text, size_t bytes, dset_scalar *scalar) {
  if (bytes == 0 || is_one_of("~\0null\0Null\0NULL\0", text, bytes)) {
    scalar->kind = DSET_SCALAR_NULL;
  } else if (is_one_of("true\0True\0TRUE\0yes\0Yes\0YES\0on\0On\0ON\0y\0Y\0", text, bytes)) {
    scalar->kind = DSET_SCALAR_BOOLEAN;
    scalar->boolean = true;
  } else if (is_one_of("false\0False\0FALSE\0no\0No\0NO\0off\0Off\0OFF\0n\0N\0", text, bytes)) {
    scalar->kind = DSET_SCALAR_BOOLEAN;
    scalar->boolean = false;
  } else if (is_one_of(".inf\0.Inf\0.INF\0+.inf\0+.Inf\0+.INF\0", text, bytes)) {
    scalar->kind = DSET_SCALAR_REAL;
    scalar->real = INFINITY;
  } else if (is_one_of("-.inf\0-.Inf\0-.INF\0", text, bytes)) {
    scalar->kind = DSET_SCALAR_REAL;
    scalar->real = -INFINITY;
  } else if (is_one_of(".nan\0.NaN\0.NAN\0", text, bytes)) {
    scalar->kind = DSET_SCALAR_REAL;
    scalar->real = NAN;
  } else {
    return false;
  }
  return true;
}

static void resolve_untagged(const char *text, size_t bytes, dset_scalar *scalar) {
  if (as_word(text, bytes, scalar)) return;
  bool number = is_digit(text[0]) || text[0] == '-' || text[0] == '+';
  if (number && as_integer(text, bytes, scalar)) return;
  if ((number || text[0] == '.') && as_real(text, bytes, scalar)) return;
  scalar->kind = DSET_SCALAR_STRING;
}

/* A date starts as in 2001-12-14; its rest does not matter, as Kubernetes keeps it as the string it is. */
static bool is_date(const char *text, size_t bytes) {
  size_t i = 0;
  while (i < bytes && is_digit(text[i])) i++;
  if (i != 4 || bytes < 8 || text[4] != '-') return false;
  for (i = 5; i < bytes && is_digit(text[i]);) i++;
  return i > 5 && i + 1 < bytes && text[i] == '-' && is_digit(text[i + 1]);
}

bool dset_scalar_resolve(const char *tag, bool plain, const char *text, size_t bytes, dset_scalar *scalar) {
  static const char prefix[] = "tag:yaml.org,2002:";
  memset(scalar, 0, sizeof *scalar);
  scalar->kind = DSET_SCALAR_STRING;
  if (tag == NULL) {
    if (plain) resolve_untagged(text, bytes, scalar);
    return true;
  }
  if (strncmp(tag, prefix, sizeof prefix - 1) != 0) return true;
  tag += sizeof prefix - 1;
  if (strcmp(tag, "timestamp") == 0) return is_date(text, bytes);
  bool null = strcmp(tag, "null") == 0, boolean = strcmp(tag, "bool") == 0;
  bool integer = strcmp(tag, "int") == 0, real = strcmp(tag, "float") == 0;
  if (!null && !boolean && !integer && !real) return true;
  resolve_untagged(text, bytes, scalar);
  if (real && scalar->kind == DSET_SCALAR_INTEGER) {
    scalar->kind = DSET_SCALAR_REAL;
    scalar->real = (double)scalar->integer;
  }
  switch (scalar->kind) {
    case DSET_SCALAR_NULL: return null;
    case DSET_SCALAR_BOOLEAN: return boolean;
    case DSET_SCALAR_INTEGER:
    case DSET_SCALAR_HUGE: return integer;
    case DSET_SCALAR_REAL: return real;
    default: return false;
  }
}

/* ---- base64 ---- */

static int base64_digit(char c) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *found = c == '\0' ? NULL : strchr(digits, c);
  return found == NULL ? -1 : (int)(found - digits);
}

bool dset_scalar_base64(char *text, size_t *length) {
  size_t used = 0, count = 0, padding = 0;
  unsigned bits = 0;
  for (size_t i = 0; i < *length; i++) {
    if (text[i] == '\n' || text[i] == '\r') continue;
    int digit = base64_digit(text[i]);
    if (text[i] == '=') padding++;
    if (text[i] == '=' ? padding > 2 : digit < 0 || padding > 0) return false;
    bits = (bits << 6 | (digit < 0 ? 0 : (unsigned)digit)) & 0xFFFFFF;
    if (++count % 4 != 0) continue;
    for (int shift = 16; shift >= 0; shift -= 8) text[used++] = (char)(bits >> shift & 0xFF);
  }
  if (count % 4 != 0) return false;
  *length = used - padding;
  return true;
}
