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
#include "text.h"
#include "token.h"

typedef struct reader {
  const dset_slice *slice;
  const char *at;
  const char *end;
  size_t max_depth;
  dset_repeats *repeats;
  dset_trail *trail; /* the innermost of the arrays and objects that are open */
  dset_error *error;
  int code;
} reader;

static json_t *read_value(reader *r, size_t depth);

/* ---- errors ---- */

static size_t mark_of(const reader *r, const char *at) {
  return (size_t)(at - r->slice->text) - r->slice->begin;
}

static dset_cursor cursor_at(const reader *r, const char *at) {
  dset_cursor cursor = dset_cursor_at(r->slice);
  dset_cursor_move(&cursor, DSET_UNIT_BYTES, mark_of(r, at));
  return cursor;
}

static bool refuse(reader *r, int code, const char *at, const char *text) {
  dset_cursor cursor = cursor_at(r, at);
  r->code = dset_fail(r->error, code, "", "%s", text);
  dset_fail_at(r->error, cursor.line, cursor.column);
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
  size_t length = 0;
  while (length < 20 && at + length < r->end && is_word(at[length])) length++;
  if (at == r->end) {
    snprintf(found, sizeof found, "the end of the text");
    if (open != NULL) snprintf(where, sizeof where, " for the '%c' in line %zu", *open, cursor_at(r, open).line);
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

/* Goes over blanks, and over `c` when it follows; says whether it did. */
static bool accept(reader *r, char c) {
  r->at = dset_token_blanks(r->at, r->end);
  if (r->at == r->end || *r->at != c) return false;
  r->at++;
  return true;
}

/* ---- strings ---- */

/* The bytes of the escape at `at`; 0 and the error filled when it is none. */
static size_t check_escape(reader *r, const char *at) {
  dset_token_fault fault;
  size_t bytes = dset_token_escape(at, r->end, &fault);
  if (bytes == 0) refuse(r, fault.code, fault.at, fault.text);
  return bytes;
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
    size_t length = dset_token_decode(&at, end, unit);
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
  while ((at = dset_token_plain(at, r->end)) < r->end && *at != '"') {
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

static json_t *read_number(reader *r) {
  dset_token_number number;
  dset_token_fault fault;
  const char *behind = dset_token_read_number(r->at, r->end, &number, &fault);
  if (behind == NULL) {
    if (fault.text == NULL) {
      expected(r, fault.at, "a digit", NULL);
    } else {
      refuse(r, fault.code, fault.at, fault.text);
    }
    return NULL;
  }
  r->at = behind;
  json_t *value = number.real ? json_real(number.value) : json_integer(number.integer);
  if (value == NULL) out_of_memory(r);
  return value;
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
  dset_trail_item(r->trail, json_array_size(array));
  json_t *value = read_value(r, depth);
  if (value == NULL) return false;
  return json_array_append_new(array, value) == 0 || out_of_memory(r);
}

/* Says that the key, which stands at `at`, is in the object already. */
static bool note_repeat(reader *r, const json_t *object, const string *key, const char *at) {
  if (r->repeats == NULL || json_object_getn(object, key->bytes, key->length) == NULL) return true;
  return dset_repeats_add(r->repeats, r->trail, mark_of(r, at)) || out_of_memory(r);
}

static bool read_member(reader *r, json_t *object, size_t depth) {
  string key;
  const char *at = r->at = dset_token_blanks(r->at, r->end);
  if (r->at == r->end || *r->at != '"') return expected(r, r->at, "a key in double quotes", NULL);
  if (!read_string(r, &key)) return false;
  dset_trail_member(r->trail, key.bytes, key.length);
  bool done = note_repeat(r, object, &key, at);
  if (done && !accept(r, ':')) done = expected(r, r->at, "':' behind the key", NULL);
  json_t *value = done ? read_value(r, depth) : NULL;
  done = value != NULL && (json_object_setn_new_nocheck(object, key.bytes, key.length, value) == 0 || out_of_memory(r));
  free(key.owned);
  return done;
}

typedef bool read_part(reader *r, json_t *container, size_t depth);

static bool read_parts(reader *r, size_t depth, json_t *container, read_part *part, char close) {
  const char *open = r->at++;
  if (accept(r, close)) return true;
  do {
    if (!part(r, container, depth)) return false;
  } while (accept(r, ','));
  return accept(r, close) || expected(r, r->at, close == '}' ? "',' or '}'" : "',' or ']'", open);
}

static json_t *read_container(reader *r, size_t depth, json_t *container, read_part *part, char close) {
  dset_trail here = {.parent = r->trail};
  r->trail = &here;
  bool done = container != NULL ? enter(r, depth) : out_of_memory(r);
  done = done && read_parts(r, depth + 1, container, part, close);
  r->trail = here.parent;
  if (done) return container;
  json_decref(container);
  return NULL;
}

static json_t *read_value(reader *r, size_t depth) {
  r->at = dset_token_blanks(r->at, r->end);
  if (r->at == r->end) {
    expected(r, r->at, "a value", NULL);
    return NULL;
  }
  if (*r->at == '{') return read_container(r, depth, json_object(), read_member, '}');
  if (*r->at == '[') return read_container(r, depth, json_array(), read_element, ']');
  if (*r->at == '"') return read_text(r);
  if (*r->at == '-' || dset_token_digit(r->at, r->end)) return read_number(r);
  return read_word(r);
}

int dset_json_load(const dset_slice *slice, const dset_bounds *bounds, dset_repeats *repeats, json_t **root,
                   size_t *end, dset_error *error) {
  reader r = {.slice = slice,
              .at = slice->text + slice->begin,
              .end = slice->text + slice->end,
              .max_depth = bounds->max_depth,
              .repeats = repeats,
              .error = error,
              .code = DSET_OK};
  *root = read_value(&r, 0);
  if (*root == NULL) return r.code;
  if (repeats != NULL) dset_repeats_locate(repeats, slice, DSET_UNIT_BYTES);
  *end = (size_t)(r.at - slice->text);
  return DSET_OK;
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
    at = dset_token_blanks(at, end);
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

/* A key in the text, from its opening quote. */
typedef struct written_key {
  const char *at;
  const char *end; /* of the text */
} written_key;

/* As strcmp(), without its memory: what is escaped is decoded on the way. */
static int compare_key(const void *key, const dset_step *step) {
  const written_key *written = key;
  const char *wanted = step->key;
  for (const char *at = written->at + 1; at < written->end && *at != '"';) {
    char unit[4];
    size_t bytes = dset_token_decode(&at, written->end, unit);
    for (size_t i = 0; i < bytes; i++, wanted++) {
      if (unit[i] != *wanted) return (unsigned char)unit[i] < (unsigned char)*wanted ? -1 : 1;
    }
  }
  return *wanted == '\0' ? 0 : -1;
}

typedef struct walker {
  dset_search search;
  const char *begin;
  const char *end;
} walker;

/* The value of the member whose key stands at `at`. */
static const char *skip_key(const char *at, const char *end) {
  at = dset_token_blanks(skip_string(at, end), end);
  return dset_token_blanks(at < end ? at + 1 : end, end); /* the colon */
}

/* Notes what `here` leads to in the value at `at`; returns what is behind the value. */
static const char *walk(const walker *w, const char *at, dset_range here) {
  bool object = at < w->end && *at == '{', array = at < w->end && *at == '[';
  dset_range parts = dset_search_parts(&w->search, here, object);
  if ((!object && !array) || dset_range_empty(parts)) return skip_value(at, w->end);
  at = dset_token_blanks(at + 1, w->end);
  for (size_t i = 0; at < w->end && *at != '}' && *at != ']'; i++) {
    written_key key = {at, w->end};
    dset_range part =
        object ? dset_search_key(&w->search, parts, compare_key, &key) : dset_search_item(&w->search, parts, i);
    if (object) at = skip_key(at, w->end);
    if (dset_range_empty(part)) {
      at = skip_value(at, w->end);
    } else {
      dset_search_found(&w->search, part, (size_t)(key.at - w->begin));
      at = walk(w, at, part);
    }
    at = dset_token_blanks(at, w->end);
    if (at < w->end && *at == ',') at = dset_token_blanks(at + 1, w->end);
  }
  return at < w->end ? at + 1 : at;
}

void dset_json_locate(const dset_slice *slice, dset_place *places, size_t count) {
  walker w = {.begin = slice->text + slice->begin, .end = slice->text + slice->end};
  dset_range all = dset_search_begin(&w.search, places, count);
  const char *root = dset_token_blanks(w.begin, w.end);
  dset_search_found(&w.search, all, (size_t)(root - w.begin));
  walk(&w, root, all);
  dset_search_end(&w.search, slice, DSET_UNIT_BYTES);
}
