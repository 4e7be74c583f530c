/* SPDX-License-Identifier: Apache-2.0 */
/* error.c (L0): filling the caller's dset_error; names of codes. */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Ends a text that was cut with "...", at the start of a character so that it stays UTF-8. */
static void mark_cut(char *text, size_t capacity) {
  size_t end = capacity - sizeof "...";
  while (end > 0 && ((unsigned char)text[end] & 0xC0) == 0x80) end--;
  memcpy(text + end, "...", sizeof "...");
}

static void copy_cut(char *target, size_t capacity, const char *source) {
  size_t length = strlen(source);
  if (length < capacity) {
    memcpy(target, source, length + 1);
    return;
  }
  memcpy(target, source, capacity - 1);
  target[capacity - 1] = '\0';
  mark_cut(target, capacity);
}

int dset_fail(dset_error *error, int code, const char *path, const char *format, ...) {
  if (error == NULL) return code;
  error->code = code;
  error->line = 0;
  error->column = 0;
  copy_cut(error->path, sizeof error->path, path == NULL ? "" : path);
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(error->text, sizeof error->text, format, arguments);
  va_end(arguments);
  if (length < 0) error->text[0] = '\0';
  if (length >= (int)sizeof error->text) mark_cut(error->text, sizeof error->text);
  return code;
}

int dset_fail_memory(dset_error *error) {
  return dset_fail(error, DSET_ERR_NOMEM, NULL, "out of memory");
}

void dset_fail_at(dset_error *error, size_t line, size_t column) {
  if (error == NULL) return;
  error->line = line;
  error->column = column;
}

const char *dset_version(void) {
  return DSET_VERSION_STRING;
}

const char *dset_code_name(int code) {
  switch (code) {
    case DSET_OK: return "ok";
    case DSET_ERR_NOMEM: return "out-of-memory";
    case DSET_ERR_INVALID: return "invalid";
    case DSET_ERR_ABI: return "abi";
    case DSET_ERR_DUPLICATE: return "duplicate";
    case DSET_ERR_SYNTAX: return "syntax";
    case DSET_ERR_TYPE: return "type";
    case DSET_ERR_RANGE: return "range";
    case DSET_ERR_LIMIT: return "limit";
    case DSET_ERR_ENCODING: return "encoding";
    default: return "unknown";
  }
}
