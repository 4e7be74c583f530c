/* SPDX-License-Identifier: Apache-2.0 */
/* jsontext.c: finding the parts of a JSON text, and writing it over several lines. */
#include "jsontext.h"

#include <stdlib.h>
#include <string.h>

/* ---- where things end ---- */

const char *span_blanks_end(const char *at, const char *end) {
  while (at < end && strchr(" \t\r\n", *at) != NULL && *at != '\0') at++;
  return at;
}

/* Behind the closing quote of the string at `at`. */
static const char *string_end(const char *at, const char *end) {
  for (at++; at < end; at++) {
    if (*at == '"') return at + 1;
    if (*at == '\\') at++;
  }
  return NULL;
}

const char *span_value_end(const char *at, const char *end) {
  size_t depth = 0;
  while (at < end) {
    if (*at == '"') {
      at = string_end(at, end);
      if (at == NULL) return NULL;
      if (depth == 0) return at;
    } else if (*at == '{' || *at == '[') {
      depth++;
      at++;
    } else if (*at == '}' || *at == ']') {
      if (depth == 0) return at; /* of what the value stands in */
      at++;
      if (--depth == 0) return at;
    } else if (depth == 0 && strchr(", \t\r\n", *at) != NULL) {
      return at;
    } else {
      at++;
    }
  }
  return depth == 0 ? at : NULL;
}

struct span span_member(struct span object, const char *key) {
  const char *end = object.text + object.length;
  const char *at = span_blanks_end(object.text, end);
  size_t key_length = strlen(key);
  struct span value = {NULL, 0};
  if (at == end || *at != '{') return value;
  at = span_blanks_end(at + 1, end);
  while (at < end && *at == '"') {
    const char *name = at + 1;
    at = string_end(at, end);
    if (at == NULL) break;
    bool wanted = (size_t)(at - 1 - name) == key_length && memcmp(name, key, key_length) == 0;
    at = span_blanks_end(at, end);
    if (at == end || *at != ':') break;
    const char *start = span_blanks_end(at + 1, end);
    at = span_value_end(start, end);
    if (at == NULL) break;
    if (wanted) value = (struct span){start, (size_t)(at - start)};
    at = span_blanks_end(at, end);
    if (at == end || *at != ',') break;
    at = span_blanks_end(at + 1, end);
  }
  return value;
}

enum { NO_DIGITS = 0x110000 }; /* no code point */

/* The number that the four hexadecimal digits at `at` write. */
static uint32_t hexadecimal(const char *at, const char *end) {
  static const char digits[] = "0123456789abcdef0123456789ABCDEF";
  uint32_t value = 0;
  if (end - at < 4) return NO_DIGITS;
  for (int i = 0; i < 4; i++) {
    const char *digit = memchr(digits, at[i], sizeof digits - 1);
    if (digit == NULL) return NO_DIGITS;
    value = value << 4 | (uint32_t)((digit - digits) & 15);
  }
  return value;
}

/* ---- whether it is JSON: each function goes behind what it is named after, or returns NULL ---- */

static const char *past_digits(const char *at, const char *end) {
  const char *start = at;
  while (at < end && *at >= '0' && *at <= '9') at++;
  return at == start ? NULL : at;
}

static const char *past_number(const char *at, const char *end) {
  if (at < end && *at == '-') at++;
  const char *start = at;
  at = past_digits(at, end);
  if (at == NULL || (*start == '0' && at > start + 1)) return NULL;
  if (at < end && *at == '.') at = past_digits(at + 1, end);
  if (at == NULL || at == end || (*at != 'e' && *at != 'E')) return at;
  at++;
  if (at < end && (*at == '+' || *at == '-')) at++;
  return past_digits(at, end);
}

static const char *past_string(const char *at, const char *end) {
  const char *stop = at < end && *at == '"' ? string_end(at, end) : NULL;
  for (at++; stop != NULL && at < stop - 1; at++) {
    if ((unsigned char)*at < 0x20) return NULL;
    if (*at != '\\') continue;
    at++;
    if (strchr("\"\\/bfnrtu", *at) == NULL || *at == '\0') return NULL;
    if (*at == 'u' && hexadecimal(at + 1, stop - 1) == NO_DIGITS) return NULL;
  }
  return stop;
}

static const char *past_value(const char *at, const char *end, int depth);

/* Behind "key": value or a value, and the comma or bracket behind it. */
static const char *past_item(const char *at, const char *end, bool map, int depth) {
  if (map) {
    at = past_string(at, end);
    if (at != NULL) at = span_blanks_end(at, end);
    if (at == NULL || at == end || *at != ':') return NULL;
    at = span_blanks_end(at + 1, end);
  }
  at = past_value(at, end, depth);
  if (at != NULL) at = span_blanks_end(at, end);
  return at == NULL || at == end || (*at != ',' && *at != (map ? '}' : ']')) ? NULL : at + 1;
}

static const char *past_value(const char *at, const char *end, int depth) {
  static const char *const words[] = {"null", "true", "false"};
  if (at == end || depth == 0) return NULL;
  if (*at == '"') return past_string(at, end);
  if (*at == '{' || *at == '[') {
    bool map = *at == '{';
    at = span_blanks_end(at + 1, end);
    if (at < end && *at == (map ? '}' : ']')) return at + 1;
    do {
      at = past_item(span_blanks_end(at, end), end, map, depth - 1);
    } while (at != NULL && at[-1] == ',');
    return at;
  }
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t length = strlen(words[i]);
    if ((size_t)(end - at) >= length && memcmp(at, words[i], length) == 0) return at + length;
  }
  return past_number(at, end);
}

bool span_valid(struct span text) {
  enum { DEPTH = 1000 };
  const char *end = text.text + text.length;
  const char *at = past_value(span_blanks_end(text.text, end), end, DEPTH);
  return at != NULL && span_blanks_end(at, end) == end;
}

/* ---- strings ---- */

static char *put_character(char *to, uint32_t point) {
  if (point < 0x80) {
    *to++ = (char)point;
    return to;
  }
  int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  static const unsigned char marks[] = {0, 0xC0, 0xE0, 0xF0};
  *to++ = (char)(marks[more] | point >> (6 * more));
  while (more-- > 0) *to++ = (char)(0x80 | (point >> (6 * more) & 0x3F));
  return to;
}

/* What \u at `*at` stands for, a pair of surrogates as one; half a pair and NUL become U+FFFD. */
static uint32_t take_escaped(const char **at, const char *end) {
  uint32_t point = hexadecimal(*at + 2, end);
  *at += end - *at < 6 ? end - *at : 6;
  bool pair = point >= 0xD800 && point <= 0xDBFF && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u';
  uint32_t low = pair ? hexadecimal(*at + 2, end) : NO_DIGITS;
  if (low >= 0xDC00 && low <= 0xDFFF) {
    *at += 6;
    return 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
  }
  return point == 0 || point == NO_DIGITS || (point >= 0xD800 && point <= 0xDFFF) ? 0xFFFD : point;
}

char *span_string(struct span value) {
  static const char letters[] = "bfnrt";
  static const char stand_for[] = "\b\f\n\r\t";
  if (value.length < 2 || value.text[0] != '"') return NULL;
  const char *end = value.text + value.length - 1;
  char *text = need(malloc(value.length)), *to = text; /* no escape is shorter than what it stands for */
  for (const char *at = value.text + 1; at < end;) {
    if (*at != '\\' || at + 1 == end) {
      *to++ = *at++;
    } else if (at[1] == 'u') {
      to = put_character(to, take_escaped(&at, end));
    } else {
      const char *letter = memchr(letters, at[1], sizeof letters - 1);
      *to++ = letter == NULL ? at[1] : stand_for[letter - letters];
      at += 2;
    }
  }
  *to = '\0';
  return text;
}

/* ---- several lines ---- */

static void new_line(FILE *file, int indent) {
  fprintf(file, "\n%*s", indent, "");
}

void span_indented(FILE *file, struct span value, int indent) {
  enum { STEP = 4 }; /* kubectl's */
  const char *end = value.text + value.length;
  for (const char *at = span_blanks_end(value.text, end); at < end; at = span_blanks_end(at, end)) {
    char c = *at;
    const char *next = c == '"' ? string_end(at, end) : at + 1;
    if (next == NULL) next = end;
    const char *behind = span_blanks_end(next, end);
    bool opens = c == '{' || c == '[', closes = c == '}' || c == ']';
    if (opens && behind < end && (*behind == '}' || *behind == ']')) { /* nothing in it */
      fputc(c, file);
      fputc(*behind, file);
      next = behind + 1;
    } else {
      if (closes) new_line(file, indent -= STEP);
      fwrite(at, 1, (size_t)(next - at), file);
      if (c == ':') fputc(' ', file);
      if (opens) indent += STEP;
      if (opens || c == ',') new_line(file, indent);
    }
    at = next;
  }
}
