/* SPDX-License-Identifier: Apache-2.0 */
/* text.c (L0): strings. */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "printable.h"

int dset_text_compare(const char *a, const char *b) {
  return strcmp(dset_text_or_empty(a), dset_text_or_empty(b));
}

bool dset_text_to_int64(const char *text, size_t bytes, int64_t *value) {
  size_t at = bytes > 0 && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  bool negative = at == 1 && text[0] == '-';
  if (at == bytes) return false;
  uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;
  uint64_t number = 0;
  for (; at < bytes; at++) {
    if (text[at] < '0' || text[at] > '9') return false;
    uint64_t digit = (uint64_t)(text[at] - '0');
    if (number > (limit - digit) / 10) return false;
    number = number * 10 + digit;
  }
  if (negative) {
    *value = number == (uint64_t)INT64_MAX + 1 ? INT64_MIN : -(int64_t)number;
  } else {
    *value = (int64_t)number;
  }
  return true;
}

/*
 * Unicode, table 3-7:  C2..DF one byte follows; E0..EF two; F0..F4 three. The second byte of E0 and F0 is bounded from
 * below (no overlong forms), that of ED and F4 from above (no surrogates, nothing beyond U+10FFFF).
 */
size_t dset_text_character(const char *text, size_t bytes) {
  const unsigned char *c = (const unsigned char *)text;
  if (c[0] < 0x80) return 1;
  size_t length = c[0] >= 0xF0 ? 4 : c[0] >= 0xE0 ? 3 : 2;
  if (c[0] < 0xC2 || c[0] > 0xF4 || length > bytes) return 0;
  if ((c[0] == 0xE0 && c[1] < 0xA0) || (c[0] == 0xED && c[1] > 0x9F)) return 0;
  if ((c[0] == 0xF0 && c[1] < 0x90) || (c[0] == 0xF4 && c[1] > 0x8F)) return 0;
  for (size_t i = 1; i < length; i++) {
    if ((c[i] & 0xC0) != 0x80) return 0;
  }
  return length;
}

const char *dset_text_stray(const char *text, size_t bytes) {
  size_t length;
  for (size_t i = 0; i < bytes; i += length) {
    length = dset_text_character(text + i, bytes - i);
    if (length == 0) return text + i;
  }
  return NULL;
}

void dset_buffer_init(dset_buffer *buffer, const dset_allocator *allocator) {
  dset_arena defaults;
  dset_arena_init(&defaults, allocator);
  *buffer = (dset_buffer){.allocator = defaults.allocator};
}

/* Makes room for `extra` bytes and a NUL. */
static bool reserve(dset_buffer *buffer, size_t extra) {
  if (buffer->failed) return false;
  if (extra < buffer->capacity - buffer->length && buffer->capacity != 0) return true;
  if (extra > SIZE_MAX / 4 || buffer->length > SIZE_MAX / 4) {
    buffer->failed = true;
    return false;
  }
  size_t capacity = buffer->capacity < 128 ? 128 : buffer->capacity;
  while (capacity - buffer->length <= extra) capacity *= 2;
  char *bytes = buffer->allocator.allocate(buffer->allocator.context, capacity);
  if (bytes == NULL) {
    buffer->failed = true;
    return false;
  }
  if (buffer->length != 0) memcpy(bytes, buffer->bytes, buffer->length);
  bytes[buffer->length] = '\0';
  if (buffer->bytes != NULL) buffer->allocator.release(buffer->allocator.context, buffer->bytes, buffer->capacity);
  buffer->bytes = bytes;
  buffer->capacity = capacity;
  return true;
}

void dset_buffer_add(dset_buffer *buffer, const char *bytes, size_t length) {
  if (!reserve(buffer, length)) return;
  if (length != 0) memcpy(buffer->bytes + buffer->length, bytes, length);
  buffer->length += length;
  buffer->bytes[buffer->length] = '\0';
}

void dset_buffer_string(dset_buffer *buffer, const char *text) {
  dset_buffer_add(buffer, dset_text_or_empty(text), strlen(dset_text_or_empty(text)));
}

void dset_buffer_arguments(dset_buffer *buffer, const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  if (length < 0 || !reserve(buffer, (size_t)length)) {
    buffer->failed = true;
  } else {
    vsnprintf(buffer->bytes + buffer->length, (size_t)length + 1, format, again);
    buffer->length += (size_t)length;
  }
  va_end(again);
}

void dset_buffer_format(dset_buffer *buffer, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  dset_buffer_arguments(buffer, format, arguments);
  va_end(arguments);
}

void dset_buffer_clear(dset_buffer *buffer) {
  if (buffer->bytes != NULL) buffer->allocator.release(buffer->allocator.context, buffer->bytes, buffer->capacity);
  *buffer = (dset_buffer){.allocator = buffer->allocator};
}

/* The code point of a character that dset_text_character() has measured. */
static uint32_t code_point(const char *character, size_t bytes) {
  static const unsigned char lead[] = {0x7F, 0x7F, 0x1F, 0x0F, 0x07}; /* bits of the first byte, by length */
  uint32_t code = (unsigned char)character[0] & lead[bytes];
  for (size_t i = 1; i < bytes; i++) code = code << 6 | ((unsigned char)character[i] & 0x3F);
  return code;
}

/*
 *   "  \                    a backslash and the character
 *   printable               as it is
 *   07..0D                  \a \b \t \n \v \f \r
 *   other control, 7F       \x and two digits
 *   up to FFFF, beyond      \u and four digits, \U and eight
 */
static void quote_character(dset_buffer *buffer, const char *character, size_t bytes) {
  uint32_t code = code_point(character, bytes);
  if (code == '"' || code == '\\') {
    dset_buffer_string(buffer, "\\");
    dset_buffer_add(buffer, character, bytes);
  } else if (dset_printable(code)) {
    dset_buffer_add(buffer, character, bytes);
  } else if (code >= '\a' && code <= '\r') {
    dset_buffer_format(buffer, "\\%c", "abtnvfr"[code - '\a']);
  } else if (code < 0x80) {
    dset_buffer_format(buffer, "\\x%02x", (unsigned)code);
  } else {
    dset_buffer_format(buffer, code < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)code);
  }
}

void dset_text_quote(dset_buffer *buffer, const char *text) {
  const char *at = dset_text_or_empty(text);
  const char *end = at + strlen(at);
  dset_buffer_string(buffer, "\"");
  while (at < end) {
    size_t bytes = dset_text_character(at, (size_t)(end - at));
    if (bytes == 0) {
      dset_buffer_format(buffer, "\\x%02x", (unsigned)(unsigned char)*at++);
    } else {
      quote_character(buffer, at, bytes);
      at += bytes;
    }
  }
  dset_buffer_string(buffer, "\"");
}

char *dset_arena_format(dset_arena *arena, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0) return NULL;
  char *text = dset_arena_alloc(arena, (size_t)length + 1, 1);
  if (text == NULL) return NULL;
  va_start(arguments, format);
  vsnprintf(text, (size_t)length + 1, format, arguments);
  va_end(arguments);
  return text;
}
