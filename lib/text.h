/* SPDX-License-Identifier: Apache-2.0 */
/* text.h (L0): strings: NULL-safe comparison, number parsing, and a buffer that grows. */
#ifndef DSET_LIB_TEXT_H
#define DSET_LIB_TEXT_H

#include <stdarg.h>
#include <string.h>

#include "arena.h"
#include "daemonset/base.h"
#include "error.h"

/* `text`, or "" for NULL. */
static inline const char *dset_text_or_empty(const char *text) {
  return text == NULL ? "" : text;
}

static inline bool dset_text_empty(const char *text) {
  return text == NULL || text[0] == '\0';
}

/* Whether two strings, not NULL, are equal. Objects of one host often share theirs; most others differ at once. */
static inline bool dset_text_same(const char *a, const char *b) {
  return a == b || (a[0] == b[0] && strcmp(a, b) == 0);
}

static inline bool dset_text_equal(const char *a, const char *b) {
  return a == b || dset_text_same(dset_text_or_empty(a), dset_text_or_empty(b));
}

/* Byte order, as strcmp; NULL is "". */
int dset_text_compare(const char *a, const char *b);

/* What a copy of a text takes; NULL is "". */
static inline size_t dset_text_size(const char *text) {
  return strlen(dset_text_or_empty(text)) + 1;
}

/* Copies a text to `*at`, where there is room, and moves on. */
static inline const char *dset_text_place(const char *text, char **at) {
  size_t bytes = dset_text_size(text);
  const char *copy = memcpy(*at, dset_text_or_empty(text), bytes);
  *at += bytes;
  return copy;
}

/* Base-10 int64 with optional sign, digits only, the whole of `text`; false on anything else or overflow (C14). */
bool dset_text_to_int64(const char *text, size_t bytes, int64_t *value);

/* The bytes of the UTF-8 character at the start of text[0..bytes), `bytes` > 0; 0 when it is none. */
size_t dset_text_character(const char *text, size_t bytes);

/* The first byte of text[0..bytes) that is no part of a UTF-8 character; NULL when there is none. */
const char *dset_text_stray(const char *text, size_t bytes);

/* Text that grows. After a failed allocation `failed` stays set and further writes do nothing. */
typedef struct dset_buffer {
  dset_allocator allocator;
  char *bytes; /* NUL-terminated once something was written */
  size_t length;
  size_t capacity;
  bool failed;
} dset_buffer;

void dset_buffer_init(dset_buffer *buffer, const dset_allocator *allocator);
void dset_buffer_add(dset_buffer *buffer, const char *bytes, size_t length);
void dset_buffer_string(dset_buffer *buffer, const char *text);
void dset_buffer_format(dset_buffer *buffer, const char *format, ...) DSET_PRINTF(2, 3);
void dset_buffer_arguments(dset_buffer *buffer, const char *format, va_list arguments) DSET_PRINTF(2, 0);
void dset_buffer_clear(dset_buffer *buffer);

/* Adds a text in double quotes as Go's strconv.Quote writes it; what is not UTF-8 becomes \x and two digits. */
void dset_text_quote(dset_buffer *buffer, const char *text);

/* A formatted string in an arena; NULL when an allocation fails. */
char *dset_arena_format(dset_arena *arena, const char *format, ...) DSET_PRINTF(2, 3);

#endif
