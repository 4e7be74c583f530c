/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.c (L5): reads one JSON value (RFC 8259), see json.h.
 *
 * One function for each kind of value, from `at` on; each leaves `at` behind its value, or fills the error and returns
 * NULL. Recursion is bounded by max_depth. Strings without escapes, nearly all, are taken from the text as they are.
 */
#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "scalar.h"
#include "text.h"

typedef struct reader {
  const char *text; /* for positions */
  const char *at;
  const char *end;
  size_t max_depth;
  dset_error *error;
  int code;
} reader;

static json_t *read_value(reader *r, size_t depth);

/* ---- errors ---- */

static bool refuse(reader *r, int code, const char *at, const char *text) {
  size_t line, column;
  r->code = dset_fail(r->error, code, "", "%s", text);
  dset_source_position(r->text, (size_t)(at - r->text), &line, &column);
  dset_fail_at(r->error, line, column);
  return false;
}

static bool out_of_memory(reader *r) {
  r->code = dset_fail_memory(r->error);
  return false;
}

static bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '.';
}

/* Refuses what stands at `at`; `open` is the bracket that is not closed, or NULL. */
static bool expected(reader *r, const char *at, const char *what, const char *open) {
  char found[40], text[160], where[48] = "";
  size_t length = 0, line, column;
  while (length < 20 && at + length < r->end && is_word(at[length])) length++;
  if (at == r->end) {
    snprintf(found, sizeof found, "the end of the text");
    if (open != NULL) {
      dset_source_position(r->text, (size_t)(open - r->text), &line, &column);
      snprintf(where, sizeof where, " for the '%c' in line %zu", *open, line);
    }
  } else if ((unsigned char)*at < 0x20) {
    snprintf(found, sizeof found, "the control character 0x%02x", (unsigned)*at);
  } else {
    if (length == 0) length = dset_text_character(at, (size_t)(r->end - at));
    snprintf(found, sizeof found, "'%.*s'", (int)length, at);
  }
  snprintf(text, sizeof text, "expected %s%s, found %s", what, where, found);
  return refuse(r, DSET_ERR_SYNTAX, at, text);
}

/* ---- the text ---- */

static const char *skip_blanks(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\r' || *at == '\n')) at++;
  return at;
}

/* Goes over blanks, and over `c` when it follows; says whether it did. */
static bool accept(reader *r, char c) {
  r->at = skip_blanks(r->at, r->end);
  if (r->at == r->end || *r->at != c) return false;
  r->at++;
  return true;
}

static bool is_digit(const char *at, const char *end) {
  return at < end && *at >= '0' && *at <= '9';
}

/* ---- strings ---- */

/* The four hexadecimal digits at `at`, or -1. */
static long read_hex(const char *at, const char *end) {
  long code = 0;
  for (int i = 0; i < 4; i++) {
    char c = at + i < end ? at[i] : '\0';
    int digit = c >= '0' && c <= '9'   ? c - '0'
                : c >= 'a' && c <= 'f' ? c - 'a' + 10
                : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                       : -1;
    if (digit < 0) return -1;
    code = code * 16 + digit;
  }
  return code;
}

/* The bytes of the escape at `at`; 0 and the error filled when it is none. */
static size_t check_escape(reader *r, const char *at) {
  static const char short_escapes[] = "\"\\/bfnrt";
  if (at + 1 < r->end && memchr(short_escapes, at[1], sizeof short_escapes - 1) != NULL) return 2;
  if (at + 1 == r->end || at[1] != 'u') {
    refuse(r, DSET_ERR_SYNTAX, at, "this '\\' starts no escape of JSON");
    return 0;
  }
  long code = read_hex(at + 2, r->end);
  if (code < 0) {
    refuse(r, DSET_ERR_SYNTAX, at, "expected four hexadecimal digits behind '\\u'");
    return 0;
  }
  if (code == 0) {
    refuse(r, DSET_ERR_ENCODING, at, "a string holds an escaped NUL");
    return 0;
  }
  if (code < 0xD800 || code > 0xDFFF) return 6;
  bool pair = code < 0xDC00 && r->end - at >= 12 && at[6] == '\\' && at[7] == 'u';
  long low = pair ? read_hex(at + 8, r->end) : -1;
  if (low >= 0xDC00 && low <= 0xDFFF) return 12;
  refuse(r, DSET_ERR_SYNTAX, at, "this half of a surrogate pair lacks the other half");
  return 0;
}

static size_t encode(long code, char out[4]) {
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  static const unsigned lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for (size_t i = length - 1; i > 0; i--, code >>= 6) out[i] = (char)(0x80 | (code & 0x3F));
  out[0] = (char)(lead[length] | (unsigned)code);
  return length;
}

/* Decodes the byte or the escape at `*at` of a string that was checked, and goes behind it. */
static size_t decode(const char **at, const char *end, char out[4]) {
  static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
  out[0] = *(*at)++;
  if (out[0] != '\\') return 1;
  out[0] = *(*at)++;
  const char *control = strchr(from, out[0]);
  if (control != NULL) out[0] = to[control - from];
  if (out[0] != 'u') return 1;
  long code = read_hex(*at, end);
  *at += 4;
  if (code >= 0xD800 && code <= 0xDFFF) {
    code = 0x10000 + ((code - 0xD800) << 10) + (read_hex(*at + 2, end) - 0xDC00);
    *at += 6;
  }
  return encode(code, out);
}

/* A string's bytes: a part of the text, or `owned`. */
typedef struct string {
  const char *bytes;
  size_t length;
  char *owned;
} string;

static bool unescape(reader *r, string *s) {
  const char *at = s->bytes, *end = s->bytes + s->length;
  s->owned = malloc(s->length);
  if (s->owned == NULL) return out_of_memory(r);
  s->length = 0;
  while (at < end) {
    char unit[4];
    size_t length = decode(&at, end, unit);
    memcpy(s->owned + s->length, unit, length);
    s->length += length;
  }
  s->bytes = s->owned;
  return true;
}

/* Reads the string whose opening quote stands at `at`. The caller frees `owned`. */
static bool read_string(reader *r, string *s) {
  bool escapes = false;
  const char *open = r->at, *at = open + 1;
  while (at < r->end && *at != '"') {
    if ((unsigned char)*at < 0x20) {
      char text[80];
      snprintf(text, sizeof text, "a string holds the control character 0x%02x, which must be escaped", (unsigned)*at);
      return refuse(r, DSET_ERR_SYNTAX, at, text);
    }
    size_t length = *at == '\\' ? check_escape(r, at) : 1;
    if (length == 0) return false;
    if (*at == '\\') escapes = true;
    at += length;
  }
  if (at == r->end) return refuse(r, DSET_ERR_SYNTAX, open, "this string has no closing '\"'");
  *s = (string){open + 1, (size_t)(at - open) - 1, NULL};
  r->at = at + 1;
  return !escapes || unescape(r, s);
}

static json_t *read_text(reader *r) {
  string s;
  if (!read_string(r, &s)) return NULL;
  json_t *value = json_stringn_nocheck(s.bytes, s.length);
  free(s.owned);
  if (value == NULL) out_of_memory(r);
  return value;
}

/* ---- numbers and words ---- */

static bool skip_digits(reader *r) {
  if (!is_digit(r->at, r->end)) return expected(r, r->at, "a digit", NULL);
  while (is_digit(r->at, r->end)) r->at++;
  return true;
}

static json_t *make_number(reader *r, const char *begin, bool real) {
  size_t length = (size_t)(r->at - begin);
  int64_t integer;
  double value;
  if (real && !dset_scalar_real(begin, length, &value)) {
    refuse(r, DSET_ERR_RANGE, begin, "this number is beyond a 64-bit real");
    return NULL;
  }
  if (!real && !dset_text_to_int64(begin, length, &integer)) {
    refuse(r, DSET_ERR_RANGE, begin, "this number is beyond a 64-bit integer");
    return NULL;
  }
  json_t *number = real ? json_real(value) : json_integer(integer);
  if (number == NULL) out_of_memory(r);
  return number;
}

static json_t *read_number(reader *r) {
  const char *begin = r->at;
  bool real = false;
  if (*r->at == '-') r->at++;
  if (r->at < r->end && *r->at == '0' && is_digit(r->at + 1, r->end)) {
    refuse(r, DSET_ERR_SYNTAX, begin, "a number of JSON does not start with 0");
    return NULL;
  }
  if (!skip_digits(r)) return NULL;
  if (r->at < r->end && *r->at == '.') {
    real = true;
    r->at++;
    if (!skip_digits(r)) return NULL;
  }
  if (r->at < r->end && (*r->at == 'e' || *r->at == 'E')) {
    real = true;
    r->at++;
    if (r->at < r->end && (*r->at == '+' || *r->at == '-')) r->at++;
    if (!skip_digits(r)) return NULL;
  }
  return make_number(r, begin, real);
}

static json_t *read_word(reader *r) {
  size_t length = 0;
  while (r->at + length < r->end && is_word(r->at[length])) length++;
  json_t *value = NULL;
  if (length == 4 && memcmp(r->at, "null", 4) == 0) value = json_null();
  if (length == 4 && memcmp(r->at, "true", 4) == 0) value = json_true();
  if (length == 5 && memcmp(r->at, "false", 5) == 0) value = json_false();
  if (value == NULL) expected(r, r->at, "a value", NULL);
  if (value != NULL) r->at += length;
  return value;
}

/* ---- arrays and objects ---- */

static bool enter(reader *r, size_t depth) {
  char text[80];
  if (depth < r->max_depth) return true;
  snprintf(text, sizeof text, "values are nested deeper than the limit of %zu", r->max_depth);
  return refuse(r, DSET_ERR_LIMIT, r->at, text);
}

static bool read_element(reader *r, json_t *array, size_t depth) {
  json_t *value = read_value(r, depth);
  if (value == NULL) return false;
  return json_array_append_new(array, value) == 0 || out_of_memory(r);
}

static bool read_member(reader *r, json_t *object, size_t depth) {
  string key;
  r->at = skip_blanks(r->at, r->end);
  if (r->at == r->end || *r->at != '"') return expected(r, r->at, "a key in double quotes", NULL);
  if (!read_string(r, &key)) return false;
  bool done = false;
  json_t *value = accept(r, ':') ? read_value(r, depth) : NULL;
  if (value != NULL) {
    done = json_object_setn_new_nocheck(object, key.bytes, key.length, value) == 0 || out_of_memory(r);
  } else if (r->code == DSET_OK) {
    expected(r, r->at, "':' behind the key", NULL);
  }
  free(key.owned);
  return done;
}

typedef bool read_part(reader *r, json_t *container, size_t depth);

static json_t *read_container(reader *r, size_t depth, json_t *container, read_part *part, char close) {
  const char *open = r->at;
  bool done = container != NULL ? enter(r, depth) : out_of_memory(r);
  if (done) {
    r->at++;
    if (accept(r, close)) return container;
    do {
      done = part(r, container, depth + 1);
    } while (done && accept(r, ','));
  }
  if (done && accept(r, close)) return container;
  if (done) expected(r, r->at, close == '}' ? "',' or '}'" : "',' or ']'", open);
  json_decref(container);
  return NULL;
}

static json_t *read_value(reader *r, size_t depth) {
  r->at = skip_blanks(r->at, r->end);
  if (r->at == r->end) {
    expected(r, r->at, "a value", NULL);
    return NULL;
  }
  if (*r->at == '{') return read_container(r, depth, json_object(), read_member, '}');
  if (*r->at == '[') return read_container(r, depth, json_array(), read_element, ']');
  if (*r->at == '"') return read_text(r);
  if (*r->at == '-' || is_digit(r->at, r->end)) return read_number(r);
  return read_word(r);
}

int dset_json_load(const dset_slice *slice, const dset_bounds *bounds, json_t **root, size_t *end, dset_error *error) {
  reader r = {slice->text, slice->text + slice->begin, slice->text + slice->end, bounds->max_depth, error, DSET_OK};
  *root = read_value(&r, 0);
  if (*root != NULL) *end = (size_t)(r.at - slice->text);
  return r.code;
}

/* ---- positions ---- */

/* Behind the string whose opening quote stands at `at`. */
static const char *skip_string(const char *at, const char *end) {
  for (at++; at < end && *at != '"'; at++) {
    if (*at == '\\') at++;
  }
  return at < end ? at + 1 : end;
}

/* Behind the value at `at`, whatever it is. */
static const char *skip_value(const char *at, const char *end) {
  size_t depth = 0;
  do {
    at = skip_blanks(at, end);
    if (at == end) return end;
    if (*at == '"') {
      at = skip_string(at, end);
    } else if (is_word(*at)) {
      while (at < end && is_word(*at)) at++;
    } else {
      if (*at == '{' || *at == '[') depth++;
      if (*at == '}' || *at == ']') depth--;
      at++;
    }
  } while (depth > 0);
  return at;
}

static bool string_is(const char *at, const char *end, const char *wanted) {
  size_t length = strlen(wanted);
  for (at++; at < end && *at != '"';) {
    char unit[4];
    size_t bytes = decode(&at, end, unit);
    if (bytes > length || memcmp(unit, wanted, bytes) != 0) return false;
    wanted += bytes;
    length -= bytes;
  }
  return length == 0;
}

/* Where the part that `step` names stands in the container at `at`, and its value; NULL when there is none. */
static const char *find_part(const char *at, const char *end, const dset_step *step, const char **value) {
  const char *found = NULL;
  if (at == end || *at != (step->key != NULL ? '{' : '[')) return NULL;
  at = skip_blanks(at + 1, end);
  for (size_t i = 0; at < end && *at != '}' && *at != ']'; i++) {
    const char *part = at;
    if (step->key != NULL) {
      at = skip_blanks(skip_string(at, end), end);
      at = skip_blanks(at < end ? at + 1 : end, end); /* the colon */
    }
    if (step->key != NULL ? string_is(part, end, step->key) : i == step->index) {
      found = part;
      *value = at;
    }
    at = skip_blanks(skip_value(at, end), end);
    if (at < end && *at == ',') at = skip_blanks(at + 1, end);
  }
  return found;
}

void dset_json_locate(const dset_slice *slice, const dset_step *steps, size_t step_count, size_t *line,
                      size_t *column) {
  const char *end = slice->text + slice->end, *value = skip_blanks(slice->text + slice->begin, end), *found = value;
  for (size_t i = 0; i < step_count; i++) {
    const char *part = find_part(value, end, &steps[i], &value);
    if (part == NULL) break;
    found = part;
  }
  dset_source_position(slice->text, (size_t)(found - slice->text), line, column);
}
