/* SPDX-License-Identifier: Apache-2.0 */
/* emit.c (L5): writing JSON. */
#include "emit.h"

#include <stdlib.h>
#include <string.h>

#include "scalar.h"

/* The escape of one byte, or NULL when it stands for itself. Go also escapes what HTML would read. */
static const char *escape_of(unsigned char byte, char text[8]) {
  static const char digits[] = "0123456789abcdef";
  switch (byte) {
    case '"': return "\\\"";
    case '\\': return "\\\\";
    case '\b': return "\\b";
    case '\f': return "\\f";
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: break;
  }
  if (byte >= 0x20 && byte != '<' && byte != '>' && byte != '&') return NULL;
  memcpy(text, "\\u00", 4);
  text[4] = digits[byte >> 4];
  text[5] = digits[byte & 15];
  text[6] = '\0';
  return text;
}

static void emit_bytes(dset_buffer *buffer, const char *text, size_t length) {
  size_t written = 0;
  dset_buffer_add(buffer, "\"", 1);
  for (size_t i = 0; i < length; i++) {
    char small[8];
    const char *escape = escape_of((unsigned char)text[i], small);
    size_t taken = 1;
    if (escape == NULL && length - i >= 3 && memcmp(text + i, "\xE2\x80\xA8", 3) == 0) escape = "\\u2028";
    if (escape == NULL && length - i >= 3 && memcmp(text + i, "\xE2\x80\xA9", 3) == 0) escape = "\\u2029";
    if (escape == NULL) continue;
    if (escape[2] == '2') taken = 3;
    dset_buffer_add(buffer, text + written, i - written);
    dset_buffer_string(buffer, escape);
    i += taken - 1;
    written = i + 1;
  }
  dset_buffer_add(buffer, text + written, length - written);
  dset_buffer_add(buffer, "\"", 1);
}

void dset_emit_string(dset_buffer *buffer, const char *text) {
  emit_bytes(buffer, dset_text_or_empty(text), strlen(dset_text_or_empty(text)));
}

void dset_emit_member(dset_buffer *buffer, const char *key, const char *value) {
  if (value == NULL) return;
  dset_buffer_format(buffer, ",\"%s\":", key);
  dset_emit_string(buffer, value);
}

static int compare_keys(const void *a, const void *b) {
  const char *const *left = a;
  const char *const *right = b;
  return strcmp(*left, *right);
}

/* Go omits a null member, except those few of a pod template that it always writes (G5). */
static bool omitted(const char *key, const json_t *value, enum dset_emit_style style) {
  static const char *const always[] = {"apiGroup", "containers", "monitors", "nodeSelectorTerms", "service", "sources"};
  if (style != DSET_EMIT_CANONICAL || !json_is_null(value)) return false;
  for (size_t i = 0; i < sizeof always / sizeof *always; i++) {
    if (strcmp(key, always[i]) == 0) return false;
  }
  return true;
}

static void emit_object(dset_buffer *buffer, const json_t *object, enum dset_emit_style style) {
  json_t *members = (json_t *)(uintptr_t)object; /* jansson's iterators are not const, but change nothing */
  size_t count = json_object_size(object);
  size_t bytes = (count + 1) * sizeof(const char *);
  const char **keys = buffer->allocator.allocate(buffer->allocator.context, bytes);
  if (keys == NULL) {
    buffer->failed = true;
    return;
  }
  size_t filled = 0;
  for (void *at = json_object_iter(members); at != NULL; at = json_object_iter_next(members, at)) {
    keys[filled++] = json_object_iter_key(at);
  }
  if (style == DSET_EMIT_CANONICAL && count > 1) qsort(keys, count, sizeof *keys, compare_keys);
  const char *comma = "";
  dset_buffer_string(buffer, "{");
  for (size_t i = 0; i < count; i++) {
    const json_t *value = json_object_get(object, keys[i]);
    if (omitted(keys[i], value, style)) continue;
    dset_buffer_string(buffer, comma);
    dset_emit_string(buffer, keys[i]);
    dset_buffer_string(buffer, ":");
    dset_emit_tree(buffer, value, style);
    comma = ",";
  }
  dset_buffer_string(buffer, "}");
  buffer->allocator.release(buffer->allocator.context, keys, bytes);
}

static void emit_real(dset_buffer *buffer, double value) {
  char text[48];
  dset_scalar_text(value, text);
  dset_buffer_string(buffer, text);
}

void dset_emit_tree(dset_buffer *buffer, const json_t *tree, enum dset_emit_style style) {
  switch (json_typeof(tree)) {
    case JSON_OBJECT: emit_object(buffer, tree, style); break;
    case JSON_ARRAY:
      for (size_t i = 0; i < json_array_size(tree); i++) {
        dset_buffer_string(buffer, i == 0 ? "[" : ",");
        dset_emit_tree(buffer, json_array_get(tree, i), style);
      }
      dset_buffer_string(buffer, json_array_size(tree) == 0 ? "[]" : "]");
      break;
    case JSON_STRING: emit_bytes(buffer, json_string_value(tree), json_string_length(tree)); break;
    case JSON_INTEGER: dset_buffer_format(buffer, "%lld", (long long)json_integer_value(tree)); break;
    case JSON_REAL: emit_real(buffer, json_real_value(tree)); break;
    case JSON_TRUE: dset_buffer_string(buffer, "true"); break;
    case JSON_FALSE: dset_buffer_string(buffer, "false"); break;
    case JSON_NULL: dset_buffer_string(buffer, "null"); break;
  }
}

/* Days since 1970-01-01 to a date of the Gregorian calendar, by eras of 400 years that start in March. */
static void date_of(int64_t days, int64_t *year, int *month, int *day) {
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  int64_t of_era = days - era * 146097;
  int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int64_t march_month = (5 * of_year + 2) / 153;
  *day = (int)(of_year - (153 * march_month + 2) / 5 + 1);
  *month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
  *year = year_of_era + era * 400 + (*month <= 2);
}

void dset_emit_time(dset_buffer *buffer, int64_t time_ms) {
  const int64_t last_ms = INT64_C(253402300799000);  /* 9999-12-31T23:59:59Z */
  const int64_t first_ms = -INT64_C(62135596800000); /* 0001-01-01T00:00:00Z */
  if (time_ms > last_ms) time_ms = last_ms;
  if (time_ms < first_ms) time_ms = first_ms;
  int64_t day_ms = time_ms % 86400000;
  if (day_ms < 0) day_ms += 86400000;
  int64_t year;
  int month;
  int day;
  date_of((time_ms - day_ms) / 86400000, &year, &month, &day);
  int seconds = (int)(day_ms / 1000);
  int thousandths = (int)(day_ms % 1000);
  dset_buffer_format(buffer, "%04d-%02d-%02dT%02d:%02d:%02d", (int)year, month, day, seconds / 3600, seconds / 60 % 60,
                     seconds % 60);
  if (thousandths != 0) dset_buffer_format(buffer, ".%03d", thousandths);
  dset_buffer_string(buffer, "Z");
}
