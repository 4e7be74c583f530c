/* SPDX-License-Identifier: Apache-2.0 */
/* emit.c (L5): writing JSON. */
#include "emit.h"

#include <stdlib.h>
#include <string.h>

#include "literal.h"
#include "scalar.h"

void dset_emit_string(dset_buffer *buffer, const char *text) {
  dset_literal_string(buffer, dset_text_or_empty(text), strlen(dset_text_or_empty(text)));
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
  if (style == DSET_EMIT_SORTED && count > 1) qsort(keys, count, sizeof *keys, compare_keys);
  dset_buffer_string(buffer, "{");
  for (size_t i = 0; i < count; i++) {
    const json_t *value = json_object_get(object, keys[i]);
    dset_buffer_string(buffer, i == 0 ? "" : ",");
    dset_emit_string(buffer, keys[i]);
    dset_buffer_string(buffer, ":");
    dset_emit_tree(buffer, value, style);
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
    case JSON_STRING: dset_literal_string(buffer, json_string_value(tree), json_string_length(tree)); break;
    case JSON_INTEGER: dset_buffer_format(buffer, "%lld", (long long)json_integer_value(tree)); break;
    case JSON_REAL: emit_real(buffer, json_real_value(tree)); break;
    case JSON_TRUE: dset_buffer_string(buffer, "true"); break;
    case JSON_FALSE: dset_buffer_string(buffer, "false"); break;
    case JSON_NULL: dset_buffer_string(buffer, "null"); break;
  }
}

void dset_emit_time(dset_buffer *buffer, int64_t time_ms) {
  dset_literal_time(buffer, time_ms);
}
