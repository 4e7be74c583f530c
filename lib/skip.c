/* SPDX-License-Identifier: Apache-2.0 */
/* skip.c (L5): goes over JSON and keeps nothing, see skip.h. Recursion is bounded by `levels`. */
#include "skip.h"

#include <string.h>

#include "text.h"

const char *dset_skip_string(const char *at, const char *end, bool *escapes) {
  *escapes = false;
  at++;
  while ((at = dset_token_plain(at, end)) < end && *at != '"') {
    size_t length = 0; /* a control character */
    if (*at == '\\') {
      dset_token_fault fault;
      length = dset_token_escape(at, end, &fault);
      *escapes = true;
    } else if ((unsigned char)*at >= 0x80) {
      length = dset_text_character(at, (size_t)(end - at));
    }
    if (length == 0) return NULL;
    at += length;
  }
  return at == end ? NULL : at + 1;
}

static const char *skip_word(const char *at, const char *end) {
  static const char words[][6] = {"null", "true", "false"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t length = strlen(words[i]);
    if ((size_t)(end - at) >= length && memcmp(at, words[i], length) == 0) return at + length;
  }
  return NULL;
}

/* Behind the key at `at`, its colon, and the blanks around. */
static const char *skip_key(const char *at, const char *end) {
  bool escapes;
  if (at == end || *at != '"' || (at = dset_skip_string(at, end, &escapes)) == NULL) return NULL;
  at = dset_token_blanks(at, end);
  return at < end && *at == ':' ? dset_token_blanks(at + 1, end) : NULL;
}

/* Behind the array or object whose opening bracket stands at `at`. */
static const char *skip_parts(const char *at, const char *end, size_t levels, char close) {
  at = dset_token_blanks(at + 1, end);
  if (at < end && *at == close) return at + 1;
  for (;;) {
    if (close == '}' && (at = skip_key(at, end)) == NULL) return NULL;
    if ((at = dset_skip_value(at, end, levels)) == NULL) return NULL;
    at = dset_token_blanks(at, end);
    if (at == end) return NULL;
    if (*at == close) return at + 1;
    if (*at != ',') return NULL;
    at = dset_token_blanks(at + 1, end);
  }
}

const char *dset_skip_value(const char *at, const char *end, size_t levels) {
  bool escapes;
  dset_token_number number;
  dset_token_fault fault;
  switch (at < end ? *at : '\0') {
    case '"': return dset_skip_string(at, end, &escapes);
    case '{': return levels == 0 ? NULL : skip_parts(at, end, levels - 1, '}');
    case '[': return levels == 0 ? NULL : skip_parts(at, end, levels - 1, ']');
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': return dset_token_read_number(at, end, &number, &fault);
    default: return skip_word(at, end);
  }
}
